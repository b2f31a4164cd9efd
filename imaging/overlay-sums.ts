import type { CoarseVolume } from './coarse-volume.js';
import type { Triple } from './mask-box.js';
import { type Symmetry, turnedPoint } from './symmetry.js';

/** A blurred scan with its slopes (HU per millimetre), ready to be laid on another. */
export interface Prepared {
  readonly volume: CoarseVolume;
  readonly smooth: Float32Array;
  readonly slopes: readonly [Float32Array, Float32Array, Float32Array];
}

/** Voxels along a side of the blocks that the sums are taken over. */
const blockVoxels = 6;
/** Where both scans are darker there is air: it is everywhere the same and proves nothing. */
export const airHu = -140;

/**
 * Places of the numbers in a block's sums. a is the first scan, b the other, g the three slopes of b; `gg` holds xx, xy,
 * xz, yy, yz, zz. `inside` counts voxels that lie in the other scan, air included; all others are without air.
 */
export const sumAt = {
  n: 0,
  a: 1,
  b: 2,
  aa: 3,
  bb: 4,
  ab: 5,
  g: 6,
  ga: 9,
  gb: 12,
  gg: 15,
  inside: 21,
} as const;
const sumsEach = 22;

/**
 * Lays `one` on `other` (`other = turned(one) + offset`) and sums up per block of `one` what fitting a straight line and
 * a small shift between the two needs: one row of sums for each block. Every `step`-th voxel of each axis is looked at.
 */
export function overlaySums(
  one: Prepared,
  other: Prepared,
  symmetry: Symmetry,
  offsetMm: Triple,
  step: number,
): Float64Array[] {
  const { shape } = one.volume;
  const [b1, b2, b3] = shape.map((size) => Math.ceil(size / blockVoxels));
  const blocks = Array.from({ length: b1 * b2 * b3 }, () => new Float64Array(sumsEach));
  const { origin, along } = indexMap(one.volume, other.volume, symmetry, offsetMm);
  const [n1, n2, n3] = shape;
  const values = new Float64Array(4);
  for (let k = 0; k < n3; k += step) {
    for (let j = 0; j < n2; j += step) {
      const row = b1 * (Math.floor(j / blockVoxels) + b2 * Math.floor(k / blockVoxels));
      for (let i = 0; i < n1; i += step) {
        const x = origin[0] + along[0][0] * i + along[0][1] * j + along[0][2] * k;
        const y = origin[1] + along[1][0] * i + along[1][1] * j + along[1][2] * k;
        const z = origin[2] + along[2][0] * i + along[2][1] * j + along[2][2] * k;
        if (!sampleAll(other, x, y, z, values)) continue;
        addPoint(blocks[row + Math.floor(i / blockVoxels)], one.smooth[i + n1 * (j + n2 * k)], values);
      }
    }
  }
  return blocks;
}

/** Index of `one` → index of `other`, with fractions. */
export function indexMap(one: CoarseVolume, other: CoarseVolume, symmetry: Symmetry, offsetMm: Triple) {
  const first = turnedPoint(symmetry, one.originMm);
  const origin = first.map((mm, axis) => (mm + offsetMm[axis] - other.originMm[axis]) / other.spacingMm);
  const scale = one.spacingMm / other.spacingMm;
  const along = symmetry.source.map((axis, n) =>
    [0, 1, 2].map((own) => (own === axis ? symmetry.sign[n] * scale : 0)),
  );
  return { origin, along };
}

/** Linear interpolation of the blurred scan and its slopes; false outside of it or at its very edge. */
function sampleAll(
  { volume, smooth, slopes }: Prepared,
  x: number,
  y: number,
  z: number,
  into: Float64Array,
): boolean {
  const [n1, n2, n3] = volume.shape;
  const [i, j, k] = [Math.floor(x), Math.floor(y), Math.floor(z)];
  if (i < 1 || j < 1 || k < 1 || i > n1 - 3 || j > n2 - 3 || k > n3 - 3) return false;
  const [u, v, w] = [x - i, y - j, z - k];
  const base = i + n1 * (j + n2 * k);
  into[0] = between(smooth, base, n1, n1 * n2, u, v, w);
  for (let axis = 0; axis < 3; axis++) into[1 + axis] = between(slopes[axis], base, n1, n1 * n2, u, v, w);
  return true;
}

/** Linear interpolation between the voxel `at` and its neighbours. */
export function between(
  a: Float32Array,
  at: number,
  row: number,
  plane: number,
  u: number,
  v: number,
  w: number,
): number {
  const low = (a[at] * (1 - u) + a[at + 1] * u) * (1 - v) + (a[at + row] * (1 - u) + a[at + row + 1] * u) * v;
  const up = at + plane;
  const high =
    (a[up] * (1 - u) + a[up + 1] * u) * (1 - v) + (a[up + row] * (1 - u) + a[up + row + 1] * u) * v;
  return low * (1 - w) + high * w;
}

function addPoint(sums: Float64Array, a: number, values: Float64Array): void {
  const [b, gx, gy, gz] = values;
  sums[sumAt.inside]++;
  if (a < airHu && b < airHu) return;
  sums[sumAt.n]++;
  sums[sumAt.a] += a;
  sums[sumAt.b] += b;
  sums[sumAt.aa] += a * a;
  sums[sumAt.bb] += b * b;
  sums[sumAt.ab] += a * b;
  for (let axis = 0; axis < 3; axis++) {
    const g = values[1 + axis];
    sums[sumAt.g + axis] += g;
    sums[sumAt.ga + axis] += g * a;
    sums[sumAt.gb + axis] += g * b;
  }
  sums[sumAt.gg] += gx * gx;
  sums[sumAt.gg + 1] += gx * gy;
  sums[sumAt.gg + 2] += gx * gz;
  sums[sumAt.gg + 3] += gy * gy;
  sums[sumAt.gg + 4] += gy * gz;
  sums[sumAt.gg + 5] += gz * gz;
}

/** All blocks as one. */
export function totalSums(blocks: readonly Float64Array[]): Float64Array {
  const total = new Float64Array(sumsEach);
  for (const sums of blocks) for (let n = 0; n < sumsEach; n++) total[n] += sums[n];
  return total;
}
