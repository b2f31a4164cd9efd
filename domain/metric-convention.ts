import type { Convention, MetricName, MetricValue, OrganFigures } from './metric.js';

/**
 * What a raw figure counts as under a convention; undefined where it is left out of means (and of n).
 * The special rules are those of the evaluation codes: see the presets.
 */
export function judged(
  figures: OrganFigures,
  metric: MetricName,
  convention: Convention,
): number | undefined {
  const raw = rawValue(figures, metric);
  if (raw === undefined) return undefined;
  if (metric !== 'dsc' && metric !== 'nsd') return typeof raw === 'number' ? raw : undefined;
  const { truthVoxels, predictionVoxels } = figures;
  if (truthVoxels === 0) {
    if (predictionVoxels === 0) return convention.bothEmpty === 'one' ? 1 : undefined;
    return convention.truthEmpty === 'zero' ? 0 : undefined;
  }
  if (predictionVoxels === 0) return 0;
  if (typeof raw !== 'number') return undefined;
  const { dsc } = figures;
  const bound = convention.nsdZeroBelowDsc;
  if (metric === 'nsd' && bound !== null && typeof dsc === 'number' && dsc < bound) return 0;
  const digits = convention.roundedToDigits;
  return digits === null ? raw : roundHalfEven(raw, digits);
}

/** The stored figure of a metric; undefined where it was not measured. */
export function rawValue(figures: OrganFigures, metric: MetricName): MetricValue | undefined {
  const { dsc, nsd, hd95Mm, hdMm, assdMm } = figures;
  return { dsc, nsd, hd95: hd95Mm, hd: hdMm, assd: assdMm }[metric];
}

/** True if a case's organ counts as failed: DSC 0 or below the convention's bound. */
export function hasFailed(dsc: number, convention: Convention): boolean {
  return dsc === 0 || dsc < convention.failureBelowDsc;
}

/**
 * Decimal rounding as Python's `round`: to the nearest, and to the even digit at an exact tie. A double is such a tie
 * only if it is an odd multiple of 2^−(digits+1).
 */
export function roundHalfEven(value: number, digits: number): number {
  const ties = value * 2 ** (digits + 1);
  if (!Number.isInteger(ties) || ties % 2 === 0) return Number(value.toFixed(digits));
  const scale = 10 ** digits;
  const below = Math.floor(value * scale);
  return (below % 2 === 0 ? below : below + 1) / scale;
}
