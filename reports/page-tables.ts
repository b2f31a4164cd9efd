import type { Evaluation } from './evaluation.js';
import { difference, differenceUnitOf, figure, interval, meanAndSd, pValue, unitOf } from './format.js';
import { type Html, html, table, withN } from './html.js';
import { isShare, type Measure, measureName, measuresOf } from './measure.js';
import { type PublishedRow, publishedSource, publishedToleranceMm } from './published-tables.js';
import type { SummaryCell } from './summary.js';

/** In the paper's form organs stand side by side; with more of them than this they stand one below the other. */
const mostAcross = 5;

type Stratum = SummaryCell['stratum'];

function cellOf(evaluation: Evaluation, measure: Measure, model: string, stratum?: Stratum): SummaryCell {
  return evaluation.summary.find(
    (cell) =>
      cell.organ === measure.organ &&
      cell.metric === measure.metric &&
      cell.toleranceMm === measure.toleranceMm &&
      cell.model === model &&
      cell.stratum?.field === stratum?.field &&
      cell.stratum?.value === stratum?.value,
  )!;
}

const meanCell = (cell: SummaryCell): Html => withN(meanAndSd(cell), cell.n);

/** Mean ± standard deviation of every measure, as the paper's tables have them; a published row below ours. */
export function resultTable(evaluation: Evaluation, published?: PublishedRow): Html {
  const { contract } = evaluation;
  return contract.organs.length <= mostAcross
    ? acrossTable(evaluation, published)
    : downTable(evaluation, published);
}

function acrossTable(evaluation: Evaluation, published?: PublishedRow): Html {
  const { contract, models } = evaluation;
  const measures = measuresOf(contract);
  const over = contract.organs.map(
    ({ organ }) =>
      html`<th colspan="${measures.filter((each) => each.organ === organ).length}"><span>${organ}</span></th>`,
  );
  const head = measures.map((each) => html`<th>${measureName(each)} (${unitOf(each)})</th>`);
  const rows = models.map(
    (model) =>
      html`<tr class="ours"><td>${model}</td>${measures.map((each) => html`<td>${meanCell(cellOf(evaluation, each, model))}</td>`)}</tr>`,
  );
  const compared = published === undefined ? [] : publishedRows(evaluation, measures, published);
  return html`<div class="scroll"><table class="across"><thead><tr class="over"><th></th>${over}</tr><tr><th></th>${head}</tr></thead>
<tbody>${[...rows, ...compared]}</tbody></table></div>`;
}

function publishedRows(
  evaluation: Evaluation,
  measures: readonly Measure[],
  published: PublishedRow,
): Html[] {
  const first = evaluation.models[0]!;
  const theirs = measures.map((each) => html`<td>${publishedText(published, each)}</td>`);
  const apart = measures.map(
    (each) => html`<td>${publishedDifference(published, each, cellOf(evaluation, each, first))}</td>`,
  );
  return [
    html`<tr class="published"><td>published, ${published.id}</td>${theirs}</tr>`,
    html`<tr class="difference"><td>${first} less published</td>${apart}</tr>`,
  ];
}

function downTable(evaluation: Evaluation, published?: PublishedRow): Html {
  const { contract, models } = evaluation;
  const kinds = measuresOf({ ...contract, organs: [contract.organs[0]!] });
  const sameTolerances = contract.organs.every(
    ({ tolerancesMm }) => tolerancesMm.join() === contract.organs[0]!.tolerancesMm.join(),
  );
  const nameOf = (each: Measure) => (sameTolerances ? measureName(each) : each.metric.toUpperCase());
  const head = [
    models.length > 1 ? 'organ, model' : 'organ',
    ...kinds.map((each) => `${nameOf(each)} (${unitOf(each)})`),
    ...(published === undefined ? [] : ['DSC, published', 'NSD, published']),
  ];
  const rows = contract.organs.flatMap(({ organ }) =>
    models.map((model) => {
      const own = measuresOf(contract).filter((each) => each.organ === organ);
      const theirs = [
        { organ, metric: 'dsc' as const },
        { organ, metric: 'nsd' as const, toleranceMm: publishedToleranceMm },
      ];
      return [
        models.length > 1 ? `${organ}, ${model}` : organ,
        ...own.map((each) => {
          const cell = cellOf(evaluation, each, model);
          const note = sameTolerances || each.toleranceMm === undefined ? '' : ` at ${each.toleranceMm} mm`;
          return html`${meanAndSd(cell)}<small>n ${cell.n}${note}</small>`;
        }),
        ...(published === undefined ? [] : theirs.map((each) => publishedText(published, each))),
      ];
    }),
  );
  return table(head, rows);
}

function publishedFigure(published: PublishedRow, { organ, metric, toleranceMm }: Measure) {
  const row = published.organs[organ];
  if (row === undefined) return null;
  if (metric === 'dsc') return row.dsc;
  return metric === 'nsd' && toleranceMm === publishedToleranceMm ? row.nsd : null;
}

function publishedText(published: PublishedRow, measure: Measure): string {
  const theirs = publishedFigure(published, measure);
  return theirs === null
    ? '–'
    : meanAndSd({ ...measure, mean: theirs[0] / 100, sd: theirs[1] === null ? null : theirs[1] / 100 });
}

function publishedDifference(published: PublishedRow, measure: Measure, cell: SummaryCell): string {
  const theirs = publishedFigure(published, measure);
  return theirs === null || cell.mean === null ? '–' : difference(measure, cell.mean - theirs[0] / 100);
}

