import { deviation, max, min, quantileSorted } from 'd3-array';
import { randomKDE } from 'vega-statistics';
import { seededRandom } from '../imaging/random.js';

/** The shape of one violin, in the units of its figures and in shares of its half width. */
export interface Violin {
  /** Outline from below to above; empty where fewer than five figures or none that differ make no density. */
  readonly outline: readonly { readonly value: number; readonly half: number }[];
  /** Every figure, moved sideways by −1…1 half widths, never beyond the outline. */
  readonly points: readonly { readonly value: number; readonly shift: number }[];
  readonly median: number;
  readonly q1: number;
  readonly q3: number;
  /** Farthest figures within 1.5 interquartile ranges of the box. */
  readonly whiskers: readonly [number, number];
}

const fewest = 5;
const steps = 64;
/** The widest part of the cloud of points, in half widths: points stay inside the outline. */
const cloud = 0.8;

/**
 * Density (Gaussian kernel, Scott's bandwidth) cut off at the smallest and the largest figure, so that it shows none
 * that nobody measured; box and whiskers as Tukey drew them. Equal figures with an equal seed give an equal shape.
 */
export function violin(values: readonly number[], seed: string): Violin {
  const sorted = [...values].sort((a, b) => a - b);
  const [q1, median, q3] = [0.25, 0.5, 0.75].map((p) => quantileSorted(sorted, p)!) as [
    number,
    number,
    number,
  ];
  const reach = 1.5 * (q3 - q1);
  const within = sorted.filter((value) => value >= q1 - reach && value <= q3 + reach);
  const density = densityOf(sorted);
  const random = seededRandom(seed);
  return {
    outline: density === undefined ? [] : outlineOf(sorted, density),
    points: values.map((value) => ({
      value,
      shift: (2 * random() - 1) * cloud * (density === undefined ? 0.35 : density(value)),
    })),
    median,
    q1,
    q3,
    whiskers: [min(within) ?? median, max(within) ?? median],
  };
}

/** Density over its own maximum; undefined where there is none to speak of. */
function densityOf(sorted: readonly number[]): ((value: number) => number) | undefined {
  const spread = deviation(sorted) ?? 0;
  if (sorted.length < fewest || spread < 1e-9) return undefined;
  const estimate = randomKDE(sorted);
  const [low, high] = [sorted[0]!, sorted[sorted.length - 1]!];
  let most = 0;
  for (let step = 0; step <= steps; step += 1) {
    most = Math.max(most, estimate.pdf(low + ((high - low) * step) / steps));
  }
  return (value) => Math.min(1, estimate.pdf(value) / most);
}

function outlineOf(sorted: readonly number[], density: (value: number) => number): Violin['outline'] {
  const [low, high] = [sorted[0]!, sorted[sorted.length - 1]!];
  return Array.from({ length: steps + 1 }, (_, step) => {
    const value = low + ((high - low) * step) / steps;
    return { value, half: density(value) };
  });
}
