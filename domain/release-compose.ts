import type { OrganScore } from './campaign.js';
import type { OrganView } from './case-view.js';
import type { Decisions } from './decision.js';
import { type Finding, finding } from './finding.js';
import { findingCatalogue } from './finding-catalogue.js';
import type { Model } from './model.js';
import { organs, organValue } from './organ.js';
import type { Person } from './person.js';
import type { ObjectRef } from './primitives.js';
import type {
  ReleaseCase,
  ReleaseChoice,
  ReleaseContent,
  ReleaseFile,
  ReleaseLeftOut,
  ReleaseManifest,
  ReleaseOrgan,
  ReleasePart,
} from './release.js';
import type { ChosenCase } from './release-choice.js';
import { diffReleases } from './release-diff.js';
import { splitCases } from './split.js';

/** An evaluation of a campaign: what it judged, by hash, and what came of it. */
export interface JudgedCases {
  readonly id: string;
  readonly contractSha256: string;
  /** Hash of the label map that was judged, by case. */
  readonly labelMaps: ReadonlyMap<string, string>;
  readonly scores: readonly OrganScore[];
}

/** Everything that a release is made of. */
export interface ReleaseInputs {
  readonly campaign: string;
  readonly version: string;
  readonly choice: ReleaseChoice;
  readonly chosen: readonly ChosenCase[];
  readonly leftOut: readonly ReleaseLeftOut[];
  /** The label map of each case as it is released. */
  readonly labelMaps: ReadonlyMap<string, ObjectRef>;
  readonly images: ReadonlyMap<string, Pick<ReleaseFile, 'path' | 'sha256' | 'bytes'>>;
  readonly decisions: Decisions;
  readonly people: readonly Pick<Person, 'id' | 'role'>[];
  readonly models: ReadonlyMap<string, Model>;
  readonly groups: readonly (readonly string[])[];
  readonly evaluations: readonly JudgedCases[];
  readonly settles: readonly string[];
  /** The newest release before this one. */
  readonly previous?: { readonly manifest: ReleaseManifest; readonly sha256: string } | undefined;
  /** Numbers that cases have had in any release. */
  readonly numbers: ReadonlyMap<string, number>;
  /** Parts that cases have had in any release; the newest counts. */
  readonly parts: ReadonlyMap<string, ReleasePart>;
}

/** The content of a release. Pure: the same inputs give the same value, in the same order. */
export function composeRelease(inputs: ReleaseInputs): ReleaseContent {
  const { campaign, version, choice, chosen, previous } = inputs;
  const names = chosen.map(({ view }) => view.name);
  const parts = partsOf(inputs, names);
  const numbers = numbered(names, inputs.numbers);
  const cases = chosen.map((each) =>
    releaseCase(each, inputs, {
      part: parts.get(each.view.name) ?? 'train',
      number: numbers.get(each.view.name) ?? 0,
    }),
  );
  const evaluation = judgedBy(inputs, names);
  const core = {
    format: 'plusct release 1' as const,
    campaign,
    version,
    labels: { background: 0, ...organValue },
    choice,
    citation: `${campaign}, a plus dataset of ${cases.length} abdominal CTs with liver, kidney, spleen and pancreas, version ${version}.`,
    sources: sourcesOf(cases),
    cases,
    groups: groupsWithin(inputs.groups, names),
    leftOut: [...inputs.leftOut].sort((a, b) => (a.case < b.case ? -1 : 1)),
    models: modelsOf(cases, inputs.models),
    ...(evaluation === undefined ? {} : { evaluation }),
    settles: [...inputs.settles].sort(),
    volumes: volumesOf(inputs),
  };
  if (previous === undefined) return core;
  const { manifest, sha256 } = previous;
  return {
    ...core,
    previous: { version: manifest.version, manifestSha256: sha256 },
    changes: diffReleases(manifest, core),
  };
}

/** Cases keep the part that they ever had; the rest is dealt out by seed, and no group is parted. */
function partsOf(
  { choice, groups, parts }: ReleaseInputs,
  names: readonly string[],
): Map<string, ReleasePart> {
  const shares = { train: 1 - choice.testShare, test: choice.testShare };
  // Cases that are left out this time keep their part, and those that belong to them follow.
  const cases = [...new Set([...names, ...parts.keys()])];
  const kept = Object.fromEntries(parts);
  const { test } = splitCases({ cases, groups, shares, seed: choice.seed, kept });
  return new Map(names.map((name) => [name, test?.includes(name) ? 'test' : 'train']));
}

/** Numbers that were given stay; new cases get those after the highest that was ever given. */
function numbered(names: readonly string[], known: ReadonlyMap<string, number>): Map<string, number> {
  let last = Math.max(0, ...known.values());
  return new Map(names.map((name) => [name, known.get(name) ?? ++last]));
}

function groupsWithin(groups: ReleaseInputs['groups'], names: readonly string[]): string[][] {
  const own = new Set(names);
  return groups.map((group) => group.filter((name) => own.has(name))).filter((group) => group.length > 1);
}

