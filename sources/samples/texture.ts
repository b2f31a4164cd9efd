import { gaussian, type Random } from '../../imaging/random.js';

type Shape = readonly [number, number, number];

const lowestHu = -1024;
const highestHu = 3071;

/**
 * Averages every voxel with its two neighbours along an axis, in place: weights side, 1 − 2·side, side.
 * Edge voxels are their own missing neighbours. Index order (i, j, k), i fastest; `axis` 0, 1 or 2.
 */
export function smoothAlong(values: Float32Array, shape: Shape, axis: 0 | 1 | 2, side: number): void {
  const stride = [1, shape[0], shape[0] * shape[1]][axis];
  const length = shape[axis];
  const block = stride * length;
  for (let base = 0; base < values.length; base += block) {
    for (let offset = base; offset < base + stride; offset++) {
      let before = values[offset];
      for (let step = 0, at = offset; step < length; step++, at += stride) {
        const here = values[at];
        const after = step + 1 < length ? values[at + stride] : here;
        values[at] = (1 - 2 * side) * here + side * (before + after);
        before = here;
      }
    }
  }
}

/** White noise smoothed in the slice plane as a reconstruction kernel does, then scaled to the asked deviation. */
export function grain(shape: Shape, deviation: number, random: Random): Float32Array {
  const values = new Float32Array(shape[0] * shape[1] * shape[2]);
  for (let n = 0; n < values.length; n++) values[n] = gaussian(random);
  smoothAlong(values, shape, 0, 0.2);
  smoothAlong(values, shape, 1, 0.2);
  // What a 0.2–0.6–0.2 average leaves of the deviation, once per axis.
  const left = 0.6 ** 2 + 2 * 0.2 ** 2;
  for (let n = 0; n < values.length; n++) values[n] *= deviation / left;
  return values;
}

/** Whole HU within what CT stores (−1024 … 3071). */
export function toHu(values: Float32Array): Int16Array {
  const hu = new Int16Array(values.length);
  for (let n = 0; n < hu.length; n++) {
    hu[n] = Math.max(lowestHu, Math.min(highestHu, Math.round(values[n])));
  }
  return hu;
}
