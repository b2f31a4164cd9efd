import { storeLabel } from '../../activities/label-store.js';
import { CampaignPlan, CaseResult, Worklist } from '../../domain/campaign.js';
import { type CaseSummary, Passport } from '../../domain/case.js';
import { CaseGroups, type CasePair } from '../../domain/case-groups.js';
import { type CoreCollection, collectionFacts, coreCollections } from '../../domain/collection.js';
import { campaignPlanKey, caseGroupsKey, passportKey, resultKey } from '../../domain/keys.js';
import type { LabelSummary } from '../../domain/label-version.js';
import { organs } from '../../domain/organ.js';
import type { Geometry } from '../../domain/volume.js';
import { readNiftiHeader } from '../../imaging/nifti.js';
import { writeLabelMap, writeNifti } from '../../imaging/nifti-write.js';
import { extractOrgan } from '../../imaging/overlap.js';
import { paintPhantom } from '../../sources/samples/phantom.js';
import { putContent } from '../../storage/content.js';
import { sha256 } from '../../storage/hash.js';
import { publishJson } from '../../storage/json.js';
import type { ObjectStore } from '../../storage/object-store.js';
import { publishWorklist } from '../../storage/worklists.js';

/** Phantoms of a third of their size, in slices of 3.5 mm: the atlas takes a second for one. */
const scale = 0.35;
const sliceStepMm = 10;

/** Cases of each collection: labelled at the source, and not. */
const counts: Readonly<Record<CoreCollection, readonly [train: number, test: number]>> = {
  lits: [2, 1],
  kits19: [2, 1],
  'msd-spleen': [2, 1],
  'msd-pancreas': [2, 1],
  'nih-pancreas': [2, 0],
};

/** A finished campaign in a store, as a build leaves it behind: its labels are the phantoms' own. */
export async function storePhantomResults(
  store: ObjectStore,
  campaign: string,
  pairs: readonly CasePair[] = [],
): Promise<void> {
  const plan = {
    campaign,
    collections: coreCollections.map((collection) => ({ collection, directory: '/none' })),
    refine: 'human',
    engine: 'atlas',
    people: [],
    seed: 1,
    window: 1,
  };
  await publishJson(store, campaignPlanKey(campaign), CampaignPlan.parse(plan));
  const cases: CaseSummary[] = [];
  for (const collection of coreCollections) {
    for (const [at, subset] of (['train', 'test'] as const).entries()) {
      for (let n = 0; n < counts[collection][at]!; n++)
        cases.push(await storeCase(store, campaign, collection, subset, `${subset}-${n}`));
    }
  }
  await publishWorklist(store, campaign, Worklist.parse({ cases, leftOut: [] }));
  const groups = {
    compared: cases.length,
    looked: pairs.length,
    pairs,
    groups: pairs.map(({ first, second }) => [first, second]),
  };
  await publishJson(store, caseGroupsKey(campaign), CaseGroups.parse(groups));
}

async function storeCase(
  store: ObjectStore,
  campaign: string,
  collection: CoreCollection,
  subset: 'train' | 'test',
  caseId: string,
): Promise<CaseSummary> {
  const at = { campaign, collection, caseId };
  const phantom = paintPhantom({
    collection,
    caseId,
    subset,
    phase: 'portal venous',
    seed: `small/${collection}/${caseId}`,
    shape: [96, 80, 200 / sliceStepMm],
    sliceStepMm,
    droppedSlices: 0,
  });
  const image = imageFile(phantom.geometry, phantom.hu);
  const labels: LabelSummary[] = [];
  for (const organ of organs) {
    const mask = extractOrgan(phantom.labels, organ);
    const voxels = mask.reduce((sum, value) => sum + value, 0);
    const packed = { organ, bytes: writeLabelMap(mask, image), voxelSha256: sha256(mask), voxels };
    const source = subset === 'train' && collectionFacts[collection].organs.includes(organ);
    const note = source
      ? { origin: 'source' as const, author: collection, reason: 'labelled at the source' }
      : { origin: 'human' as const, author: 'anna', reason: 'corrected' };
    labels.push(await storeLabel(store, at, organ, packed, note));
  }
  const sourceLabels = labels.filter(({ origin }) => origin === 'source');
  const { licence, citation } = collectionFacts[collection];
  const passport = Passport.parse({
    ...{ collection, caseId, subset, licence, citation, sourceLabels },
    status: 'accepted',
    copy: 'test',
    sourceFiles: [],
    image: await putContent(store, image),
    geometry: readNiftiHeader(image, caseId).geometry,
    nativeHeader: Buffer.from(image.subarray(0, 540)).toString('base64'),
    missingOrgans: organs.filter((organ) => !sourceLabels.some((label) => label.organ === organ)),
    findings: [],
  });
  await publishJson(store, passportKey(at), passport);
  const labelMap = await putContent(store, writeLabelMap(phantom.labels, image));
  const result = CaseResult.parse({ labelMap, labels, findings: [], collection, caseId, absent: [] });
  await publishJson(store, resultKey(at), result);
  const { status, missingOrgans } = passport;
  return { collection, caseId, status, sourceLabels, missingOrgans };
}

function imageFile({ shape, spacingMm, affine }: Geometry, voxels: Int16Array): Uint8Array {
  const small = (row: readonly number[]) => row.map((value) => value * scale) as Geometry['affine'][0];
  const form = {
    code: 1,
    affine: [small(affine[0]), small(affine[1]), small(affine[2])] as Geometry['affine'],
  };
  const sides = spacingMm.map((side) => side * scale) as Geometry['spacingMm'];
  return writeNifti({ shape, voxels, spacingMm: sides, sform: form, qform: form });
}
