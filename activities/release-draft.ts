import { caseName } from '../domain/case-name.js';
import type { CaseAddress } from '../domain/keys.js';
import type { ObjectRef } from '../domain/primitives.js';
import {
  type ReleaseChoice,
  type ReleaseContent,
  type ReleaseFile,
  ReleaseManifest,
} from '../domain/release.js';
import type { CaseChange, OrganChange } from '../domain/release-changes.js';
import { type ChosenCase, type ReleaseSelection, selectCases } from '../domain/release-choice.js';
import { composeRelease, type ReleaseInputs } from '../domain/release-compose.js';
import { versionRefusal } from '../domain/release-version.js';
import { casesPath, releaseCases } from '../reports/release-cases.js';
import { licencesPath, releaseLicences } from '../reports/release-licences.js';
import { readmePath, releaseReadme } from '../reports/release-readme.js';
import { putContent } from '../storage/content.js';
import { canonicalJson } from '../storage/json.js';
import { mapBounded } from '../storage/map-bounded.js';
import type { ObjectStore } from '../storage/object-store.js';
import type { Dependencies } from './dependencies.js';
import { diffVersions } from './label-diffs.js';
import { nativeHeader } from './label-store.js';
import { type ReleaseRecords, readReleaseRecords } from './release-records.js';
import { loadMaskParts } from './task-parts.js';

type Deeds = Pick<Dependencies, 'store' | 'work'>;

/** What somebody asks for. */
export interface AskedRelease {
  readonly campaign: string;
  readonly version: string;
  readonly choice: ReleaseChoice;
}

/** A manifest that is ready to be published, in the object store under its hash; or why there is none. */
export type ReleaseDraft =
  | { readonly manifest: ObjectRef; readonly cases: number; readonly files: number }
  | { readonly refusals: string[] };

/** Volumes that are worked on at once. */
const volumesAtOnce = 2;

/** What a release would hold, without writing anything: its selection and, where there are no refusals, its content. */
export function planContent(
  asked: AskedRelease,
  records: ReleaseRecords,
): { selection: ReleaseSelection; content: ReleaseContent } {
  const selection = chooseCases(asked, records);
  const labelMaps = new Map(selection.chosen.map(({ view }) => [view.name, view.result.labelMap]));
  return { selection, content: composeRelease(inputsOf(asked, records, selection, labelMaps)) };
}

/** Writes everything of a release but its manifest's key: documents and label maps under their hashes, twice the same. */
export async function draftRelease(deps: Deeds, asked: AskedRelease): Promise<ReleaseDraft> {
  const { store } = deps;
  const { campaign, choice, version } = asked;
  const records = await readReleaseRecords(store, campaign, choice, version);
  const selection = chooseCases(asked, records);
  if (selection.refusals.length > 0) return { refusals: [...selection.refusals] };
  const labelMaps = await labelMapsOf(deps, campaign, selection.chosen);
  const composed = composeRelease(inputsOf(asked, records, selection, labelMaps));
  const { known } = records;
  // A version that is there is compared by its bytes, when its key is written.
  const refused = known.includes(version)
    ? undefined
    : versionRefusal({ asked: version, known, changes: composed.changes });
  if (refused !== undefined) return { refusals: [refused] };
  const content = await withVoxelCounts(deps, composed);
  const manifest = await writeManifest(store, content);
  return { manifest, cases: content.cases.length, files: content.volumes.length };
}

function chooseCases({ choice }: AskedRelease, { views, models }: ReleaseRecords): ReleaseSelection {
  return selectCases(views, choice, new Map([...models].map(([id, { licences }]) => [id, licences])));
}

function inputsOf(
  { campaign, version, choice }: AskedRelease,
  records: ReleaseRecords,
  selection: ReleaseSelection,
  labelMaps: ReadonlyMap<string, ObjectRef>,
): ReleaseInputs {
  const { decisions, people, models, groups, evaluations, errata, earlier } = records;
  const previous = earlier.at(-1);
  const settledBefore = new Set(earlier.flatMap(({ manifest }) => manifest.settles));
  const released = earlier.flatMap(({ manifest }) => manifest.cases);
  return {
    campaign,
    version,
    choice,
    ...selection,
    labelMaps,
    images: choice.images ? new Map(selection.chosen.map(imageOf)) : new Map(),
    decisions,
    people,
    models,
    groups,
    evaluations,
    settles: errata
      .filter(({ id, state }) => state === 'settled' && !settledBefore.has(id))
      .map(({ id }) => id),
    numbers: new Map(released.map((item) => [caseName(item), item.number])),
    parts: new Map(released.map((item) => [caseName(item), item.part])),
    ...(previous === undefined ? {} : { previous }),
  };
}

