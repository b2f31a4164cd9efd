import type { Triple } from '../../imaging/mask-box.js';

/** Mean over a cube of (2·radius + 1)³ voxels, cut off at the edges. Returns a new array. */
export function boxMean(values: Float32Array, shape: Triple, radius: number): Float32Array {
  const first = new Float32Array(values.length);
  const second = new Float32Array(values.length);
  const [nx, ny, nz] = shape;
  meanAlong(values, first, { outer: ny * nz, size: nx, inner: 1, radius });
  meanAlong(first, second, { outer: nz, size: ny, inner: nx, radius });
  meanAlong(second, first, { outer: 1, size: nz, inner: nx * ny, radius });
  return first;
}

/** Two box means in a row: a tent, close to a Gaussian of variance 2·radius·(radius + 1)/3. */
export function tentMean(values: Float32Array, shape: Triple, radius: number): Float32Array {
  return boxMean(boxMean(values, shape, radius), shape, radius);
}

interface Pass {
  readonly outer: number;
  readonly size: number;
  readonly inner: number;
  readonly radius: number;
}

/** Running mean along one axis; the rows of the faster axes are carried along together. */
function meanAlong(source: Float32Array, target: Float32Array, pass: Pass): void {
  const { outer, size, inner, radius } = pass;
  const factors = Float64Array.from({ length: size }, (_, at) => {
    return 1 / (Math.min(size - 1, at + radius) - Math.max(0, at - radius) + 1);
  });
  const sums = new Float64Array(inner);
  for (let block = 0; block < outer; block++) {
    const base = block * size * inner;
    if (inner === 1) meanOfRow(source, target, base, factors, radius);
    else meanOfRows(source, target, base, factors, sums, radius);
  }
}

function meanOfRow(
  source: Float32Array,
  target: Float32Array,
  base: number,
  factors: Float64Array,
  radius: number,
): void {
  const size = factors.length;
  let sum = 0;
  for (let ahead = 0; ahead < Math.min(radius, size); ahead++) sum += source[base + ahead];
  for (let at = 0; at < size; at++) {
    if (at + radius < size) sum += source[base + at + radius];
    if (at > radius) sum -= source[base + at - radius - 1];
    target[base + at] = sum * factors[at];
  }
}

function meanOfRows(
  source: Float32Array,
  target: Float32Array,
  base: number,
  factors: Float64Array,
  sums: Float64Array,
  radius: number,
): void {
  const size = factors.length;
  const inner = sums.length;
  sums.fill(0);
  for (let ahead = 0; ahead < Math.min(radius, size); ahead++) {
    const start = base + ahead * inner;
    for (let n = 0; n < inner; n++) sums[n] += source[start + n];
  }
  for (let at = 0; at < size; at++) {
    const entering = base + (at + radius) * inner;
    if (at + radius < size) for (let n = 0; n < inner; n++) sums[n] += source[entering + n];
    const leaving = base + (at - radius - 1) * inner;
    if (at > radius) for (let n = 0; n < inner; n++) sums[n] -= source[leaving + n];
    const start = base + at * inner;
    for (let n = 0; n < inner; n++) target[start + n] = sums[n] * factors[at];
  }
}

/** Weighted mean with the six face neighbours and itself (weight 2): takes noise off, keeps thin organs. */
export function lightMean(values: Float32Array, shape: Triple): Float32Array {
  const [nx, ny, _nz] = shape;
  const result = values.slice();
  const strides = [1, nx, nx * ny];
  for (const [axis, stride] of strides.entries()) {
    const source = result.slice();
    for (let n = 0; n < source.length; n++) {
      const at = axis === 0 ? n % nx : axis === 1 ? Math.floor(n / nx) % ny : Math.floor(n / (nx * ny));
      const before = at > 0 ? source[n - stride] : source[n];
      const after = at < shape[axis] - 1 ? source[n + stride] : source[n];
      result[n] = (before + 2 * source[n] + after) / 4;
    }
  }
  return result;
}
