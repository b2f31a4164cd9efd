import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { MockActivityEnvironment } from '@temporalio/testing';
import { afterAll, describe, expect, it } from 'vitest';
import { acceptedVolumes } from '../../activities/accepted-volumes.js';
import { diffLabelSets, diffVersions } from '../../activities/label-diffs.js';
import { loadPassport, nativeHeader, storeLabel } from '../../activities/label-store.js';
import { refinementDeeds, type Submission } from '../../activities/refinement.js';
import { workVolumesInThreads } from '../../activities/volume-pool.js';
import { CaseResult } from '../../domain/campaign.js';
import { Passport } from '../../domain/case.js';
import { passportKey, resultKey } from '../../domain/keys.js';
import type { LabelSummary } from '../../domain/label-version.js';
import { organs } from '../../domain/organ.js';
import { readLabelMap, readNiftiHeader } from '../../imaging/nifti.js';
import { writeLabelMap } from '../../imaging/nifti-write.js';
import { extractOrgan } from '../../imaging/overlap.js';
import { putContent } from '../../storage/content.js';
import { sha256 } from '../../storage/hash.js';
import { publishJson } from '../../storage/json.js';
import { memoryStore } from '../../storage/memory.js';

const work = workVolumesInThreads(1);
afterAll(() => work.close());

const fixture = (name: string): Uint8Array => readFileSync(join('test', 'fixtures', 'submissions', name));
const image = fixture('image.nii.gz');
const mask = Uint8Array.from(readLabelMap(fixture('mask.nii.gz'), 'mask').values);
const at = { campaign: 'checks', collection: 'lits', caseId: 'volume-0' } as const;

/** The fixtures' case in a store: the liver labelled at the source, the rest by a model. */
async function desk() {
  const store = memoryStore();
  const { geometry, raw } = readNiftiHeader(image, 'image');
  const passport = Passport.parse({
    ...{ collection: at.collection, caseId: at.caseId, subset: 'train', status: 'accepted', licence: 'none' },
    ...{ citation: 'none', copy: 'test', sourceFiles: [], sourceLabels: [], findings: [], geometry },
    image: await putContent(store, image),
    nativeHeader: Buffer.from(raw).toString('base64'),
    missingOrgans: ['kidney', 'spleen', 'pancreas'],
  });
  await publishJson(store, passportKey(at), passport);
  const current: LabelSummary[] = [];
  for (const organ of organs) {
    const own = extractOrgan(mask, organ);
    const packed = {
      organ,
      bytes: writeLabelMap(own, nativeHeader(await loadPassport(store, at))),
      voxelSha256: sha256(own),
      voxels: own.reduce((a, b) => a + b, 0),
    };
    const origin = organ === 'liver' ? 'source' : 'model';
    current.push(await storeLabel(store, at, organ, packed, { origin, author: origin, reason: 'test' }));
  }
  const submit = async (file: Uint8Array, more: Partial<Submission> = {}) => {
    const upload = await putContent(store, file);
    const input = { at, upload, current, author: 'anna', simulated: false, reason: 'submit', ...more };
    const deed = () => refinementDeeds({ store, work, now: () => new Date() }).acceptSubmission(input);
    type Answer = Awaited<ReturnType<typeof deed>>;
    return new MockActivityEnvironment().run<[], Answer, typeof deed>(deed);
  };
  return { store, current, submit };
}

/** The fixtures' mask with the spleen erased. */
const withoutSpleen = writeLabelMap(
  mask.map((value) => (value === 3 ? 0 : value)),
  image,
);
/** Two voxels of kidney less. */
const fewer = writeLabelMap(
  mask.map((value, n) => (n === mask.indexOf(2) || n === mask.lastIndexOf(2) ? 0 : value)),
  image,
);

