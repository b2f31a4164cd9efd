/** The parts of vega-statistics that plusct uses; the package brings no types of its own. */
declare module 'vega-statistics' {
  /** Probability that a normal variable is below `value` (West's approximation, double precision). */
  export function cumulativeNormal(value: number, mean?: number, deviation?: number): number;
  /** The value below which a normal variable lies with this probability. */
  export function quantileNormal(probability: number, mean?: number, deviation?: number): number;
  /** Gaussian kernel density estimate; without a bandwidth, Scott's rule. */
  export function randomKDE(
    support: readonly number[],
    bandwidth?: number,
  ): { pdf(value: number): number; bandwidth(): number };
}
