import { MockActivityEnvironment } from '@temporalio/testing';
import { afterAll, describe, expect, it } from 'vitest';
import { campaignDeeds } from '../../activities/campaign.js';
import { jobsOf, rowsOf } from '../../activities/duplicates.js';
import { workVolumesInThreads } from '../../activities/volume-pool.js';
import { madePatients } from '../../bench/duplicate-trial.js';
import { copyOf } from '../../bench/scan-copies.js';
import { Worklist } from '../../domain/campaign.js';
import { CaseGroups } from '../../domain/case-groups.js';
import type { Collection } from '../../domain/collection.js';
import {
  campaignPlanKey,
  caseGroupsKey,
  coarseKey,
  manifestKey,
  passportKey,
  sketchKey,
  worklistKey,
} from '../../domain/keys.js';
import { organs } from '../../domain/organ.js';
import type { PatientPair } from '../../domain/patients.js';
import { packCoarse } from '../../imaging/coarse-file.js';
import { coarseVolume } from '../../imaging/coarse-volume.js';
import { writeCt } from '../../imaging/nifti-write.js';
import { seededRandom } from '../../imaging/random.js';
import type { CtVolume } from '../../imaging/volume.js';
import { voxelHash } from '../../imaging/voxel-hash.js';
import { sketchOf } from '../../sources/scan-sketch.js';
import { putContent } from '../../storage/content.js';
import { publish, publishJson, requireJson } from '../../storage/json.js';
import { memoryStore } from '../../storage/memory.js';

const campaign = 'copies';
const work = workVolumesInThreads(1);
const store = memoryStore();
afterAll(() => work.close());

async function ingested(collection: Collection, caseId: string, scan: CtVolume): Promise<void> {
  const at = { campaign, collection, caseId };
  const { geometry, hu } = scan;
  await publishJson(store, sketchKey(at), sketchOf(scan));
  // One case has no coarse scan, as after an older ingest.
  if (caseId !== 'PANCREAS_0004') await publish(store, coarseKey(at), packCoarse(coarseVolume(scan)));
  await publishJson(store, passportKey(at), {
    collection,
    caseId,
    subset: 'train',
    status: 'accepted',
    licence: 'CC0',
    citation: 'none',
    copy: 'made',
    sourceFiles: [],
    image: await putContent(store, writeCt(geometry, hu)),
    voxels: { shape: geometry.shape, voxelSha256: voxelHash(hu), minHu: -1024, maxHu: 3071 },
    geometry,
    sourceLabels: [],
    missingOrgans: [...organs],
    findings: [],
  });
}

describe('the triangle of all pairs', () => {
  it.each([0, 1, 2, 3, 101, 1064])('of %i sketches is cut into jobs that hold every row once', (count) => {
    const jobs = rowsOf(count);
    const rows = jobs.flatMap(({ from, to }) => Array.from({ length: to - from }, (_, n) => from + n));
    expect(rows).toEqual(Array.from({ length: count }, (_, n) => n));
    const pairs = jobs.map(({ from, to }) => ((from + to - 1) * (to - from)) / 2);
    expect(pairs.every((each) => each < 20_000 + count)).toBe(true);
  });
});

describe('pairs with one second', () => {
  it('are one job as long as they follow each other, 16 at most', () => {
    const pairs = [[0, 1], [0, 2], [1, 2], ...Array.from({ length: 17 }, (_, n) => [n, 17])] as const;
    const jobs = jobsOf(pairs as readonly (readonly [number, number])[]);
    expect(jobs.map((job) => job.length)).toEqual([1, 2, 16, 1]);
    expect(jobs.flat()).toEqual(pairs);
  });
});

/** A table says that a case and one that is no copy are of one patient. */
const patients: PatientPair[] = [
  {
    first: 'lits/volume-0',
    second: 'nih-pancreas/PANCREAS_0002',
    same: { kind: 'same-patient', table: 'patients.csv', sha256: 'ab'.repeat(32), lines: [2, 5] },
  },
];

describe('the worklist of a campaign', () => {
  it('holds one case of every scan, two of one patient; the groups are on record with their proof', async () => {
    const [first, second, third] = [...madePatients(3)].map(({ scan }) => scan);
    const collections: Collection[] = ['lits', 'nih-pancreas'];
    const plan = { campaign, refine: 'human', engine: 'atlas', people: [], seed: 1, window: 10, patients };
    await publishJson(store, campaignPlanKey(campaign), {
      ...plan,
      collections: collections.map((collection) => ({ collection, directory: collection })),
    });
    for (const collection of collections)
      await publishJson(store, manifestKey(campaign, collection), {
        source: { copy: 'made', licence: 'none', citation: 'none', otherCopies: [] },
        cases: [],
        findings: [],
      });
    await ingested('lits', 'volume-0', first!);
    await ingested('lits', 'volume-1', second!);
    await ingested('nih-pancreas', 'PANCREAS_0001', copyOf(first!, 'turned', seededRandom(1)));
    await ingested('nih-pancreas', 'PANCREAS_0002', third!);
    await ingested(
      'nih-pancreas',
      'PANCREAS_0003',
      copyOf(second!, 'cropped along three axes', seededRandom(2)),
    );
    await ingested('nih-pancreas', 'PANCREAS_0004', copyOf(second!, 'resampled', seededRandom(3)));

    const deeds = campaignDeeds({
      store,
      work,
      now: () => new Date(),
      workflowStatus: async () => 'unknown',
    });
    const settled = await new MockActivityEnvironment().run(() => deeds.settleWorklist({ campaign }));
    expect(settled).toEqual({ cases: 3 });
    const { leftOut } = await requireJson(store, worklistKey(campaign), Worklist);
    expect(leftOut.map(({ caseId, finding }) => [caseId, finding.code, finding.severity])).toEqual([
      ['PANCREAS_0001', 'DUPLICATE_EXACT', 'exclude'],
      ['PANCREAS_0003', 'DUPLICATE_SIMILAR', 'quarantine'],
      ['PANCREAS_0004', 'DUPLICATE_SIMILAR', 'quarantine'],
    ]);
    const { groups, pairs, compared } = await requireJson(store, caseGroupsKey(campaign), CaseGroups);
    expect(compared).toBe(6);
    expect(groups).toEqual([
      ['lits/volume-0', 'nih-pancreas/PANCREAS_0001', 'nih-pancreas/PANCREAS_0002'],
      ['lits/volume-1', 'nih-pancreas/PANCREAS_0003', 'nih-pancreas/PANCREAS_0004'],
    ]);
    expect(pairs.map(({ same }) => same.kind)).toEqual([
      'turned',
      'crop',
      'similar',
      'similar',
      'same-patient',
    ]);
  }, 240_000);
});
