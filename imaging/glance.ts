import type { CoarseVolume } from './coarse-volume.js';
import type { Triple } from './mask-box.js';
import { airHu, between, indexMap } from './overlay-sums.js';
import type { Symmetry } from './symmetry.js';

/** Every so many voxels of each axis one is looked at: a sixty-fourth of them. */
const stepVoxels = 4;
/** Fewer places prove nothing. */
const leastPlaces = 100;

/**
 * Correlation of two scans, one laid on the other as landmarks say (`other = turned(one) + offset`), air left out: a look that costs a
 * hundredth of a fit. Undefined where too little of them overlaps, 0 where one of them is the same everywhere.
 */
export function glance(
  one: CoarseVolume,
  other: CoarseVolume,
  symmetry: Symmetry,
  offsetMm: Triple,
): number | undefined {
  const { origin, along } = indexMap(one, other, symmetry, offsetMm);
  const [n1, n2, n3] = one.shape;
  const [m1, m2, m3] = other.shape;
  let [n, a, b, aa, bb, ab] = [0, 0, 0, 0, 0, 0];
  for (let k = 0; k < n3; k += stepVoxels) {
    for (let j = 0; j < n2; j += stepVoxels) {
      for (let i = 0; i < n1; i += stepVoxels) {
        const x = origin[0] + along[0][0] * i + along[0][1] * j + along[0][2] * k;
        const y = origin[1] + along[1][0] * i + along[1][1] * j + along[1][2] * k;
        const z = origin[2] + along[2][0] * i + along[2][1] * j + along[2][2] * k;
        if (x < 0 || y < 0 || z < 0 || x >= m1 - 1 || y >= m2 - 1 || z >= m3 - 1) continue;
        const [p, q, r] = [Math.floor(x), Math.floor(y), Math.floor(z)];
        const mine = one.values[i + n1 * (j + n2 * k)];
        const at = p + m1 * (q + m2 * r);
        const theirs = between(other.values, at, m1, m1 * m2, x - p, y - q, z - r);
        if (mine < airHu && theirs < airHu) continue;
        n++;
        a += mine;
        b += theirs;
        aa += mine * mine;
        bb += theirs * theirs;
        ab += mine * theirs;
      }
    }
  }
  if (n < leastPlaces) return undefined;
  const varied = (aa - a ** 2 / n) * (bb - b ** 2 / n);
  return varied > 0 ? (ab - (a * b) / n) / Math.sqrt(varied) : 0;
}
