import { describe, expect, it } from 'vitest';
import { checksumFindings } from '../../sources/checksums.js';
import { adapterFor } from '../../sources/registry.js';
import { treeOf } from './made-cases.js';

const [one, two] = ['1'.repeat(64), 'ab'.repeat(32)];
const files = {
  'Training Batch 1/volume-0.nii': 'x',
  'Training Batch 1/segmentation-0.nii': 'x',
  'volume-1.nii': 'x',
};
const listed = (sums: string, name = 'SHA256SUMS') =>
  adapterFor('lits').list(treeOf({ ...files, [name]: sums }));

describe('a list of checksums in a collection’s folder', () => {
  it('gives files their hashes, as sha256sum writes them; files that it lacks are not judged', async () => {
    const sums = `${one}  Training Batch 1/volume-0.nii\n${two.toUpperCase()} *./Training Batch 1/segmentation-0.nii\n\n`;
    for (const name of ['SHA256SUMS', 'sha256sums.txt', 'checksums.sha256']) {
      const { cases } = await listed(sums, name);
      expect(cases.map(({ expectedSha256 }) => expectedSha256)).toEqual([
        { 'Training Batch 1/volume-0.nii': one, 'Training Batch 1/segmentation-0.nii': two },
        undefined,
      ]);
    }
  });

  it('holds back a case whose file is another one', async () => {
    const { cases } = await listed(`${one}  Training Batch 1/volume-0.nii`);
    const path = 'Training Batch 1/volume-0.nii';
    expect(checksumFindings(cases[0]!, [{ path, sha256: one }])).toEqual([]);
    expect(checksumFindings(cases[0]!, [{ path, sha256: two }])).toMatchObject([
      { code: 'FILE_CHANGED', severity: 'quarantine', where: path, value: two },
    ]);
    expect(checksumFindings(cases[1]!, [{ path: 'volume-1.nii', sha256: two }])).toEqual([]);
  });

  it('is refused with its line where it cannot be read', async () => {
    await expect(listed(`${one}  a\nno sum`)).rejects.toThrow('SHA256SUMS, line 2');
  });
});
