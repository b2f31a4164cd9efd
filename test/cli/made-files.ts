import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { writeNifti } from '../../imaging/nifti-write.js';
import { type Block, madeMap } from '../imaging/made-maps.js';

/** A new folder for a test's files. */
export function madeFolder(): string {
  return mkdtempSync(join(tmpdir(), 'plusct-evaluate-'));
}

/** Writes a label map of 24 × 20 × 10 voxels made of blocks; its name decides whether it is compressed. */
export function writeMap(
  path: string,
  blocks: readonly Block[],
  { shape = [24, 20, 10], origin = 0 }: { shape?: readonly [number, number, number]; origin?: number } = {},
): string {
  const { values, geometry } = madeMap(shape, blocks, [1, 1, 2], [origin, 0, 0]);
  const { affine, spacingMm } = geometry;
  const bytes = writeNifti({ shape, voxels: values, spacingMm, sform: { code: 1, affine } });
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, path.endsWith('.gz') ? gzipSync(bytes) : bytes);
  return path;
}

/** Liver 1 and kidney 2; `by` moves them along i. */
export const organsAt = (by: number): Block[] => [
  [1, [2 + by, 2, 1], [12 + by, 12, 9]],
  [2, [14 + by, 4, 2], [18 + by, 9, 7]],
];
