/** What a licence lets others do, as its text says; a table of facts to filter by, and no legal advice. */
export interface LicenceFacts {
  readonly title: string;
  readonly url: string;
  /** The unchanged work may be passed on. */
  readonly share: boolean;
  /** Adapted material may be passed on; making it for oneself is another matter. */
  readonly derivatives: boolean;
  readonly commercial: boolean;
  /** Who passes it on has to name the authors. */
  readonly attribution: boolean;
  /** Adapted material has to be under the same terms. */
  readonly shareAlike: boolean;
}

const cc = (
  title: string,
  code: string,
  not: { commercial?: false; derivatives?: false; shareAlike?: true },
): LicenceFacts => ({
  title,
  url: `https://creativecommons.org/licenses/${code}/legalcode`,
  share: true,
  derivatives: not.derivatives ?? true,
  commercial: not.commercial ?? true,
  attribution: true,
  shareAlike: not.shareAlike ?? false,
});

/**
 * By SPDX identifier (https://spdx.org/licenses). Creative Commons: section 2(a)(1) of version 4.0 grants sharing and, unless
 * ND, sharing of adapted material (ND: "produce and reproduce, but not Share, Adapted Material"), section 3(a) asks for attribution,
 * section 3(b) for the same terms (SA); version 3.0 says the same in sections 3 and 4.
 */
export const licences: Readonly<Record<string, LicenceFacts>> = {
  'CC0-1.0': {
    title: 'CC0 1.0 Universal',
    url: 'https://creativecommons.org/publicdomain/zero/1.0/legalcode',
    share: true,
    derivatives: true,
    commercial: true,
    attribution: false,
    shareAlike: false,
  },
  'CC-BY-3.0': cc('Creative Commons Attribution 3.0', 'by/3.0', {}),
  'CC-BY-4.0': cc('Creative Commons Attribution 4.0', 'by/4.0', {}),
  'CC-BY-SA-3.0': cc('Creative Commons Attribution-ShareAlike 3.0', 'by-sa/3.0', { shareAlike: true }),
  'CC-BY-SA-4.0': cc('Creative Commons Attribution-ShareAlike 4.0', 'by-sa/4.0', { shareAlike: true }),
  'CC-BY-ND-4.0': cc('Creative Commons Attribution-NoDerivatives 4.0', 'by-nd/4.0', { derivatives: false }),
  'CC-BY-NC-3.0': cc('Creative Commons Attribution-NonCommercial 3.0', 'by-nc/3.0', { commercial: false }),
  'CC-BY-NC-4.0': cc('Creative Commons Attribution-NonCommercial 4.0', 'by-nc/4.0', { commercial: false }),
  'CC-BY-NC-SA-3.0': cc('Creative Commons Attribution-NonCommercial-ShareAlike 3.0', 'by-nc-sa/3.0', {
    commercial: false,
    shareAlike: true,
  }),
  'CC-BY-NC-SA-4.0': cc('Creative Commons Attribution-NonCommercial-ShareAlike 4.0', 'by-nc-sa/4.0', {
    commercial: false,
    shareAlike: true,
  }),
  'CC-BY-NC-ND-4.0': cc('Creative Commons Attribution-NonCommercial-NoDerivatives 4.0', 'by-nc-nd/4.0', {
    commercial: false,
    derivatives: false,
  }),
  'Apache-2.0': {
    title: 'Apache License 2.0',
    url: 'https://www.apache.org/licenses/LICENSE-2.0',
    share: true,
    derivatives: true,
    commercial: true,
    attribution: true,
    shareAlike: false,
  },
};

/** What somebody may want to do with an export. */
export const licenceUses = ['share', 'derivatives', 'commercial'] as const;
export type LicenceUse = (typeof licenceUses)[number];

/** Licences of one thing: those that an SPDX expression joins by AND. */
export function licenceParts(expression: string): string[] {
  return expression.split(/\s+AND\s+/).filter((part) => part !== '');
}

