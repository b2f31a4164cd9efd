import type { MetricContract, MetricRow } from '../domain/metric.js';
import { hashOf } from '../storage/json.js';
import { comparePairs, type PairedComparison, type RankStability, rankStability } from './comparison.js';
import { figuresOf, modelsOf } from './measure.js';
import { type Strata, type SummaryCell, summarise } from './summary.js';

/** Everything that is said about a set of figures. A pure consequence of rows, contract and strata. */
export interface Evaluation {
  readonly contract: MetricContract;
  readonly contractSha256: string;
  readonly models: readonly string[];
  readonly cases: readonly string[];
  readonly rows: readonly MetricRow[];
  readonly summary: readonly SummaryCell[];
  readonly comparisons: readonly PairedComparison[];
  readonly ranking: readonly RankStability[];
  /** Cases that were left out, and why. */
  readonly findings: readonly string[];
}

export function evaluateRows(input: {
  readonly rows: readonly MetricRow[];
  readonly contract: MetricContract;
  readonly strata?: Strata;
  readonly findings?: readonly string[];
}): Evaluation {
  const { rows, contract } = input;
  return {
    contract,
    contractSha256: hashOf(contract),
    models: modelsOf(rows),
    cases: [...new Set(rows.map((row) => row.case))],
    rows,
    summary: summarise(rows, contract, input.strata),
    comparisons: comparePairs(rows, contract),
    ranking: rankStability(rows, contract),
    findings: input.findings ?? [],
  };
}

/** A case worth looking at. */
export interface Exemplar {
  readonly kind: 'worst' | 'best';
  readonly organ: string;
  readonly case: string;
  readonly model: string;
}

/** Organs whose cases are shown, and how many of the worst and the best of each. */
const mostOrgans = 12;
const howMany = (organs: number): { worst: number; best: number } =>
  organs === 1 ? { worst: 4, best: 2 } : organs <= 3 ? { worst: 2, best: 1 } : { worst: 1, best: 1 };

/** Worst and best cases of one model by DSC, organ by organ, no case as both. Cases without a figure are passed over. */
export function exemplars(evaluation: Evaluation, model: string): Exemplar[] {
  const { contract, rows } = evaluation;
  const shown = contract.organs.slice(0, mostOrgans);
  return shown.flatMap(({ organ }) => {
    const ranked = figuresOf(rows, contract, { organ, metric: 'dsc' })
      .flatMap((each) =>
        each.model === model && each.value !== undefined ? [{ ...each, value: each.value }] : [],
      )
      .sort((a, b) => a.value - b.value || (a.case < b.case ? -1 : 1));
    const { worst, best } = howMany(shown.length);
    const low = ranked.slice(0, worst);
    const high = ranked.slice(worst).slice(-best).reverse();
    const named = (kind: Exemplar['kind'], of: typeof ranked) =>
      of.map((each) => ({ kind, organ, model, case: each.case }));
    return [...named('worst', low), ...named('best', high)];
  });
}
