import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import { workVolumesInThreads } from '../../activities/volume-pool.js';
import type { SourceCase } from '../../domain/case.js';
import { writeNifti } from '../../imaging/nifti-write.js';
import { sha256 } from '../../storage/hash.js';
import { rasAffine, treeOf } from '../sources/made-cases.js';

const work = workVolumesInThreads(1);
afterAll(() => work.close());

const sourceCase: SourceCase = {
  collection: 'lits',
  caseId: 'volume-0',
  subset: 'test',
  image: { kind: 'nifti', path: 'volume-0.nii' },
  findings: [],
};

describe('ingest in a thread', () => {
  it.each([
    ['a tiny file', 4],
    ['a file of some size', 40],
  ])(
    'reads %s once, hashes it and hands the image over',
    async (_name, side) => {
      const voxels = new Int16Array(side ** 3).map((_, n) => n % 90);
      const sform = { code: 1, affine: rasAffine([1, 1, 2]) };
      const file = writeNifti({ shape: [side, side, side], voxels, spacingMm: [1, 1, 2], sform });
      const directory = treeOf({ 'volume-0.nii': side === 4 ? gzipSync(file) : file });
      const stored = readFileSync(join(directory, 'volume-0.nii'));
      const {
        image,
        files,
        voxels: identity,
        geometry,
        identity: people,
      } = await work.ingest({ sourceCase, directory });
      expect(Buffer.from(image!.bytes).equals(stored)).toBe(true);
      expect(image!.sha256).toBe(sha256(stored));
      expect(files).toEqual([{ path: 'volume-0.nii', sha256: sha256(stored), bytes: stored.length }]);
      expect(identity!.voxelSha256).toBe(sha256(new Uint8Array(voxels.buffer)));
      expect(geometry!.shape).toEqual([side, side, side]);
      expect(people!.files).toBe(1);
    },
    60_000,
  );

  it('names a file that is not there', async () => {
    const { findings } = await work.ingest({ sourceCase, directory: treeOf({ other: 'x' }) });
    expect(findings).toMatchObject([{ code: 'FILE_MISSING' }]);
  }, 60_000);
});
