import type { MetricContract, MetricName, MetricRow, OrganRule } from '../domain/metric.js';
import { judged } from '../domain/metric-convention.js';

/** One figure that a case has: a metric of an organ, at a tolerance where the metric is NSD. */
export interface Measure {
  readonly organ: string;
  readonly metric: MetricName;
  readonly toleranceMm?: number;
}

/** Every measure of a contract, organ by organ. */
export function measuresOf(contract: MetricContract): Measure[] {
  return contract.organs.flatMap((rule) =>
    contract.metrics.flatMap((metric) => measuresOfOrgan(rule, metric)),
  );
}

function measuresOfOrgan({ organ, tolerancesMm }: OrganRule, metric: MetricName): Measure[] {
  if (metric !== 'nsd') return [{ organ, metric }];
  return tolerancesMm.map((toleranceMm) => ({ organ, metric, toleranceMm }));
}

/** `DSC`, `NSD at 1 mm`, `HD95`, … */
export function measureName({ metric, toleranceMm }: Omit<Measure, 'organ'>): string {
  return toleranceMm === undefined ? metric.toUpperCase() : `NSD at ${toleranceMm} mm`;
}

/** True where more is better and figures are shares of 1; the others are distances in mm. */
export function isShare({ metric }: Pick<Measure, 'metric'>): boolean {
  return metric === 'dsc' || metric === 'nsd';
}

/** A case's figure under the convention; undefined where it does not count. */
export interface CaseFigure {
  readonly case: string;
  readonly model: string;
  readonly value: number | undefined;
}

/** The figures of one measure, one for each case and model, in the rows' order. */
export function figuresOf(
  rows: readonly MetricRow[],
  contract: MetricContract,
  measure: Measure,
): CaseFigure[] {
  const { organ, metric } = measure;
  const toleranceMm = measure.toleranceMm ?? firstTolerance(contract, organ);
  return rows
    .filter((row) => row.organ === organ && row.toleranceMm === toleranceMm)
    .map((row) => ({
      case: row.case,
      model: row.model,
      value: judged(row, metric, contract.convention),
    }));
}

/** The tolerance under which an organ's other figures are looked up: they are the same at each. */
function firstTolerance(contract: MetricContract, organ: string): number | undefined {
  if (!contract.metrics.includes('nsd')) return undefined;
  return contract.organs.find((rule) => rule.organ === organ)?.tolerancesMm[0];
}

/** Models in the order in which rows name them. */
export function modelsOf(rows: readonly MetricRow[]): string[] {
  return [...new Set(rows.map(({ model }) => model))];
}
