import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { strToU8, zipSync } from 'fflate';
import { afterAll, describe, expect, it } from 'vitest';
import { checkUpload, gateLimits, readUpload } from '../../activities/upload-gate.js';
import { readLabelMap } from '../../imaging/nifti.js';
import { writeLabelMap, writeNifti } from '../../imaging/nifti-write.js';

const folder = mkdtempSync(join(tmpdir(), 'plusct-gate-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const affine = [
  [-2, 0, 0, 30],
  [0, 2, 0, -20],
  [0, 0, 3, 5],
] satisfies NonNullable<Parameters<typeof writeNifti>[0]['sform']>['affine'];
const sform = { code: 1, affine };
const spacingMm = [2, 2, 3] as const;
const image = writeNifti({ shape: [4, 3, 2], spacingMm, voxels: new Int16Array(24), sform });
const labels = new Uint8Array(24).fill(1, 3, 9).fill(4, 20, 22);
const mask = writeLabelMap(labels, image);

/** A NIfTI header that promises `shape`, with other bytes after it. */
function promising(shape: readonly [number, number, number], body: Uint8Array): Uint8Array {
  const file = Buffer.concat([
    writeNifti({ shape: [1, 1, 1], spacingMm, voxels: new Uint8Array(1), sform }),
    body,
  ]);
  for (const [n, size] of shape.entries()) file.writeInt16LE(size, 42 + 2 * n);
  return file;
}

/** 400 MB of zeros, packed into 0.4 MB. */
const zeros = gzipSync(new Uint8Array(400_000_000), { level: 1 });

describe('the gate for uploads', () => {
  it('lets a mask in, says what it holds, and gives it back in plusct’s own form', async () => {
    expect(await checkUpload(mask, image)).toEqual({
      accepted: true,
      format: 'nifti',
      shape: [4, 3, 2],
      spacingMm: [2, 2, 3],
      axisCodes: 'LAS',
      voxels: { 1: 6, 4: 2 },
      findings: [],
    });
    const doubles = writeNifti({
      shape: [4, 3, 2],
      spacingMm,
      voxels: Float32Array.from(labels),
      qform: sform,
    });
    const read = await readUpload(doubles, image);
    if (!read.accepted) throw new Error(read.message);
    expect(read.labelMap).toEqual(mask);
  });

  it('takes a path as well as bytes, and needs no image to look at a file', async () => {
    const path = join(folder, 'mask.nii.gz');
    writeFileSync(path, mask);
    expect(await checkUpload(path)).toMatchObject({ accepted: true, voxels: { 1: 6, 4: 2 } });
  });

  it('refuses what is no mask, with a reason and a remedy', async () => {
    const hostile: [string, Uint8Array, string][] = [
      [
        'a web page',
        strToU8('<!DOCTYPE html><html><body>mask.nii.gz</body></html>'),
        'SUBMISSION_UNREADABLE',
      ],
      ['a zip', zipSync({ '../../etc/passwd': strToU8('x') }), 'SUBMISSION_UNREADABLE'],
      ['a zip bomb', zipSync({ a: new Uint8Array(50_000_000) }), 'SUBMISSION_UNREADABLE'],
      ['a gzip bomb without a header', zeros, 'HEADER_INVALID'],
      [
        'a gzip bomb behind a header',
        Buffer.concat([gzipSync(image.subarray(0, 352)), zeros, zeros]),
        'HEADER_INVALID',
      ],
      ['nothing', new Uint8Array(0), 'FILE_EMPTY'],
      ['half a mask', mask.subarray(0, mask.length - 20), 'FILE_TRUNCATED'],
      ['a header of 4 GB', promising([32767, 32767, 32767], new Uint8Array(9)), 'HEADER_INVALID'],
      [
        'a JSON document',
        readFileSync(join('node_modules', 'fast-png', 'package.json')),
        'SUBMISSION_UNREADABLE',
      ],
      ['noise', Uint8Array.from({ length: 5000 }, (_, n) => (n * 7919) % 251), 'HEADER_INVALID'],
    ];
    for (const [name, bytes, code] of hostile) {
      const verdict = await checkUpload(bytes, image);
      expect(verdict.accepted ? 'accepted' : verdict.code, name).toBe(code);
      if (!verdict.accepted) expect(verdict.remedy.length, name).toBeGreaterThan(10);
    }
    expect(await checkUpload(mask, image)).toMatchObject({ accepted: true });
  }, 60_000);

  it('ends a file that takes too much memory, and goes on', async () => {
    const large = promising([700, 700, 700], Buffer.alloc(343_000_000, 1));
    const path = join(folder, 'large.nii');
    writeFileSync(path, large);
    const verdict = await checkUpload(path, undefined, { ...gateLimits, memoryMiB: 200 });
    expect(verdict).toMatchObject({ accepted: false, code: 'SUBMISSION_LIMIT' });
    expect(verdict).toMatchObject({ message: 'reading the file took more than 200 MiB of memory' });
    expect(await checkUpload(mask, image)).toMatchObject({ accepted: true });
  }, 60_000);

  it('ends a file that takes too long, and refuses one that is too large without reading it', async () => {
    const late = await checkUpload(mask, image, { ...gateLimits, seconds: 0.001 });
    expect(late).toMatchObject({ accepted: false, message: 'reading the file took longer than 0.001 s' });
    const big = await checkUpload(mask, image, { ...gateLimits, fileBytes: 10 });
    expect(big).toMatchObject({ accepted: false, code: 'SUBMISSION_LIMIT' });
  }, 60_000);

  it('reads many at once, each with its own answer', async () => {
    const masks = [1, 2, 3, 4].map((value) => writeLabelMap(new Uint8Array(24).fill(value, 0, value), image));
    const verdicts = await Promise.all([...masks, ...masks].map((bytes) => checkUpload(bytes, image)));
    const voxels = verdicts.map((verdict) => (verdict.accepted ? verdict.voxels : verdict));
    expect(voxels).toEqual([1, 2, 3, 4, 1, 2, 3, 4].map((value) => ({ [value]: value })));
    expect(readLabelMap(masks[0]!, 'mask').values[0]).toBe(1);
  }, 60_000);
});
