import { PlusctError } from '../domain/errors.js';
import { type Organ, organs } from '../domain/organ.js';
import type { OrganLabels } from '../domain/organ-labels.js';

/** A structure of a dataset and the values that are it; several for regions. */
export interface NamedValues {
  readonly name: string;
  readonly values: readonly number[];
}

/** What the labels of a dataset are to plusct, and remarks where that is less than they look like. */
export interface MatchedLabels {
  readonly organLabels: OrganLabels;
  readonly remarks: readonly string[];
}

const lesionWords = new Set(
  'tumor tumors cancer cancers lesion lesions cyst cysts mass masses carcinoma metastasis metastases'.split(
    ' ',
  ),
);
const fillers = new Set(['and', 'or', 'with', 'organ', 'whole', 'the', 'of', 'incl', 'including']);
const sides: Readonly<Record<string, 'left' | 'right'>> = {
  left: 'left',
  l: 'left',
  right: 'right',
  r: 'right',
};
const nouns: Readonly<Record<string, Organ>> = {
  liver: 'liver',
  kidney: 'kidney',
  kidneys: 'kidney',
  kid: 'kidney',
  spleen: 'spleen',
  pancreas: 'pancreas',
};
/** These name an organ only beside a lesion: a hepatic vessel is no liver. */
const adjectives: Readonly<Record<string, Organ>> = {
  hepatic: 'liver',
  renal: 'kidney',
  splenic: 'spleen',
  pancreatic: 'pancreas',
};

interface Meaning {
  readonly organ?: Organ;
  readonly side?: 'left' | 'right';
  readonly lesion: boolean;
}

/**
 * Matches the names of a dataset's labels to plusct's organs. Tumours and cysts join their organ, as does one without
 * an organ's name where there is only one organ; everything else is background. A kidney of one side is no kidney.
 * Throws `InvalidInput` when no organ is found, a value is claimed twice, or a lesion could belong to several organs.
 */
export function matchLabels(labels: readonly NamedValues[], where: string): MatchedLabels {
  const claims = new Map<number, Organ>();
  const remarks: string[] = [];
  const read = labels.flatMap(({ name, values }) => {
    const own = values.filter((value) => value !== 0);
    return own.length === 0 || plain(name) === 'ignore' ? [] : [{ name, values: own, ...meaningOf(name) }];
  });
  for (const organ of organs) {
    const own = read.filter((each) => each.organ === organ);
    const bodies = own.filter(({ lesion }) => !lesion);
    if (bodies.length === 0) continue;
    const named = new Set(bodies.map(({ side }) => side ?? 'both'));
    if (!named.has('both') && named.size < 2) {
      remarks.push(
        `only the ${[...named].join()} ${organ} is labelled; it takes both, so the ${organ} counts as missing`,
      );
      continue;
    }
    for (const { values } of own) for (const value of values) claim(claims, value, organ, where);
  }
  const found = [...new Set(claims.values())];
  if (found.length === 0) throw noOrgan(labels, where);
  for (const { name, values, organ, lesion } of read) {
    if (!lesion || organ !== undefined) continue;
    const free = values.filter((value) => !claims.has(value));
    if (free.length > 0 && found.length > 1) throw whoseLesion(name, found, where);
    for (const value of free) claim(claims, value, found[0], where);
  }
  return {
    organLabels: rulesOf(
      claims,
      read.flatMap(({ values }) => values),
    ),
    remarks,
  };
}

/** The rules that a user gives; other values of the dataset are background. */
export function givenLabels(
  given: OrganLabels['organs'],
  labels: readonly NamedValues[],
  where: string,
): MatchedLabels {
  const claims = new Map<number, Organ>();
  for (const organ of organs) for (const value of given[organ] ?? []) claim(claims, value, organ, where);
  return {
    organLabels: rulesOf(
      claims,
      labels.flatMap(({ values }) => values),
    ),
    remarks: [],
  };
}

function rulesOf(claims: ReadonlyMap<number, Organ>, all: readonly number[]): OrganLabels {
  const valuesOf = (organ: Organ): number[] =>
    [...claims].flatMap(([value, owner]) => (owner === organ ? [value] : []));
  const named = organs.map((organ) => [organ, valuesOf(organ).sort((a, b) => a - b)] as const);
  const ignored = [...new Set(all)]
    .filter((value) => value !== 0 && !claims.has(value))
    .sort((a, b) => a - b);
  return {
    organs: Object.fromEntries(named.filter(([, values]) => values.length > 0)),
    ...(ignored.length === 0 ? {} : { ignored }),
  };
}

function claim(claims: Map<number, Organ>, value: number, organ: Organ, where: string): void {
  const owner = claims.get(value);
  if (owner !== undefined && owner !== organ) {
    throw new PlusctError(
      'InvalidInput',
      `${where}: labels: value ${value} is both ${owner} and ${organ}. ${remedy}`,
    );
  }
  claims.set(value, organ);
}

function plain(name: string): string {
  return name
    .toLowerCase()
    .replaceAll('tumour', 'tumor')
    .replaceAll(/[^a-z0-9]+/g, ' ')
    .trim();
}

/** What a name says; nothing when a word of it is unknown, as in "liver vessel". */
function meaningOf(name: string): Meaning {
  const words = plain(name)
    .replace(/\b([lr])(kid|kidney)\b/g, '$1 $2')
    .split(' ');
  const lesion = words.some((word) => lesionWords.has(word));
  const known = (word: string): Organ | undefined => nouns[word] ?? (lesion ? adjectives[word] : undefined);
  const strange = words.some(
    (word) =>
      !lesionWords.has(word) && !fillers.has(word) && sides[word] === undefined && known(word) === undefined,
  );
  if (strange) return { lesion: false };
  const organ = words.map(known).find((each) => each !== undefined);
  const side = words.map((word) => sides[word]).find((each) => each !== undefined);
  // "Kidney and tumour" as one region is the organ itself.
  const body = words.some((word) => nouns[word] !== undefined) && words.some((word) => fillers.has(word));
  return {
    ...(organ === undefined ? {} : { organ }),
    ...(side === undefined ? {} : { side }),
    lesion: lesion && !body,
  };
}

const remedy = 'Say which values are which organ in plusct.json beside it: {"labels": {"liver": [1, 2]}}.';

function noOrgan(labels: readonly NamedValues[], where: string): PlusctError {
  const names = labels.map(({ name }) => name).join(', ');
  return new PlusctError(
    'InvalidInput',
    `${where}: labels: none of ${names} is ${organs.join(', ')}. ${remedy}`,
  );
}

function whoseLesion(name: string, found: readonly Organ[], where: string): PlusctError {
  return new PlusctError(
    'InvalidInput',
    `${where}: labels: "${name}" may belong to ${found.join(' or ')}. ${remedy}`,
  );
}
