import type { MetricContract, MetricRow } from '../domain/metric.js';
import { hasFailed } from '../domain/metric-convention.js';
import { type CaseFigure, figuresOf, type Measure, measuresOf, modelsOf } from './measure.js';
import { type Description, describe } from './statistics.js';

/** Fields of cases, by case: `{ 'case-1': { collection: 'lits', phase: 'portal' } }`. */
export type Strata = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** What one measure of one model comes to, over all cases or over those of one stratum. */
export interface SummaryCell extends Measure, Description {
  readonly model: string;
  /** Absent for all cases. */
  readonly stratum?: { readonly field: string; readonly value: string };
  /** Cases that have no figure under the convention; `n` counts the others. */
  readonly undefinedCount: number;
  /** Cases with DSC 0 or below the contract's bound; on DSC cells only. */
  readonly failures?: number;
  readonly failureRate?: number | null;
}

/** Every cell of the tables: first over all cases, then stratum by stratum. */
export function summarise(
  rows: readonly MetricRow[],
  contract: MetricContract,
  strata: Strata = {},
): SummaryCell[] {
  const groups = [undefined, ...stratumValues(rows, strata)];
  const models = modelsOf(rows);
  const measured = measuresOf(contract).map((measure) => ({
    measure,
    figures: figuresOf(rows, contract, measure),
  }));
  return groups.flatMap((stratum) =>
    measured.flatMap(({ measure, figures }) =>
      models.map((model) => {
        const chosen = figures.filter(
          (each) =>
            each.model === model &&
            (stratum === undefined || strata[each.case]?.[stratum.field] === stratum.value),
        );
        return summaryCell(
          { ...measure, model, ...(stratum === undefined ? {} : { stratum }) },
          chosen,
          contract,
        );
      }),
    ),
  );
}

function summaryCell(
  named: Measure & Pick<SummaryCell, 'model' | 'stratum'>,
  figures: readonly CaseFigure[],
  contract: MetricContract,
): SummaryCell {
  const values = figures.flatMap(({ value }) => (value === undefined ? [] : [value]));
  const cell = {
    ...named,
    ...describe(values, JSON.stringify(named)),
    undefinedCount: figures.length - values.length,
  };
  if (named.metric !== 'dsc') return cell;
  const failures = values.filter((value) => hasFailed(value, contract.convention)).length;
  return { ...cell, failures, failureRate: values.length === 0 ? null : failures / values.length };
}

/** Fields and values that divide these cases, fields in the order of their first appearance, values sorted. */
function stratumValues(rows: readonly MetricRow[], strata: Strata): { field: string; value: string }[] {
  const values = new Map<string, Set<string>>();
  for (const name of new Set(rows.map((row) => row.case))) {
    for (const [field, value] of Object.entries(strata[name] ?? {})) {
      values.set(field, (values.get(field) ?? new Set()).add(value));
    }
  }
  return [...values].flatMap(([field, found]) =>
    found.size < 2 ? [] : [...found].sort().map((value) => ({ field, value })),
  );
}
