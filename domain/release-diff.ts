import { caseName } from './case-name.js';
import type { ReleaseCase, ReleaseContent, ReleaseOrgan } from './release.js';
import type { CaseChange, OrganChange, ReleaseChanges } from './release-changes.js';
import { greatestStep, type ReleaseStep } from './semver.js';

/** What two releases are compared by; a manifest has all of it. */
export type Comparable = Pick<
  ReleaseContent,
  'labels' | 'cases' | 'leftOut' | 'models' | 'evaluation' | 'choice'
>;

/** A change, the step that it asks for, and why, in words. */
interface Weighed {
  readonly step: ReleaseStep;
  readonly why: string;
}

/**
 * What lies between two releases of a campaign, and the least step that it asks for. Major: cases or organs were taken away,
 * values of labels mean something else, images or their geometry changed, a case moved between training and test. Minor:
 * cases or organs came in. Patch: labels or anything else on record was corrected.
 */
export function diffReleases(before: Comparable, after: Comparable): ReleaseChanges {
  const [old, now] = [byName(before.cases), byName(after.cases)];
  const added = [...now.keys()].filter((name) => !old.has(name));
  const removed = [...old.keys()].filter((name) => !now.has(name));
  const both = [...now].flatMap(([name, item]) => {
    const was = old.get(name);
    return was === undefined ? [] : [{ name, was, item }];
  });
  const changed = both
    .map(({ name, was, item }) => caseChange(name, was, item))
    .filter(({ organs, fields }) => organs.length + fields.length > 0);
  const dataset = datasetChanges(before, after);
  const weighed = [
    ...removed.map((name): Weighed => ({ step: 'major', why: `${name} was taken out` })),
    ...added.map((name): Weighed => ({ step: 'minor', why: `${name} came in` })),
    ...changed.flatMap(weighCase),
    ...dataset,
  ];
  const found = { added, removed, changed, dataset: dataset.map(({ why }) => why) };
  const step = greatestStep(weighed.map((each) => each.step));
  return step === undefined ? { ...found, because: [] } : { ...found, step, because: reasons(weighed, step) };
}

/** As many reasons as people read. */
const shownReasons = 5;

function reasons(weighed: readonly Weighed[], step: ReleaseStep): string[] {
  const all = weighed.filter((each) => each.step === step).map(({ why }) => why);
  const more = all.length - shownReasons;
  return more > 0 ? [...all.slice(0, shownReasons), `and ${more} more of this kind`] : all;
}

function byName(cases: readonly ReleaseCase[]): Map<string, ReleaseCase> {
  return new Map(cases.map((item) => [caseName(item), item]));
}

function caseChange(name: string, was: ReleaseCase, item: ReleaseCase): CaseChange {
  const organs = item.organs.flatMap((after) => {
    const before = was.organs.find(({ organ }) => organ === after.organ);
    const change = before && organChange(before, after);
    return change === undefined ? [] : [change];
  });
  return { case: name, organs, fields: fieldChanges(was, item) };
}

/** Who drew and which version it is both count: a label of another origin is another label. */
function organChange(before: ReleaseOrgan, after: ReleaseOrgan): OrganChange | undefined {
  if (same(before, after)) return undefined;
  return { organ: after.organ, before: shown(before), after: shown(after) };
}

function shown({ state, version, origin, author, voxels }: ReleaseOrgan): OrganChange['before'] {
  return {
    state,
    ...(version === undefined ? {} : { version }),
    ...(origin === undefined ? {} : { origin }),
    ...(author === undefined ? {} : { author }),
    ...(voxels === undefined ? {} : { voxels }),
  };
}

/** Paths follow from the choice of images, which is compared as a whole. */
const notCompared: ReadonlySet<string> = new Set(['organs', 'image', 'labels', 'number']);

function fieldChanges(was: ReleaseCase, item: ReleaseCase): CaseChange['fields'] {
  const [old, now] = [new Map(Object.entries(was)), new Map(Object.entries(item))];
  const names = [...new Set([...old.keys(), ...now.keys()])].filter((name) => !notCompared.has(name)).sort();
  return names
    .filter((name) => !same(old.get(name), now.get(name)))
    .map((field) => {
      const [before, after]: unknown[] = [old.get(field), now.get(field)];
      return {
        field,
        ...(typeof before === 'string' ? { before } : {}),
        ...(typeof after === 'string' ? { after } : {}),
      };
    });
}

/** Fields whose change makes another image, or another test, of what people have trained on. */
const breaking: Readonly<Record<string, string>> = {
  geometry: 'has another geometry',
  voxels: 'has another image',
  imageSha256: 'has another image',
  part: 'moved between training and test',
};

function weighCase({ case: name, organs, fields }: CaseChange): Weighed[] {
  return [
    ...fields.map(({ field }): Weighed => {
      const broken = breaking[field];
      if (broken !== undefined) return { step: 'major', why: `${name} ${broken}` };
      return { step: 'patch', why: `${name}: ${field} was corrected` };
    }),
    ...organs.map((change) => weighOrgan(name, change)),
  ];
}

function weighOrgan(name: string, { organ, before, after }: OrganChange): Weighed {
  const [was, is] = [before.state, after.state];
  const held = (state: string): boolean => state === 'labelled' || state === 'absent';
  if (held(was) && !held(is)) return { step: 'major', why: `the ${organ} of ${name} was taken out` };
  if (!held(was) && held(is)) return { step: 'minor', why: `the ${organ} of ${name} came in` };
  return { step: 'patch', why: `the ${organ} of ${name} was corrected` };
}

/** What is no case's own. */
function datasetChanges(before: Comparable, after: Comparable): Weighed[] {
  const found: (Weighed | false)[] = [
    !same(before.labels, after.labels) && { step: 'major', why: 'the values of labels mean something else' },
    before.choice.images && !after.choice.images && { step: 'major', why: 'images were taken out' },
    !before.choice.images && after.choice.images && { step: 'minor', why: 'images came in' },
    !same(before.models, after.models) && { step: 'patch', why: 'the models on record differ' },
    !same(before.leftOut, after.leftOut) && { step: 'patch', why: 'the cases that are left out differ' },
    !same(before.evaluation, after.evaluation) && { step: 'patch', why: 'the figures differ' },
  ];
  return found.filter((each) => each !== false);
}

/** Equal as JSON, whatever the order of keys. */
function same(a: unknown, b: unknown): boolean {
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return a === b;
  const [one, other] = [new Map(Object.entries(a)), new Map(Object.entries(b))];
  return one.size === other.size && [...one].every(([key, value]) => same(value, other.get(key)));
}
