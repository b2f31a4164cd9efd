import { MockActivityEnvironment } from '@temporalio/testing';
import { afterAll, describe, expect, it } from 'vitest';
import { storeLabel } from '../../activities/label-store.js';
import { labelDeeds } from '../../activities/labels.js';
import { workVolumesInThreads } from '../../activities/volume-pool.js';
import { Assembly } from '../../domain/campaign.js';
import { Passport } from '../../domain/case.js';
import { passportKey, preLabelKey } from '../../domain/keys.js';
import type { LabelSummary } from '../../domain/label-version.js';
import { organs, organValue } from '../../domain/organ.js';
import type { Geometry } from '../../domain/volume.js';
import { withDirections } from '../../imaging/geometry-repair.js';
import { writeCt, writeLabelMap } from '../../imaging/nifti-write.js';
import { samplePatients } from '../../sources/samples/patient.js';
import { paintPhantom } from '../../sources/samples/phantom.js';
import { sha256 } from '../../storage/hash.js';
import { publishJson, requireJson } from '../../storage/json.js';
import { memoryStore } from '../../storage/memory.js';

const work = workVolumesInThreads(1);
afterAll(() => work.close());

const phantom = paintPhantom(samplePatients(1)[0]);
const at = { campaign: 'mini', collection: 'lits', caseId: 'volume-28' } as const;

/** Findings on the assembled labels of a sample patient whose image file says `inFile` and whose passport `known`. */
async function findingsOf(inFile: Geometry, known: Geometry) {
  const store = memoryStore();
  const header = writeCt(inFile, phantom.hu).slice(0, 540);
  const labels: LabelSummary[] = [];
  for (const organ of organs) {
    const mask = phantom.labels.map((value) => (value === organValue[organ] ? 1 : 0));
    const bytes = writeLabelMap(mask, writeCt(inFile, phantom.hu));
    const packed = { organ, bytes, voxelSha256: sha256(mask), voxels: 1 };
    labels.push(
      await storeLabel(store, at, organ, packed, { origin: 'model', author: 'model', reason: 'test' }),
    );
  }
  const passport = Passport.parse({
    collection: at.collection,
    caseId: at.caseId,
    subset: 'train',
    status: 'accepted',
    licence: 'none',
    citation: 'none',
    copy: 'test',
    sourceFiles: [],
    geometry: known,
    nativeHeader: Buffer.from(header).toString('base64'),
    sourceLabels: [],
    missingOrgans: [...organs],
    findings: [],
  });
  await publishJson(store, passportKey(at), passport);
  const deed = () => labelDeeds({ store, work }).assemblePreLabel({ at, labels, findings: [] });
  await new MockActivityEnvironment().run<[], unknown, typeof deed>(deed);
  const { findings } = await requireJson(store, preLabelKey(at), Assembly);
  return findings.map(({ code, field }) => [code, field]);
}

describe('assembled organs', () => {
  const { geometry } = phantom;
  const mirrored = withDirections(geometry, 'LAS', 'made wrong');

  it('that lie as the geometry has it are no finding', async () => {
    expect(await findingsOf(geometry, geometry)).toEqual([]);
  }, 60_000);

  it('that lie mirrored in it are flagged', async () => {
    expect(await findingsOf(mirrored, { ...mirrored, repairs: [] })).toEqual([
      ['ORIENTATION_DOUBTFUL', 'left-right'],
    ]);
  }, 60_000);

  it('are held against the passport, not against a header that is known to be wrong', async () => {
    expect(await findingsOf(mirrored, withDirections(mirrored, 'RAS', 'liver side'))).toEqual([]);
  }, 60_000);
});