describe('submissions', () => {
  it('as nibabel and SimpleITK save them change nothing of what was not changed', async () => {
    const { submit, current } = await desk();
    for (const name of ['nibabel-float64.nii.gz', 'simpleitk-int16.nii.gz', 'simpleitk.nrrd'])
      expect(await submit(fixture(name)), name).toEqual({ labels: current, remarks: [], changedVoxels: {} });
  }, 60_000);

  it('on another grid, moved or relabelled are refused with code, reason and remedy', async () => {
    const { submit } = await desk();
    for (const [name, code] of [
      ['flipped-header.nii.gz', 'SUBMISSION_GRID'],
      ['flipped-voxels.nii.gz', 'SUBMISSION_MOVED'],
      ['resampled.nii.gz', 'SUBMISSION_GRID'],
      ['relabelled.nii.gz', 'SUBMISSION_RELABELLED'],
    ] as const) {
      const answer = await submit(fixture(name), { kind: 'refine', reason: 'it is so' });
      expect(answer, name).toMatchObject({
        refused: expect.stringMatching(new RegExp(`^${code}: .* – .*`)),
        findings: [{ code, severity: 'reject' }],
      });
    }
  }, 60_000);

  it('with flags need the codes and a reason, and then have both on record', async () => {
    const { submit } = await desk();
    expect(await submit(withoutSpleen)).toMatchObject({
      refused: expect.stringContaining('acknowledge SUBMISSION_EMPTY and give a reason'),
      findings: [{ code: 'SUBMISSION_EMPTY', severity: 'flag', field: 'spleen' }],
    });
    const acknowledged = ['SUBMISSION_EMPTY'];
    expect(await submit(withoutSpleen, { acknowledged })).toHaveProperty('refused');
    const answer = await submit(withoutSpleen, { acknowledged, reason: 'taken out in 2011' });
    expect(answer).toMatchObject({
      remarks: [expect.stringContaining('SUBMISSION_EMPTY')],
      changedVoxels: { spleen: 36 },
    });
    expect(await submit(withoutSpleen, { absent: ['spleen'] })).not.toHaveProperty('refused');
  }, 60_000);

  it('are flagged for organs that a return, or the task, does not ask for', async () => {
    const { submit } = await desk();
    expect(await submit(fewer, { askedFor: ['spleen'] })).toMatchObject({
      refused: expect.stringContaining('2 voxels of kidney were changed, the task asks for spleen'),
      findings: [{ code: 'SUBMISSION_ELSEWHERE', field: 'kidney' }],
    });
    expect(await submit(fewer, { askedFor: ['kidney'] })).toMatchObject({
      changedVoxels: { kidney: 2 },
    });
  }, 60_000);

  it('make versions whose difference to their parents can be asked for', async () => {
    const { submit, store, current } = await desk();
    const answer = await submit(fewer);
    if ('refused' in answer) throw new Error(answer.refused);
    const from = current[1]!.version;
    const to = answer.labels.find(({ organ }) => organ === 'kidney')!.version;
    const diff = await diffVersions({ store, work }, at, { organ: 'kidney', from, to });
    expect(diff).toMatchObject({ addedVoxels: 0, removedVoxels: 2, movedVoxels: 0 });
    // Voxels of 2 × 2.5 × 3 mm.
    expect(diff.removedMl).toBeCloseTo(0.03, 6);
    const all = await diffLabelSets({ store, work }, at, current, answer.labels);
    expect(all.map(({ organ, removedVoxels }) => [organ, removedVoxels])).toEqual([
      ['liver', 0],
      ['kidney', 2],
      ['spleen', 0],
      ['pancreas', 0],
    ]);
    await expect(diffVersions({ store, work }, at, { organ: 'liver', from, to })).rejects.toThrow(
      'plusct labels list lits/volume-0',
    );
  }, 60_000);
});

describe('accepted volumes', () => {
  it('are those of the finished cases of the collection, the case itself left out', async () => {
    const { store, current } = await desk();
    const passport = await loadPassport(store, at);
    const file = { key: 'k', sha256: '0'.repeat(64), bytes: 1 };
    for (const caseId of ['volume-0', 'volume-1', 'volume-2']) {
      const other = { ...at, caseId };
      if (caseId !== at.caseId) await publishJson(store, passportKey(other), { ...passport, caseId });
      const { collection } = at;
      const parts = { labelMap: file, labels: current, findings: [], collection, caseId, absent: [] };
      if (caseId !== 'volume-2') await publishJson(store, resultKey(other), CaseResult.parse(parts));
    }
    const volumes = await acceptedVolumes(store, at);
    expect(volumes.spleen).toHaveLength(1);
    expect(volumes.spleen![0]).toBeCloseTo((36 * 2 * 2.5 * 3) / 1000, 6);
  });
});
