import type { MetricContract } from '../domain/metric.js';
import { isShare, type Measure } from './measure.js';
import type { SummaryCell } from './summary.js';

/** Shares of 1 as percent, distances in mm, as the paper prints them: `97.1 ± 3.42`; `–` where there is none. */
export function meanAndSd(cell: Pick<SummaryCell, 'metric' | 'mean' | 'sd'>): string {
  if (cell.mean === null) return '–';
  const mean = figure(cell, cell.mean);
  return cell.sd === null ? mean : `${mean} ± ${spread(scaled(cell, cell.sd))}`;
}

/** One figure: percent with one decimal, millimetres with two. */
export function figure(measure: Pick<Measure, 'metric'>, value: number | null): string {
  if (value === null) return '–';
  return isShare(measure) ? scaled(measure, value).toFixed(1) : value.toFixed(2);
}

/** `[a, b]` in the measure's unit. */
export function interval(measure: Pick<Measure, 'metric'>, limits: readonly [number, number] | null): string {
  return limits === null ? '–' : `${figure(measure, limits[0])} to ${figure(measure, limits[1])}`;
}

/** A difference with its sign. */
export function difference(measure: Pick<Measure, 'metric'>, value: number | null): string {
  if (value === null) return '–';
  const text = figure(measure, Math.abs(value));
  return `${value < 0 ? '−' : '+'}${text}`;
}

export function scaled(measure: Pick<Measure, 'metric'>, value: number): number {
  return isShare(measure) ? 100 * value : value;
}

/** A standard deviation with three digits, as in the paper. */
export function spread(value: number): string {
  return value >= 10 ? value.toFixed(1) : value.toFixed(2);
}

export function pValue(value: number | null): string {
  if (value === null) return '–';
  if (value < 0.0001) return '< 0.0001';
  return value < 0.01 ? value.toFixed(4) : value.toFixed(3);
}

export function unitOf(measure: Pick<Measure, 'metric'>): '%' | 'mm' {
  return isShare(measure) ? '%' : 'mm';
}

/** A difference of percentages is one in percentage points. */
export function differenceUnitOf(measure: Pick<Measure, 'metric'>): 'pp' | 'mm' {
  return isShare(measure) ? 'pp' : 'mm';
}

/** The tolerances of a contract, shortly. */
export function tolerancesInWords({ organs }: MetricContract): string {
  const texts = organs.map(({ tolerancesMm }) => tolerancesMm.join(', '));
  if (texts.every((text) => text === '')) return 'none: NSD was not asked for';
  if (new Set(texts).size === 1) return `${texts[0]} mm`;
  return organs.map(({ organ }, at) => `${organ} ${texts[at]} mm`).join('; ');
}
