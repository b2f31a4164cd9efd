import { mean, median } from 'd3-array';
import type { MetricContract, MetricRow } from '../domain/metric.js';
import { randomInteger, seededRandom } from '../imaging/random.js';
import { figuresOf, isShare, type Measure, measuresOf, modelsOf } from './measure.js';
import { bootstrapMean } from './statistics.js';
import { holm, meanRanks, signedRank } from './wilcoxon.js';

/** Two models on the same cases. Differences are second minus first. */
export interface PairedComparison extends Measure {
  readonly models: readonly [string, string];
  /** Cases where both have a figure. */
  readonly n: number;
  readonly meanDifference: number | null;
  readonly medianDifference: number | null;
  readonly differenceCi95: readonly [number, number] | null;
  /** Wilcoxon's signed-rank test, two-sided; null where no case differs. */
  readonly pValue: number | null;
  /** After Holm's correction over every test of this evaluation. */
  readonly pHolm: number | null;
  readonly method: 'exact' | 'normal' | null;
}

/** How sure a rank is: cases are drawn with replacement and the models ranked again by their means. */
export interface RankStability extends Measure {
  readonly model: string;
  readonly rank: number;
  readonly n: number;
  /** Share of draws in which the model came first (shared first places count in part), second, … */
  readonly shareAtRank: readonly number[];
  /** Mean of Kendall's τ between the ranking of a draw and the ranking of all cases. The same for every model. */
  readonly kendallTau: number;
}

const draws = 1000;

/** Every pair of models under every measure, Holm-corrected as one family. */
export function comparePairs(rows: readonly MetricRow[], contract: MetricContract): PairedComparison[] {
  const models = modelsOf(rows);
  const pairs = models.flatMap((a, at) => models.slice(at + 1).map((b) => [a, b] as const));
  const tests = measuresOf(contract).flatMap((measure) => {
    const table = pairedFigures(rows, contract, measure);
    return pairs.map(([a, b]) => comparePair(measure, a, b, table));
  });
  const tested = tests.filter((test) => test.pValue !== null);
  const adjusted = holm(tested.map((test) => test.pValue!));
  return tests.map((test) => {
    const at = tested.indexOf(test);
    return { ...test, pHolm: at < 0 ? null : adjusted[at]! };
  });
}

/** Figures by case, one for each model. */
type Table = Map<string, Map<string, number>>;

function pairedFigures(rows: readonly MetricRow[], contract: MetricContract, measure: Measure): Table {
  const table: Table = new Map();
  for (const { case: name, model, value } of figuresOf(rows, contract, measure)) {
    if (value === undefined) continue;
    const own = table.get(name) ?? new Map<string, number>();
    table.set(name, own.set(model, value));
  }
  return table;
}

function comparePair(measure: Measure, a: string, b: string, table: Table): PairedComparison {
  const both = [...table.values()].filter((own) => own.has(a) && own.has(b));
  const first = both.map((own) => own.get(a)!);
  const second = both.map((own) => own.get(b)!);
  const differences = second.map((value, at) => value - first[at]!);
  const test = signedRank(second, first);
  return {
    ...measure,
    models: [a, b],
    n: both.length,
    meanDifference: mean(differences) ?? null,
    medianDifference: median(differences) ?? null,
    differenceCi95: bootstrapMean(differences, JSON.stringify([measure, a, b])),
    pValue: test?.pValue ?? null,
    pHolm: null,
    method: test?.method ?? null,
  };
}

/** Ranks of the models under each measure and how they hold when cases are drawn anew; empty for a single model. */
export function rankStability(rows: readonly MetricRow[], contract: MetricContract): RankStability[] {
  const models = modelsOf(rows);
  if (models.length < 2) return [];
  return measuresOf(contract).flatMap((measure) => {
    const table = pairedFigures(rows, contract, measure);
    const cases = [...table.values()].filter((own) => models.every((model) => own.has(model)));
    if (cases.length === 0) return [];
    const figures = models.map((model) => cases.map((own) => own.get(model)!));
    return rankModels(measure, models, figures);
  });
}

function rankModels(
  measure: Measure,
  models: readonly string[],
  figures: readonly number[][],
): RankStability[] {
  const n = figures[0]!.length;
  const all = Array.from({ length: n }, (_, at) => at);
  const ranks = ranksOver(measure, figures, all);
  const random = seededRandom(JSON.stringify(measure));
  const atRank = models.map(() => new Array<number>(models.length).fill(0));
  let tau = 0;
  for (let draw = 0; draw < draws; draw += 1) {
    const drawn = ranksOver(
      measure,
      figures,
      all.map(() => randomInteger(random, n)),
    );
    tau += kendallTau(ranks, drawn) / draws;
    // A shared place counts half on each of the two that it lies between.
    drawn.forEach((rank, model) => {
      atRank[model]![Math.floor(rank) - 1]! += 0.5 / draws;
      atRank[model]![Math.ceil(rank) - 1]! += 0.5 / draws;
    });
  }
  return models.map((model, at) => ({
    ...measure,
    model,
    rank: ranks[at]!,
    n,
    shareAtRank: atRank[at]!,
    kendallTau: tau,
  }));
}

/** Rank of each model by its mean over the chosen cases, 1 best. */
function ranksOver(measure: Measure, figures: readonly number[][], chosen: readonly number[]): number[] {
  const sign = isShare(measure) ? -1 : 1;
  return meanRanks(
    figures.map((own) => (sign * chosen.reduce((sum, at) => sum + own[at]!, 0)) / chosen.length),
  );
}

/** Kendall's τ-a: agreeing pairs less disagreeing ones, over all pairs. */
export function kendallTau(a: readonly number[], b: readonly number[]): number {
  let score = 0;
  for (let x = 0; x < a.length; x += 1) {
    for (let y = x + 1; y < a.length; y += 1) score += Math.sign((a[x]! - a[y]!) * (b[x]! - b[y]!));
  }
  return score / ((a.length * (a.length - 1)) / 2);
}
