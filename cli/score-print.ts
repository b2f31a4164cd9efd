import type { EvaluationSummary, OrganScore } from '../domain/campaign.js';
import { organs } from '../domain/organ.js';
import { meanAndSd } from '../reports/format.js';
import { printTable, say, styled } from './output.js';

/** The table that ends a build: per organ, what the pre-label was and what people made of it. */
export function printScores(summary: EvaluationSummary, toleranceMm = 1): void {
  const rows = organs.flatMap((organ) =>
    (['all', 'made'] as const).map((of) => {
      const pre = find(summary.scores, organ, of, 'pre-label');
      const final = find(summary.scores, organ, of, 'final');
      const cell = (metric: 'dsc' | 'nsd') => `${figure(pre, metric)} → ${figure(final, metric)}`;
      return [of === 'all' ? organ : '  not from source', cell('dsc'), cell('nsd')];
    }),
  );
  say('');
  say(styled('bold', 'Agreement with the reference, pre-label → final (mean ± sd over cases, in %)'));
  printTable(['organ', 'DSC', `NSD at ${toleranceMm} mm`], rows);
  const undefinedCount = summary.scores
    .filter((each) => each.of === 'all')
    .reduce((sum, each) => sum + each.undefinedCount, 0);
  if (undefinedCount > 0) say(`${undefinedCount} undefined (organ absent in both) and not counted.`);
  for (const name of summary.missingReference) say(`no reference for ${name}`);
  for (const text of summary.mismatched) say(`not compared: ${text}`);
}

function find(scores: readonly OrganScore[], organ: string, of: string, stage: string): OrganScore {
  return scores.find((each) => each.organ === organ && each.of === of && each.stage === stage)!;
}

/** Mean ± sd and over how many cases: figures of different n are no comparison. */
function figure(score: OrganScore, metric: 'dsc' | 'nsd'): string {
  const { mean, sd } =
    metric === 'dsc' ? { mean: score.dscMean, sd: score.dscSd } : { mean: score.nsdMean, sd: score.nsdSd };
  return mean === null ? '–' : `${meanAndSd({ metric, mean, sd })} (n ${score.n})`;
}
