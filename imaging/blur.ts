import type { Triple } from './mask-box.js';

/** How many deviations the kernel reaches. */
const reachDeviations = 3;

/**
 * Gaussian average of a volume (index `i + n1·(j + n2·k)`), along every axis with the same deviation, in voxels. At the
 * edges only the voxels that exist are averaged, so that a cropped scan keeps its values up to the cut.
 */
export function blurred(values: Float32Array, shape: Triple, deviationVoxels: number): Float32Array {
  const kernel = gaussianKernel(deviationVoxels);
  return [0, 1, 2].reduce((before, axis) => blurAlong(before, shape, axis, kernel), values);
}

/** One half of the kernel, its middle first; not normalised. */
function gaussianKernel(deviation: number): Float64Array {
  const reach = Math.max(1, Math.ceil(reachDeviations * deviation));
  return Float64Array.from({ length: reach + 1 }, (_, n) => Math.exp(-(n * n) / (2 * deviation * deviation)));
}

function blurAlong(values: Float32Array, shape: Triple, axis: number, kernel: Float64Array): Float32Array {
  const stride = axis === 0 ? 1 : axis === 1 ? shape[0] : shape[0] * shape[1];
  const size = shape[axis];
  const result = new Float32Array(values.length);
  const line = new Float64Array(size);
  const weights = edgeWeights(size, kernel);
  for (let block = 0; block < values.length; block += stride * size) {
    for (let start = block; start < block + stride; start++) {
      for (let n = 0; n < size; n++) line[n] = values[start + n * stride];
      for (let n = 0; n < size; n++) result[start + n * stride] = averageAt(line, n, kernel) / weights[n];
    }
  }
  return result;
}

function averageAt(line: Float64Array, at: number, kernel: Float64Array): number {
  let sum = line[at] * kernel[0];
  const below = Math.min(at, kernel.length - 1);
  const above = Math.min(line.length - 1 - at, kernel.length - 1);
  for (let step = 1; step <= below; step++) sum += kernel[step] * line[at - step];
  for (let step = 1; step <= above; step++) sum += kernel[step] * line[at + step];
  return sum;
}

/** What the kernel sums to at every place of a line of ones. */
function edgeWeights(size: number, kernel: Float64Array): Float64Array {
  const ones = new Float64Array(size).fill(1);
  return ones.map((_, at) => averageAt(ones, at, kernel));
}
