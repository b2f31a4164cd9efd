import type { Evaluation } from '../reports/evaluation.js';
import {
  difference,
  differenceUnitOf,
  meanAndSd,
  pValue,
  tolerancesInWords,
  unitOf,
} from '../reports/format.js';
import { isShare, measureName, measuresOf } from '../reports/measure.js';
import { type PublishedRow, publishedToleranceMm } from '../reports/published-tables.js';
import type { SummaryCell } from '../reports/summary.js';
import { printTable, say, styled } from './output.js';

/** The table of an evaluation, with n in every cell; comparisons; the contract in one line. */
export function printEvaluation(evaluation: Evaluation, published?: PublishedRow): void {
  const { contract, models, summary } = evaluation;
  const strata = new Map(summary.map(({ stratum }) => [JSON.stringify(stratum), stratum]));
  for (const stratum of strata.values()) {
    const cells = summary.filter((cell) => sameStratum(cell.stratum, stratum));
    if (stratum !== undefined) say(`\n${stratum.field} ${stratum.value}`);
    printCells(evaluation, cells);
  }
  if (published !== undefined) printPublished(evaluation, published);
  if (models.length > 1) printComparisons(evaluation);
  for (const finding of evaluation.findings) say(`left out: ${finding}`);
  say('');
  say(
    `contract ${evaluation.contractSha256.slice(0, 12)}: ${contract.preset}, tolerance ${tolerancesInWords(contract)}; ` +
      `${contract.implementation}`,
  );
}

function sameStratum(a: SummaryCell['stratum'], b: SummaryCell['stratum']): boolean {
  return a?.field === b?.field && a?.value === b?.value;
}

/** One line for each organ and model; columns are the metrics, NSD at each place of an organ's tolerances. */
function printCells({ contract, models }: Evaluation, cells: readonly SummaryCell[]): void {
  const first = measuresOf({ ...contract, organs: contract.organs.slice(0, 1) });
  const same = contract.organs.every(
    (each) => each.tolerancesMm.join() === contract.organs[0]!.tolerancesMm.join(),
  );
  const head = [
    'organ',
    ...(models.length > 1 ? ['model'] : []),
    ...first.map((each) => `${same ? measureName(each) : each.metric.toUpperCase()} (${unitOf(each)})`),
    'failed',
  ];
  const rows = contract.organs.flatMap(({ organ }) =>
    models.map((model) => {
      const own = cells.filter((cell) => cell.organ === organ && cell.model === model);
      const failed = own.find((cell) => cell.metric === 'dsc')!;
      return [
        organ,
        ...(models.length > 1 ? [model] : []),
        ...own.map((cell) => `${meanAndSd(cell)}${toleranceNote(cell, same)} (n ${cell.n})`),
        `${failed.failures} of ${failed.n}`,
      ];
    }),
  );
  printTable(head, rows);
}

function toleranceNote(cell: SummaryCell, same: boolean): string {
  return same || cell.toleranceMm === undefined ? '' : ` at ${cell.toleranceMm} mm`;
}

function printPublished({ contract, summary, models }: Evaluation, published: PublishedRow): void {
  say('');
  say(styled('bold', `Published, ${published.id}: ${published.title}`));
  const rows = contract.organs.map(({ organ }) => {
    const theirs = published.organs[organ];
    const cell = (metric: 'dsc' | 'nsd') => {
      const figures = theirs?.[metric];
      const own = summary.find(
        (each) =>
          each.organ === organ &&
          each.metric === metric &&
          each.model === models[0] &&
          each.stratum === undefined &&
          (metric === 'dsc' || each.toleranceMm === publishedToleranceMm),
      );
      if (figures === null || figures === undefined) return '–';
      const text = meanAndSd({
        metric,
        mean: figures[0] / 100,
        sd: figures[1] === null ? null : figures[1] / 100,
      });
      const apart = own === undefined || own.mean === null ? null : own.mean - figures[0] / 100;
      return apart === null ? text : `${text}, these ${difference({ metric }, apart)}`;
    };
    return [organ, cell('dsc'), cell('nsd')];
  });
  printTable(['organ', 'DSC (%)', `NSD at ${publishedToleranceMm} mm (%)`], rows);
}

function printComparisons({ comparisons, ranking }: Evaluation): void {
  say('');
  say(styled('bold', 'Paired differences (Wilcoxon signed-rank, Holm over all tests)'));
  printTable(
    ['', 'n', 'mean difference', 'p', 'p, Holm', 'first in draws'],
    comparisons.map((each) => {
      const secondIsBetter = (each.meanDifference ?? 0) > 0 === isShare(each);
      const better = each.models[secondIsBetter ? 1 : 0];
      const rank = ranking.find(
        (one) =>
          one.organ === each.organ &&
          one.metric === each.metric &&
          one.toleranceMm === each.toleranceMm &&
          one.model === better,
      );
      return [
        `${each.organ}, ${measureName(each)}: ${each.models[1]} less ${each.models[0]}`,
        String(each.n),
        `${difference(each, each.meanDifference)} ${differenceUnitOf(each)}`,
        pValue(each.pValue),
        pValue(each.pHolm),
        rank === undefined ? '–' : `${better} in ${(100 * rank.shareAtRank[0]!).toFixed(1)} %`,
      ];
    }),
  );
}
