import { rank } from 'd3-array';
import { cumulativeNormal } from 'vega-statistics';

export interface SignedRank {
  /** Pairs that differ; equal pairs are left out, as Wilcoxon did. */
  readonly n: number;
  /** Smaller of the two rank sums. */
  readonly statistic: number;
  /** Two-sided. */
  readonly pValue: number;
  readonly method: 'exact' | 'normal';
}

/** Up to so many pairs the distribution is counted out, ties and all; beyond, the normal curve is as good. */
const mostCounted = 200;

/**
 * Wilcoxon's signed-rank test of paired figures, two-sided. Ties share their mean rank and keep the test exact: the
 * distribution is that of the ranks which were found. `undefined` where no pair differs.
 */
export function signedRank(a: readonly number[], b: readonly number[]): SignedRank | undefined {
  // 0.91 − 0.90 and 0.86 − 0.85 are a tie, though doubles say otherwise in their last bits.
  const differences = a.map((value, at) => Number((value - b[at]!).toFixed(12))).filter((each) => each !== 0);
  const n = differences.length;
  if (n === 0) return undefined;
  const ranks = meanRanks(differences.map(Math.abs));
  const positive = ranks.reduce((sum, each, at) => sum + (differences[at]! > 0 ? each : 0), 0);
  const total = (n * (n + 1)) / 2;
  const statistic = Math.min(positive, total - positive);
  const exact = n <= mostCounted;
  const oneSided = exact ? shareAtMost(ranks, statistic) : normalShare(ranks, statistic, total);
  return { n, statistic, pValue: Math.min(1, 2 * oneSided), method: exact ? 'exact' : 'normal' };
}

/** Ranks from 1; equal values share the mean of theirs. */
export function meanRanks(values: readonly number[]): number[] {
  const lowest = Array.from(rank(values), (each) => each + 1);
  const sharers = new Map<number, number>();
  for (const each of lowest) sharers.set(each, (sharers.get(each) ?? 0) + 1);
  return lowest.map((each) => each + (sharers.get(each)! - 1) / 2);
}

/** Share of all 2ⁿ ways to sign the ranks whose positive sum is at most `sum`. Ranks are doubled to be whole. */
function shareAtMost(ranks: readonly number[], sum: number): number {
  const limit = Math.round(2 * sum);
  const shares = new Float64Array(limit + 1);
  shares[0] = 1;
  for (const each of ranks) {
    const step = Math.round(2 * each);
    for (let at = limit; at >= 0; at -= 1)
      shares[at] = (shares[at]! + (at >= step ? shares[at - step]! : 0)) / 2;
  }
  return shares.reduce((all, share) => all + share, 0);
}

/** The same by the normal curve: variance from the ranks themselves, continuity corrected. */
function normalShare(ranks: readonly number[], sum: number, total: number): number {
  const variance = ranks.reduce((all, each) => all + each * each, 0) / 4;
  return cumulativeNormal((sum + 0.5 - total / 2) / Math.sqrt(variance));
}

/**
 * Holm's correction of a family of p-values, in their order: the k-th smallest of m is multiplied by m − k + 1, none
 * falls below a smaller one's, none exceeds 1.
 */
export function holm(pValues: readonly number[]): number[] {
  const order = pValues.map((_, at) => at).sort((x, y) => pValues[x]! - pValues[y]!);
  const adjusted: number[] = new Array(pValues.length);
  let reached = 0;
  order.forEach((at, place) => {
    reached = Math.max(reached, Math.min(1, pValues[at]! * (pValues.length - place)));
    adjusted[at] = reached;
  });
  return adjusted;
}
