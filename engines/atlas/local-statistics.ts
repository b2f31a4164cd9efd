import type { Triple } from '../../imaging/mask-box.js';
import { boxMean } from './smoothing.js';

/** Local correlation is taken over cubes of 5³ voxels. */
const windowRadius = 2;
/** Variance (squashed units²) below which a cube is noise: keeps flat regions from deciding anything. */
export const noiseVariance = 60;

/** Mean and variance of the cube around every voxel. */
export interface LocalStatistics {
  readonly mean: Float32Array;
  readonly variance: Float32Array;
}

export function localStatistics(values: Float32Array, shape: Triple): LocalStatistics {
  const mean = boxMean(values, shape, windowRadius);
  const variance = meanProduct(values, values, shape);
  for (let n = 0; n < variance.length; n++) variance[n] = Math.max(0, variance[n] - mean[n] * mean[n]);
  return { mean, variance };
}

/** Mean of the product of two pictures over the cube around every voxel. */
export function meanProduct(one: Float32Array, other: Float32Array, shape: Triple): Float32Array {
  const product = new Float32Array(one.length);
  for (let n = 0; n < product.length; n++) product[n] = one[n] * other[n];
  return boxMean(product, shape, windowRadius);
}
