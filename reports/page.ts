import type { Convention, MetricContract } from '../domain/metric.js';
import { judged } from '../domain/metric-convention.js';
import type { Evaluation, Exemplar } from './evaluation.js';
import type { Plot } from './figures.js';
import { figure, tolerancesInWords } from './format.js';
import { Html, html } from './html.js';
import { pageStyle } from './page-style.js';
import {
  comparisonTable,
  publishedNote,
  rankingTable,
  resultTable,
  rowTable,
  spreadTable,
  strataTables,
} from './page-tables.js';
import type { PublishedRow } from './published-tables.js';
import { predictionColour, truthColour } from './slice-picture.js';
import { bootstrapSamples } from './statistics.js';

/** A drawn case. */
export interface DrawnExemplar extends Exemplar {
  readonly svg: string;
  readonly slice: number;
  readonly slices: number;
}

export interface PageInput {
  readonly title: string;
  readonly evaluation: Evaluation;
  readonly plots: readonly Plot[];
  readonly pictures: readonly DrawnExemplar[];
  readonly published?: PublishedRow;
}

/** The report: one HTML page that needs nothing else. Equal input gives equal bytes: it holds no clock and no chance. */
export function reportPage({ title, evaluation, plots, pictures, published }: PageInput): string {
  const { contract, cases, models, comparisons } = evaluation;
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<style>${new Html(pageStyle)}</style>
</head>
<body>
<header><div>
<h1>${title}</h1>
<p>${models.join(', ')} against the truth: ${contract.organs.map(({ organ }) => organ).join(', ')}.</p>
<div class="chips"><span><b>${cases.length}</b> cases</span><span>contract <b>${contract.preset}</b></span>
<span><code>${evaluation.contractSha256.slice(0, 12)}</code></span><span>${contract.implementation}</span></div>
</div></header>
<main>
${findingsBox(evaluation.findings)}
<section><h2>Results</h2><p>Mean ± standard deviation over cases, with the number of cases that count in each cell.</p>
${resultTable(evaluation, published)}${published === undefined ? undefined : publishedNote(published)}</section>
<section><h2>Distributions</h2><p>Every point is a case. The box holds the middle half of them, the bar in it is the median,
whiskers reach 1.5 interquartile ranges. Outlines are Gaussian kernel densities, cut at the extremes.</p>
${plots.map(({ svg }) => html`<figure class="plot">${new Html(svg)}</figure>`)}
<h3>Spread</h3>${spreadTable(evaluation)}</section>
${strataSection(evaluation)}
${comparisons.length === 0 ? undefined : comparisonSection(evaluation)}
${pictures.length === 0 ? undefined : pictureSection(evaluation, pictures)}
${contractSection(contract, evaluation.contractSha256)}
<section><h2>All figures</h2><details><summary>${evaluation.rows.length} rows, as they were measured</summary>
${rowTable(evaluation)}</details></section>
<footer>Made by ${contract.implementation}. Contract ${evaluation.contractSha256}.</footer>
</main>
</body>
</html>
`.text;
}

function findingsBox(findings: readonly string[]): Html | undefined {
  if (findings.length === 0) return undefined;
  const shown = findings.slice(0, 20).map((text) => html`<li>${text}</li>`);
  const rest = findings.length - shown.length;
  return html`<div class="warning"><b>Not every case counts.</b><ul>${shown}${
    rest > 0 ? html`<li>and ${rest} more</li>` : undefined
  }</ul></div>`;
}

function strataSection(evaluation: Evaluation): Html | undefined {
  const tables = strataTables(evaluation);
  return tables.length === 0
    ? undefined
    : html`<section><h2>By stratum</h2><p>Mean ± standard deviation over the cases of each stratum.</p>${tables}</section>`;
}

function comparisonSection(evaluation: Evaluation): Html {
  return html`<section><h2>Comparison of models</h2><p>Pairs of figures of the same cases. Wilcoxon’s signed-rank test,
two-sided, exact up to 200 pairs, ties sharing their ranks; p-values corrected after Holm over the ${
    evaluation.comparisons.length
  } tests of this table. Intervals: percentile bootstrap of the mean, ${bootstrapSamples} draws.</p>
${comparisonTable(evaluation)}
<h3>Stability of the ranking</h3><p>Models are ranked by their means; 1000 times the cases are drawn anew with replacement
and the models ranked again. τ is 1 where every draw gives the same order, 0 where draws tell nothing.</p>
${rankingTable(evaluation)}</section>`;
}

function pictureSection(evaluation: Evaluation, pictures: readonly DrawnExemplar[]): Html {
  return html`<section><h2>Worst and best cases</h2><p>By DSC. Each picture is the axial slice in which most voxels differ,
outlined along the voxels’ edges, anterior at the top. What only one of the two has is tinted in its colour.</p>
<p><span class="key" style="border-color:${truthColour}"></span><span>truth</span>
<span class="key" style="border-color:${predictionColour}"></span><span>prediction</span></p>
<div class="pictures">${pictures.map((each) => pictureCard(evaluation, each))}</div></section>`;
}

function pictureCard({ rows, contract }: Evaluation, picture: DrawnExemplar): Html {
  const row = rows.find(
    (each) => each.case === picture.case && each.organ === picture.organ && each.model === picture.model,
  )!;
  const dsc = judged(row, 'dsc', contract.convention);
  const nsd = judged(row, 'nsd', contract.convention);
  const figures = [
    `DSC ${figure({ metric: 'dsc' }, dsc ?? null)} %`,
    ...(row.toleranceMm === undefined
      ? []
      : [`NSD ${figure({ metric: 'nsd' }, nsd ?? null)} % at ${row.toleranceMm} mm`]),
  ];
  return html`<figure><div class="frame">${new Html(picture.svg)}</div><figcaption>
<span class="tag ${picture.kind}">${picture.kind}</span><b>${picture.case}</b> ${picture.organ}, slice ${picture.slice} of ${picture.slices}<br>
${figures.join(', ')}</figcaption></figure>`;
}

function contractSection(contract: MetricContract, hash: string): Html {
  const entries: [string, string][] = [
    [
      'preset',
      contract.preset +
        (contract.deviations.length > 0 ? `, changed: ${contract.deviations.join(', ')}` : ''),
    ],
    ['organs', contract.organs.map(({ organ, labels }) => `${organ} = ${labels.join(' + ')}`).join('; ')],
    ['tolerances', tolerancesInWords(contract)],
    ['spacing', `from the ${contract.spacingFrom}`],
    ['crop', contract.crop],
    ...(contract.truthSlicesOnly.length === 0
      ? []
      : [
          [
            'labelled slices only',
            `${contract.truthSlicesOnly.join(', ')} (the last labelled slice left out)`,
          ] as [string, string],
        ]),
    ['geometry', contract.geometry],
    ['unknown labels', contract.unknownLabels],
    ...conventionInWords(contract.convention),
    ['implementation', contract.implementation],
    ['SHA-256', hash],
  ];
  return html`<section><h2>Contract</h2><p>The rules under which these figures are comparable with others.</p>
<dl>${entries.map(([name, text]) => html`<dt>${name}</dt><dd>${text}</dd>`)}</dl></section>`;
}

/** What empty masks count as, line by line. */
function conventionInWords(convention: Convention): [string, string][] {
  const counted = { undefined: 'left out', one: 'counts as 1', zero: 'counts as 0' };
  const special: [string, string][] = [];
  if (convention.nsdZeroBelowDsc !== null)
    special.push(['NSD', `counts as 0 where DSC is below ${convention.nsdZeroBelowDsc}`]);
  if (convention.roundedToDigits !== null)
    special.push(['rounding', `to ${convention.roundedToDigits} digits, case by case`]);
  return [
    ['organ in neither mask', `DSC and NSD ${counted[convention.bothEmpty]}`],
    ['only in the prediction', `DSC and NSD ${counted[convention.truthEmpty]}`],
    ['only in the truth', `DSC and NSD ${counted[convention.predictionEmpty]}`],
    ['distances of empty masks', 'left out'],
    ...special,
    ['failed', convention.failureBelowDsc > 0 ? `DSC 0 or below ${convention.failureBelowDsc}` : 'DSC 0'],
  ];
}
