import type { Geometry } from '../domain/volume.js';
import { indexToMm } from './geometry.js';

/** Corners may be apart by this share of the smallest voxel side: more than rounding, less than any real shift. */
const tolerance = 0.1;

/**
 * What keeps two grids from being the same, in words; undefined when they are. Grids are the same when their shapes
 * are equal and no corner of the one lies further from the other's than a tenth of a voxel.
 */
export function sameGrid(expected: Geometry, found: Geometry): string | undefined {
  if (expected.shape.join() !== found.shape.join()) {
    return `shape ${found.shape.join('×')} instead of ${expected.shape.join('×')}`;
  }
  const limitMm = tolerance * Math.min(...expected.spacingMm);
  const [n1, n2, n3] = expected.shape;
  for (const i of [0, n1 - 1]) {
    for (const j of [0, n2 - 1]) {
      for (const k of [0, n3 - 1]) {
        const a = indexToMm(expected.affine, i, j, k);
        const b = indexToMm(found.affine, i, j, k);
        const apartMm = Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]);
        if (apartMm > limitMm) return `corner (${i}, ${j}, ${k}) lies ${apartMm.toFixed(2)} mm away`;
      }
    }
  }
  return undefined;
}