/**
 * The licence of what is made of things under several: the one that is at least as strict as all others in every respect, else
 * all that none of the others covers, joined by AND (SPDX). A licence that is not in the table covers nothing and is never
 * left out. `unknown` when none is given.
 */
export function strictestLicence(expressions: readonly string[]): string {
  const all = [...new Set(expressions.flatMap(licenceParts))].sort();
  const kept = all.filter(
    (one, n) => !all.some((other, m) => m !== n && covers(other, one) && (!covers(one, other) || m < n)),
  );
  return kept.length === 0 ? 'unknown' : kept.join(' AND ');
}

/** Whether whoever keeps to `strict` keeps to `other` as well, as far as this table tells. */
function covers(strict: string, other: string): boolean {
  const [a, b] = [factsOf(strict), factsOf(other)];
  if (strict === other) return true;
  if (a === undefined || b === undefined) return false;
  // Share-alike asks for the very same terms: nothing else covers it, unless no adapted material may be shared at all.
  if (b.shareAlike && a.derivatives) return false;
  return (
    (!a.share || b.share) &&
    (!a.derivatives || b.derivatives) &&
    (!a.commercial || b.commercial) &&
    (a.attribution || !b.attribution)
  );
}

/** The facts of one licence; undefined when the table does not have it. */
export function factsOf(licence: string): LicenceFacts | undefined {
  return Object.hasOwn(licences, licence) ? licences[licence] : undefined;
}

/**
 * Why the licences of a thing do not allow a use; none when they do. Each licence has to allow it, one that the table does
 * not have allows nothing, and adapted material of two different share-alike licences can satisfy neither.
 */
export function licenceObstacles(expression: string, use: LicenceUse): string[] {
  const parts = [...new Set(licenceParts(expression))];
  if (parts.length === 0) return ['no licence is on record'];
  const own = parts.flatMap((licence) => {
    const facts = factsOf(licence);
    if (facts === undefined)
      return [`${licence} is not in the table of licences, so nothing is known to be allowed`];
    return facts[use] ? [] : [`${licence} does not allow ${useNames[use]}`];
  });
  const apart = use === 'derivatives' ? incompatiblePairs(parts) : [];
  return [...own, ...apart.map(({ why }) => why)];
}

/** Two licences whose material cannot be put together in adapted material that is shared. */
export interface LicencePair {
  readonly first: string;
  readonly second: string;
  readonly why: string;
}

/**
 * Pairs of licences that each allow sharing adapted material, but not together: share-alike (section 3(b)) asks for its own
 * terms or a later version of them, which have to keep to the other licence as well (Creative Commons' chart of licences
 * that can be remixed says the same). Licences that allow no sharing of adapted material at all are none of these.
 */
export function incompatiblePairs(expressions: readonly string[]): LicencePair[] {
  const all = [...new Set(expressions.flatMap(licenceParts))]
    .filter((one) => factsOf(one)?.derivatives)
    .sort();
  return all.flatMap((first, n) =>
    all.slice(n + 1).flatMap((second) => {
      if (togetherUnder(first, second) || togetherUnder(second, first)) return [];
      const alike = [first, second].filter((one) => factsOf(one)?.shareAlike);
      if (alike.length === 0) return [];
      const why =
        alike.length === 2
          ? `${first} and ${second} each ask for their own terms (share-alike): no licence satisfies both`
          : `${alike[0]} asks for its own terms (share-alike), which allow more than ${alike[0] === first ? second : first} does`;
      return [{ first, second, why }];
    }),
  );
}

/** Whether adapted material of both can be under the terms of `one`, or of a later version of it. */
function togetherUnder(one: string, other: string): boolean {
  const family = one.replace(/-\d.*$/, '');
  const later = Object.keys(licences).filter((name) => name.replace(/-\d.*$/, '') === family && name >= one);
  const sameFamily = other.replace(/-\d.*$/, '') === family;
  return later.some((name) => name === other || (sameFamily && name >= other) || covers(name, other));
}

const useNames: Readonly<Record<LicenceUse, string>> = {
  share: 'passing it on',
  derivatives: 'sharing adapted material',
  commercial: 'commercial use',
};