function releaseCase(
  { view, terms }: ChosenCase,
  inputs: ReleaseInputs,
  { part, number }: { part: ReleasePart; number: number },
): ReleaseCase {
  const { passport, name } = view;
  const { voxels, licenceNote, geometry, image } = passport;
  const decision = inputs.decisions.get(name);
  const served = inputs.images.get(name);
  return {
    collection: passport.collection,
    caseId: passport.caseId,
    number,
    part,
    subset: passport.subset,
    copy: passport.copy,
    otherCopies: passport.otherCopies ?? [],
    citation: passport.citation,
    sourceLicence: passport.licence,
    ...(licenceNote === undefined ? {} : { licenceNote }),
    licence: terms.licence,
    sourceFiles: passport.sourceFiles,
    ...(voxels === undefined ? {} : { voxels }),
    geometry: geometry!,
    imageSha256: image!.sha256,
    ...(served === undefined ? {} : { image: served.path }),
    labels: labelsPath(name),
    organs: view.organs.map((organ) => releaseOrgan(organ, view.result.labels, terms.withheld, inputs)),
    reviewed: view.reviewer !== undefined,
    verified: view.verifier !== undefined,
    ...(decision?.verdict === 'accept' ? { accepted: decision.reason } : {}),
    findings: view.findings.filter(({ severity }) => severity !== 'note').map(withoutTraces),
  };
}

/** Where the label map of a case lies in a release. */
export const labelsPath = (name: string): string => `labels/${name}.nii.gz`;

function releaseOrgan(
  view: OrganView,
  labels: ChosenCase['view']['result']['labels'],
  withheld: ChosenCase['terms']['withheld'],
  { people }: ReleaseInputs,
): ReleaseOrgan {
  const { organ, origin, simulated } = view;
  const label = labels.find((each) => each.organ === organ);
  const nobody = { organ, editors: [], simulated: false };
  if (origin === 'absent' || origin === 'none' || label === undefined)
    return { ...nobody, state: origin === 'absent' ? 'absent' : 'none' };
  if (withheld.includes(organ)) return { ...nobody, state: 'withheld' };
  const roleOf = (id: string): string => people.find((each) => each.id === id)?.role ?? 'person';
  return {
    organ,
    state: 'labelled',
    version: label.version,
    voxelSha256: label.voxelSha256,
    voxels: label.voxels,
    origin,
    author: origin === 'human' ? roleOf(label.author) : label.author,
    ...(view.model === undefined ? {} : { model: view.model }),
    editors: view.editors.map(roleOf),
    simulated,
    ...(view.licence === undefined ? {} : { licence: view.licence }),
  };
}

/** Findings about traces of a person are told without what was found. */
function withoutTraces(found: Finding): Finding {
  const { code, where, suggestion } = found;
  if (!code.startsWith('IDENTITY')) return found;
  return finding(code, { where, message: findingCatalogue[code].means, suggestion });
}

function sourcesOf(cases: readonly ReleaseCase[]): ReleaseContent['sources'] {
  const counts = new Map<string, number>();
  for (const { citation } of cases) counts.set(citation, (counts.get(citation) ?? 0) + 1);
  return [...counts]
    .map(([citation, count]) => ({ citation, cases: count }))
    .sort((a, b) => (a.citation < b.citation ? -1 : 1));
}

function modelsOf(cases: readonly ReleaseCase[], models: ReleaseInputs['models']): ReleaseContent['models'] {
  const all = cases.flatMap((item) => item.organs);
  const ids = [...new Set(all.flatMap(({ model }) => model ?? []))].sort();
  return ids.map((modelId) => {
    const known = models.get(modelId);
    return {
      modelId,
      organs: organs.filter((organ) => all.some((each) => each.organ === organ && each.model === modelId)),
      engine: known === undefined ? 'not on record' : `${known.engine.name} ${known.engine.version}`,
      licences: known?.licences ?? ['unknown'],
      trainedOn: known?.trainedOn.length ?? 0,
    };
  });
}

/** The evaluation that judged most of these label maps, and no other. */
function judgedBy(
  { evaluations, chosen, labelMaps: released }: ReleaseInputs,
  names: readonly string[],
): ReleaseContent['evaluation'] {
  const maps = new Map(chosen.map(({ view }) => [view.name, released.get(view.name)?.sha256]));
  const own = new Set(names);
  const fitting = evaluations
    .filter(
      ({ labelMaps }) =>
        labelMaps.size > 0 &&
        [...labelMaps].every(([name, hash]) => own.has(name) && maps.get(name) === hash),
    )
    .sort((a, b) => b.labelMaps.size - a.labelMaps.size || (a.id < b.id ? -1 : 1));
  const [best] = fitting;
  if (best === undefined) return undefined;
  const { id, contractSha256, scores, labelMaps } = best;
  return { id, contractSha256, cases: labelMaps.size, scores: [...scores] };
}

function volumesOf({ chosen, images, labelMaps }: ReleaseInputs): ReleaseFile[] {
  return chosen.flatMap(({ view: { name } }): ReleaseFile[] => {
    const [image, map] = [images.get(name), labelMaps.get(name)];
    return [
      ...(image === undefined ? [] : [{ ...image, kind: 'image' as const }]),
      ...(map === undefined
        ? []
        : [{ path: labelsPath(name), sha256: map.sha256, bytes: map.bytes, kind: 'labels' as const }]),
    ];
  });
}
