import { median } from '../domain/median.js';
/** A score needs at least this many values to be compared with. */
export const leastForScore = 10;
/** Makes the median absolute deviation of a normal distribution its standard deviation: 1 / Φ⁻¹(3/4). */
const normalFactor = 1.4826;
/** Values that are all but equal would make every other one an outlier. */
const leastSpread = 0.05;

/**
 * By how many robust standard deviations a positive value lies from the median of others, on the scale of logarithms: organ
 * volumes are skewed, and half is as far as double. Median and MAD after Iglewicz and Hoaglin (1993), who call more
 * than 3.5 an outlier. Undefined with fewer than `leastForScore` others, or without a positive value.
 */
export function robustScore(value: number, others: readonly number[]): number | undefined {
  const logs = others.filter((each) => each > 0).map(Math.log);
  if (logs.length < leastForScore || !(value > 0)) return undefined;
  const middle = median(logs);
  const spread = normalFactor * median(logs.map((each) => Math.abs(each - middle)));
  return (Math.log(value) - middle) / Math.max(spread, leastSpread);
}
