import type { Triple } from './mask-box.js';
import { permutedLengths, type Symmetry } from './symmetry.js';
import type { CtVolume } from './volume.js';

type Voxels = Pick<CtVolume, 'geometry' | 'hu'>;

/** How many voxels two scans share and how many of these are equal. */
export interface VoxelEquality {
  readonly sharedVoxels: number;
  readonly equalFraction: number;
}

/**
 * Compares two scans voxel by voxel: the one's voxel p lies on the other's `turned(p) + offset`, both in indices. Gives
 * up, and returns undefined, when nothing is shared or more than `mostDifferent` of it differs.
 */
export function equalVoxels(
  one: Voxels,
  other: Voxels,
  { source, sign }: Symmetry,
  offset: Triple,
  mostDifferent = 1,
): VoxelEquality | undefined {
  const shape = one.geometry.shape;
  const [m1, m2, m3] = other.geometry.shape;
  const strides = [1, shape[0], shape[0] * shape[1]];
  const ranges = [m1, m2, m3].map((size, axis) => {
    const length = shape[source[axis]];
    // Target index t = sign·s + offset with 0 ≤ s < length.
    const [low, high] =
      sign[axis] > 0 ? [offset[axis], offset[axis] + length] : [offset[axis] - length + 1, offset[axis] + 1];
    return { from: Math.max(0, low), to: Math.min(size, high) };
  });
  const step = source.map((axis, n) => sign[n] * strides[axis]);
  const start = -step.reduce((sum, each, n) => sum + each * offset[n], 0);
  const [i, j, k] = ranges;
  const shared = Math.max(0, i.to - i.from) * Math.max(0, j.to - j.from) * Math.max(0, k.to - k.from);
  if (shared === 0) return undefined;
  const mayDiffer = mostDifferent * shared;
  let different = 0;
  for (let z = k.from; z < k.to; z++) {
    for (let y = j.from; y < j.to; y++) {
      const row = m1 * (y + m2 * z);
      const from = start + y * step[1] + z * step[2];
      for (let x = i.from; x < i.to; x++) if (one.hu[from + x * step[0]] !== other.hu[row + x]) different++;
    }
    if (different > mayDiffer) return undefined;
  }
  return { sharedVoxels: shared, equalFraction: 1 - different / shared };
}

/** Offset that lays a whole turned volume on one of the same size. */
export function wholeOffset(shape: Triple, symmetry: Symmetry): Triple {
  const [a, b, c] = permutedLengths(symmetry, shape);
  const at = (axis: 0 | 1 | 2, size: number) => (symmetry.sign[axis] > 0 ? 0 : size - 1);
  return [at(0, a), at(1, b), at(2, c)];
}
