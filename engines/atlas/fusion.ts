import type { CubicGrid } from '../../imaging/resample.js';
import { localStatistics, meanProduct, noiseVariance } from './local-statistics.js';
import type { Exemplar } from './model.js';
import type { Picture } from './picture.js';
import { type Mapping, warp } from './warp.js';

/** Sharpness of the weighting: a correlation of 0.9 counts twice as much as one of 0.8. */
const sharpness = 6;
/** Weight of an exemplar that looks nothing like the scan: it still votes where no other does. */
const leastWeight = 0.01;

/**
 * Chance of the organ in every voxel of the fixed picture: the exemplars' labels, weighted by how well each looks
 * like the scan around that voxel (local correlation, so that contrast agent matters little). `votes` holds what each
 * exemplar alone says, 0…255.
 */
export function fuse(
  fixed: Picture,
  exemplars: readonly Exemplar[],
  region: CubicGrid,
  mapping: Mapping,
): { chance: Float32Array; votes: Float32Array[] } {
  const { shape } = fixed.grid;
  const size = fixed.values.length;
  const fixedIs = localStatistics(fixed.values, shape);
  const weighted = new Float32Array(size);
  const weights = new Float32Array(size);
  const votes: Float32Array[] = [];
  for (const exemplar of exemplars) {
    const { values, seen } = warp(exemplar.values, region, mapping);
    const organ = warp(exemplar.organ, region, mapping).values;
    votes.push(organ);
    const movedIs = localStatistics(values, shape);
    const shared = meanProduct(fixed.values, values, shape);
    for (let n = 0; n < size; n++) {
      if (!seen[n] || values[n] < 1) continue;
      const spread = (fixedIs.variance[n] + noiseVariance) * (movedIs.variance[n] + noiseVariance);
      const covariance = shared[n] - fixedIs.mean[n] * movedIs.mean[n] + noiseVariance;
      const likeness = Math.max(0, covariance / Math.sqrt(spread));
      const weight = leastWeight + likeness ** sharpness;
      weights[n] += weight;
      weighted[n] += (weight * organ[n]) / 255;
    }
  }
  for (let n = 0; n < size; n++) weighted[n] = weights[n] > 0 ? weighted[n] / weights[n] : 0;
  return { chance: weighted, votes };
}

/** The mean of all exemplars where they were scanned: less noise than any one of them. */
export function meanPicture(exemplars: readonly Exemplar[], region: CubicGrid): Picture {
  const size = exemplars[0].values.length;
  const values = new Float32Array(size);
  const counts = new Uint16Array(size);
  for (const exemplar of exemplars) {
    for (let n = 0; n < size; n++) {
      if (exemplar.values[n] === 0) continue;
      values[n] += exemplar.values[n];
      counts[n]++;
    }
  }
  for (let n = 0; n < size; n++) values[n] = counts[n] > 0 ? values[n] / counts[n] : 1;
  return { grid: region, values };
}

/** The mean of all exemplars' organs, 0…255. */
export function meanOrgan(exemplars: readonly Exemplar[]): Float32Array {
  const mean = new Float32Array(exemplars[0].organ.length);
  for (const exemplar of exemplars) for (let n = 0; n < mean.length; n++) mean[n] += exemplar.organ[n];
  for (let n = 0; n < mean.length; n++) mean[n] /= exemplars.length;
  return mean;
}
