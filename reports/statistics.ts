import { deviation, max, mean, min, quantileSorted } from 'd3-array';
import { randomInteger, seededRandom } from '../imaging/random.js';

/** What a list of figures comes to. `null` where it takes more figures than there are. */
export interface Description {
  readonly n: number;
  readonly mean: number | null;
  /** Sample standard deviation, with n − 1 in the denominator. */
  readonly sd: number | null;
  readonly median: number | null;
  readonly q1: number | null;
  readonly q3: number | null;
  readonly min: number | null;
  readonly max: number | null;
  /** 95 % interval of the mean by the percentile bootstrap. */
  readonly meanCi95: readonly [number, number] | null;
}

export const bootstrapSamples = 2000;

/**
 * Mean, sample standard deviation, quartiles (interpolated as NumPy does, type 7 of Hyndman and Fan) and a bootstrap
 * interval of the mean. The same figures in the same order with the same seed give the same interval.
 */
export function describe(values: readonly number[], seed: string): Description {
  const sorted = [...values].sort((a, b) => a - b);
  return {
    n: values.length,
    mean: mean(values) ?? null,
    sd: deviation(values) ?? null,
    median: quantileSorted(sorted, 0.5) ?? null,
    q1: quantileSorted(sorted, 0.25) ?? null,
    q3: quantileSorted(sorted, 0.75) ?? null,
    min: min(values) ?? null,
    max: max(values) ?? null,
    meanCi95: bootstrapMean(values, seed),
  };
}

/** Percentile bootstrap of the mean: cases are drawn with replacement. Null below two values. */
export function bootstrapMean(
  values: readonly number[],
  seed: string,
  samples = bootstrapSamples,
): [number, number] | null {
  if (values.length < 2) return null;
  const random = seededRandom(seed);
  const means = Array.from({ length: samples }, () => {
    let sum = 0;
    for (let n = 0; n < values.length; n += 1) sum += values[randomInteger(random, values.length)]!;
    return sum / values.length;
  }).sort((a, b) => a - b);
  return [quantileSorted(means, 0.025)!, quantileSorted(means, 0.975)!];
}