/** The image as plusct serves it: the source's own file where that is NIfTI, else an unpacked one. */
function imageOf({
  view: { name, passport },
}: ChosenCase): [string, Pick<ReleaseFile, 'path' | 'sha256' | 'bytes'>] {
  const { sha256, bytes } = passport.image!;
  const source = passport.sourceFiles.find((file) => file.sha256 === sha256);
  return [name, { path: `images/${name}.nii${source?.path.endsWith('.gz') ? '.gz' : ''}`, sha256, bytes }];
}

/** Label maps as they are, but for those that may not hold every organ: they are put together anew without these. */
async function labelMapsOf(
  { store, work }: Deeds,
  campaign: string,
  chosen: readonly ChosenCase[],
): Promise<Map<string, ObjectRef>> {
  const maps = await mapBounded(chosen, volumesAtOnce, async ({ view, terms }) => {
    const { passport, result, name } = view;
    if (terms.withheld.length === 0) return [name, result.labelMap] as const;
    const at: CaseAddress = { campaign, collection: passport.collection, caseId: passport.caseId };
    const kept = result.labels.filter(({ organ }) => !terms.withheld.includes(organ));
    const parts = await loadMaskParts(store, at, kept);
    const assembled = await work.assemble({
      header: nativeHeader(passport),
      geometry: passport.geometry!,
      parts,
    });
    return [name, await putContent(store, assembled.labelMap)] as const;
  });
  return new Map(maps);
}

/** Adds to each changed organ the voxels that came and went. */
async function withVoxelCounts(deps: Deeds, content: ReleaseContent): Promise<ReleaseContent> {
  if (content.changes === undefined) return content;
  const changed = await countChangedVoxels(deps, content.campaign, content.changes.changed);
  return { ...content, changes: { ...content.changes, changed } };
}

/** Beyond so many, counting would take longer than anybody waits: a new model may change every case. */
const countedOrgans = 200;

/** Counts voxels that came and went between the label versions of changed organs; not where too many changed. */
export async function countChangedVoxels(
  deps: Deeds,
  campaign: string,
  changed: readonly CaseChange[],
): Promise<CaseChange[]> {
  if (changed.reduce((sum, { organs }) => sum + organs.length, 0) > countedOrgans) return [...changed];
  return mapBounded(changed, volumesAtOnce, async (change) => {
    const [collection, caseId] = change.case.split('/') as [CaseAddress['collection'], string];
    const organs: OrganChange[] = [];
    for (const each of change.organs) {
      const [from, to] = [each.before.version, each.after.version];
      if (from === undefined || to === undefined || from === to) organs.push(each);
      else {
        const { addedVoxels, removedVoxels } = await diffVersions(
          deps,
          { campaign, collection, caseId },
          { organ: each.organ, from, to },
        );
        organs.push({ ...each, addedVoxels, removedVoxels });
      }
    }
    return { ...change, organs };
  });
}

async function writeManifest(store: ObjectStore, content: ReleaseContent): Promise<ObjectRef> {
  const documents = {
    [readmePath]: releaseReadme(content),
    [licencesPath]: releaseLicences(content),
    [casesPath]: releaseCases(content),
  };
  const files: ReleaseFile[] = [...content.volumes];
  for (const [path, text] of Object.entries(documents)) {
    const { sha256, bytes } = await putContent(store, new TextEncoder().encode(text));
    files.push({ path, sha256, bytes, kind: 'document' });
  }
  files.sort((a, b) => (a.path < b.path ? -1 : 1));
  const { volumes: _volumes, ...rest } = content;
  const manifest = ReleaseManifest.parse({ ...rest, files });
  return putContent(store, new TextEncoder().encode(canonicalJson(manifest)));
}