/** What a published row is, and how far it can be compared. */
export function publishedNote(published: PublishedRow): Html {
  return html`<p>Published: ${published.id}, ${published.title} (${publishedSource}), NSD at ${publishedToleranceMm} mm.
Other cases and other truths: the difference tells where these figures stand, not which model is better.</p>`;
}

/** Median, quartiles, extremes, bootstrap interval and failures. */
export function spreadTable(evaluation: Evaluation): Html {
  const several = evaluation.models.length > 1;
  const head = ['', 'n', 'left out', 'mean, 95 % interval', 'median', 'quartiles', 'least', 'most', 'failed'];
  const rows = measuresOf(evaluation.contract).flatMap((measure) =>
    evaluation.models.map((model) => {
      const cell = cellOf(evaluation, measure, model);
      return [
        `${measure.organ}, ${measureName(measure)} (${unitOf(measure)})${several ? `, ${model}` : ''}`,
        String(cell.n),
        String(cell.undefinedCount),
        html`${figure(cell, cell.mean)}<small>${interval(cell, cell.meanCi95)}</small>`,
        figure(cell, cell.median),
        cell.q1 === null ? '–' : interval(cell, [cell.q1, cell.q3!]),
        figure(cell, cell.min),
        figure(cell, cell.max),
        cell.failures === undefined ? '' : `${cell.failures} of ${cell.n}`,
      ];
    }),
  );
  return table(head, rows);
}

/** One table for each field that divides the cases. */
export function strataTables(evaluation: Evaluation): Html[] {
  const fields = [...new Set(evaluation.summary.flatMap(({ stratum }) => stratum?.field ?? []))];
  const measures = measuresOf(evaluation.contract);
  const several = evaluation.models.length > 1;
  return fields.map((field) => {
    const values = [
      ...new Set(
        evaluation.summary.flatMap(({ stratum }) => (stratum?.field === field ? stratum.value : [])),
      ),
    ];
    const rows = measures.flatMap((measure) =>
      evaluation.models.map((model) => [
        `${measure.organ}, ${measureName(measure)} (${unitOf(measure)})${several ? `, ${model}` : ''}`,
        ...values.map((value) => meanCell(cellOf(evaluation, measure, model, { field, value }))),
      ]),
    );
    return html`<h3>${field}</h3>${table(['', ...values], rows)}`;
  });
}

/** Differences of pairs of models with their tests. */
export function comparisonTable({ comparisons }: Evaluation): Html {
  const head = ['', 'n', 'mean difference', '95 % interval', 'median difference', 'p', 'p, Holm', 'better'];
  const rows = comparisons.map((each) => {
    const sure = each.pHolm !== null && each.pHolm < 0.05;
    const secondIsMore = (each.meanDifference ?? 0) > 0;
    return [
      `${each.organ}, ${measureName(each)}: ${each.models[1]} less ${each.models[0]}`,
      String(each.n),
      `${difference(each, each.meanDifference)} ${differenceUnitOf(each)}`,
      each.differenceCi95 === null
        ? '–'
        : `${difference(each, each.differenceCi95[0])} to ${difference(each, each.differenceCi95[1])}`,
      difference(each, each.medianDifference),
      pValue(each.pValue),
      pValue(each.pHolm),
      sure ? html`<b>${each.models[secondIsMore === isShare(each) ? 1 : 0]}</b>` : 'not shown',
    ];
  });
  return table(head, rows);
}

/** How the ranks hold when cases are drawn anew. */
export function rankingTable({ ranking }: Evaluation): Html {
  const head = ['', 'n', 'rank', 'comes first in', 'Kendall’s τ'];
  const rows = ranking.map((each) => [
    `${each.organ}, ${measureName(each)}: ${each.model}`,
    String(each.n),
    String(each.rank),
    `${(100 * each.shareAtRank[0]!).toFixed(1)} % of draws`,
    each.kendallTau.toFixed(2),
  ]);
  return table(head, rows);
}

/** At most so many cases are listed one by one; files hold them all. */
const mostRows = 2000;

/** Every raw figure. */
export function rowTable({ rows, contract, models }: Evaluation): Html {
  const distances = (['hd95', 'hd', 'assd'] as const).filter((metric) => contract.metrics.includes(metric));
  const field = { hd95: 'hd95Mm', hd: 'hdMm', assd: 'assdMm' } as const;
  const shown = (metric: 'dsc' | 'hd95', value: SummaryCellValue) =>
    value === undefined ? '–' : typeof value === 'number' ? figure({ metric }, value) : value.undefined;
  const head = [
    ...['case', ...(models.length > 1 ? ['model'] : []), 'organ', 'DSC (%)'],
    ...(contract.metrics.includes('nsd') ? ['τ (mm)', 'NSD (%)'] : []),
    ...distances.map((metric) => `${metric.toUpperCase()} (mm)`),
    ...['truth voxels', 'prediction voxels'],
  ];
  const cells = rows
    .slice(0, mostRows)
    .map((row) => [
      ...[row.case, ...(models.length > 1 ? [row.model] : []), row.organ, shown('dsc', row.dsc)],
      ...(contract.metrics.includes('nsd') ? [String(row.toleranceMm), shown('dsc', row.nsd)] : []),
      ...distances.map((metric) => shown('hd95', row[field[metric]])),
      ...[count(row.truthVoxels), count(row.predictionVoxels)],
    ]);
  const rest = rows.length - cells.length;
  return html`${table(head, cells)}${rest > 0 ? html`<p>and ${rest} more rows in the files beside this report</p>` : undefined}`;
}

/** A whole number with thin spaces between thousands. */
function count(value: number): string {
  return String(value).replace(/\B(?=(\d{3})+$)/g, '\u2009');
}

type SummaryCellValue = Evaluation['rows'][number]['nsd'];
