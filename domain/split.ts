import { groupsOf } from './case-groups.js';

/** What a split is made of. */
export interface SplitInput {
  /** Every case, `collection/case`; their order plays no part. */
  readonly cases: readonly string[];
  /** Cases that show one scan or one patient; groups that share a case are one. Names that are no case are passed over. */
  readonly groups: readonly (readonly string[])[];
  /** Parts and their shares, as `{ train: 0.8, test: 0.2 }`; shares are relative to their sum. */
  readonly shares: Readonly<Record<string, number>>;
  readonly seed: number;
  /** Parts that cases have had before: they stay, and cases that belong to them follow. */
  readonly kept?: Readonly<Record<string, string>>;
}

/**
 * Divides cases into parts so that no group is parted: larger groups first, each to the part that is farthest from its
 * share. Pure: the same cases, groups, shares and seed give the same parts, whatever their order. A group that is larger
 * than a part's share makes that part larger. Where cases that have been kept apart turn out to belong together, they all go to the
 * first of their parts. Throws `RangeError` on shares that are not positive.
 */
export function splitCases({ cases, groups, shares, seed, kept = {} }: SplitInput): Record<string, string[]> {
  const parts = Object.entries(shares).map(([name, share]) => ({ name, share, cases: [] as string[] }));
  const total = parts.reduce((sum, { share }) => sum + share, 0);
  if (parts.length === 0 || parts.some(({ share }) => !(share > 0)) || !Number.isFinite(total)) {
    throw new RangeError('shares: every part needs a positive share');
  }
  const homeOf = (unit: readonly string[]) =>
    parts.find(({ name: part }) => unit.some((name) => Object.hasOwn(kept, name) && kept[name] === part));
  const units = unitsOf(cases, groups, seed);
  for (const unit of units) homeOf(unit)?.cases.push(...unit);
  for (const unit of units.filter((each) => homeOf(each) === undefined)) {
    const lacking = ({ share, cases: own }: (typeof parts)[number]) =>
      share / total - own.length / cases.length;
    const neediest = parts.reduce((best, part) => (lacking(part) > lacking(best) + 1e-12 ? part : best));
    neediest.cases.push(...unit);
  }
  return Object.fromEntries(parts.map(({ name, cases: own }) => [name, own.sort()]));
}

/** Groups and single cases, larger ones first, equal ones in an order drawn from the seed. */
function unitsOf(
  cases: readonly string[],
  groups: readonly (readonly string[])[],
  seed: number,
): (readonly string[])[] {
  const names = [...new Set(cases)].sort();
  const known = new Set(names);
  const links = groups.flatMap((group) => {
    const own = group.filter((name) => known.has(name));
    return own.slice(1).map((second) => ({ first: own[0], second }));
  });
  const joined = groupsOf(names, links);
  const grouped = new Set(joined.flat());
  const single = names.filter((name) => !grouped.has(name)).map((name) => [name]);
  const drawn = [...joined, ...single].map((unit) => ({ unit, lot: lotOf(`${seed}/${unit[0]}`) }));
  drawn.sort((a, b) => b.unit.length - a.unit.length || a.lot - b.lot || (a.unit[0] < b.unit[0] ? -1 : 1));
  return drawn.map(({ unit }) => unit);
}

/** 32-bit FNV-1a with the murmur3 finaliser: a lot that depends on the name alone. */
function lotOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let n = 0; n < text.length; n++) hash = Math.imul(hash ^ text.charCodeAt(n), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
