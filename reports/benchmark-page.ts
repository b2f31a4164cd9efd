import type { CourseLesson } from '../domain/benchmark.js';
import type { BenchmarkFigure, BenchmarkSummary } from '../domain/benchmark-summary.js';
import type { MetricRow } from '../domain/metric.js';
import { settingsText } from '../domain/training-set.js';
import { hashOf } from '../storage/json.js';
import { benchmarkFigures, type ChallengingCase, type RecipeSection, type TestSection } from './benchmark.js';
import { benchmarkStyle } from './benchmark-style.js';
import { evaluateRows } from './evaluation.js';
import { type Plot, violinPlots } from './figures.js';
import { difference, figure, meanAndSd } from './format.js';
import { Html, html } from './html.js';
import { contractList } from './page.js';
import { pageStyle } from './page-style.js';
import { publishedSource, publishedToleranceMm } from './published-tables.js';
import { predictionColour, truthColour } from './slice-picture.js';

/** A challenging case, drawn. */
export interface DrawnCase extends ChallengingCase {
  readonly recipe: string;
  readonly svg: string;
  readonly slice: number;
  readonly slices: number;
}

export interface BenchmarkPageInput {
  readonly title: string;
  readonly run: string;
  readonly seed: number;
  readonly engine: BenchmarkSummary['engine'];
  readonly sections: readonly RecipeSection[];
  readonly pictures: readonly DrawnCase[];
}

/** The report of a run: one HTML page that needs nothing else. Equal input gives equal bytes. */
export async function benchmarkPage(input: BenchmarkPageInput): Promise<string> {
  const { title, run, seed, engine, sections } = input;
  const families = [...new Set(sections.map(({ recipe }) => recipe.family))];
  const plots = new Map<RecipeSection, Plot[]>();
  for (const section of sections) plots.set(section, await plotsOf(section));
  const cases = new Set(sections.flatMap(({ tests }) => tests.flatMap(({ evaluation }) => evaluation.cases)));
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<style>${new Html(pageStyle + benchmarkStyle)}</style>
</head>
<body>
<header><div>
<h1>${title}</h1>
<p>${sections.length} ${sections.length === 1 ? 'recipe' : 'recipes'}, trained and tested with ${engine.name}, beside what is published.</p>
<div class="chips"><span><b>${cases.size}</b> test cases</span><span>engine <b>${engine.name}</b> ${engine.version}</span>
<span>seed <b>${seed}</b></span><span>run <code>${run}</code></span></div>
</div></header>
<main>
<div class="warning"><b>What these figures are.</b> ${engine.summary}
${fewerNote(sections)}</div>
<section><h2>Overview</h2>${overviewTable(sections)}
<p class="after">Published figures: ${publishedSource}, NSD at ${publishedToleranceMm} mm. Other cases and other truths: a difference tells
where a figure stands, not which model is better.</p></section>
${families.map((family) => familySection(family, input, plots))}
${contractSections(sections)}
<footer>Run ${run}. Rows of every case are in the files beside this report.</footer>
</main>
</body>
</html>
`.text;
}

/** Series are the tests of a recipe; where a submission stands beside, entries, test by test. */
async function plotsOf({ tests, contract }: RecipeSection): Promise<Plot[]> {
  const filled = tests.filter(({ evaluation }) => evaluation.rows.length > 0);
  if (filled.length === 0) return [];
  if (filled.some(({ evaluation }) => evaluation.models.length > 1)) {
    const each = await Promise.all(filled.map(({ evaluation }) => violinPlots(evaluation)));
    return each.flat();
  }
  const rows = filled.flatMap(({ title, evaluation }) =>
    evaluation.rows.map((row): MetricRow => ({ ...row, model: title })),
  );
  return violinPlots(evaluateRows({ rows, contract }));
}

function fewerNote(sections: readonly RecipeSection[]): Html | undefined {
  const fewer = sections.filter(
    ({ training, tests }) => training.some(({ asked, used }) => used < asked) || tests.some(usesFewer),
  );
  return fewer.length === 0
    ? undefined
    : html`<p><b>Fewer cases than asked.</b> ${fewer.length} of ${sections.length} recipes found fewer cases in this campaign than they ask for; every table says how many.</p>`;
}

function usesFewer({ asked, evaluation }: TestSection): boolean {
  return evaluation.cases.length < asked;
}

function overviewTable(sections: readonly RecipeSection[]): Html {
  const rows = sections.map(({ recipe, status, training, tests }) => {
    const tested = tests.map(({ asked, evaluation }) => ({ asked, used: evaluation.cases.length }));
    return html`<tr><td><a href="#${recipe.id}">${recipe.title}</a></td><td><span class="state ${status}">${status}</span></td>
<td>${usedOf(training)}</td><td>${usedOf(tested)}</td><td>${meanOf(tests, 'dsc')}</td><td>${publishedMean(tests, 'dsc')}</td></tr>`;
  });
  return html`<div class="scroll"><table class="overview"><thead><tr><th>recipe</th><th></th><th>training cases</th><th>test cases</th>
<th>mean DSC (%)</th><th>published</th></tr></thead><tbody>${rows}</tbody></table></div>`;
}

function usedOf(counts: readonly { readonly asked: number; readonly used: number }[]): string {
  const sum = (of: 'asked' | 'used') => counts.reduce((total, each) => total + each[of], 0);
  return `${sum('used')} of ${sum('asked')}`;
}

/** Mean over tests and organs; tests that are not published count too, so that only equal sets are beside each other. */
function meanOf(tests: readonly TestSection[], metric: 'dsc'): string {
  const means = tests.flatMap((test) =>
    figuresOfTest(test).flatMap((each) => (each.metric === metric && each.mean !== null ? [each.mean] : [])),
  );
  return means.length === 0
    ? '–'
    : figure({ metric }, means.reduce((sum, each) => sum + each, 0) / means.length);
}

function publishedMean(tests: readonly TestSection[], metric: 'dsc'): string {
  const all = tests.flatMap((test) => figuresOfTest(test).filter((each) => each.metric === metric));
  const means = all.flatMap(({ published }) => (published?.mean == null ? [] : [published.mean]));
  return means.length === 0 || means.length < all.length
    ? '–'
    : figure({ metric }, means.reduce((sum, each) => sum + each, 0) / means.length);
}

function figuresOfTest({ evaluation, published }: TestSection): BenchmarkFigure[] {
  return benchmarkFigures(evaluation, published, evaluation.models[0]);
}

function familySection(
  family: string,
  { sections, pictures }: BenchmarkPageInput,
  plots: ReadonlyMap<RecipeSection, Plot[]>,
): Html {
  const own = sections.filter(({ recipe }) => recipe.family === family);
  return html`<section class="family"><h2>${family}</h2>
${own.map((section) =>
  recipePart(
    section,
    plots.get(section)!,
    pictures.filter((each) => each.recipe === section.recipe.id),
  ),
)}</section>`;
}

function recipePart(section: RecipeSection, plots: readonly Plot[], pictures: readonly DrawnCase[]): Html {
  const { recipe, status, why, tests } = section;
  const after = { paper: 'as in the paper', repository: 'as in the paper’s repository', own: 'own recipe' };
  return html`<article id="${recipe.id}"><h3>${recipe.title}</h3>
<p class="line"><code>${recipe.id}</code> ${after[recipe.after]}. ${trainingText(section)}${settingsNote(section)}</p>
${why === undefined ? undefined : html`<div class="warning"><b>${status === 'refused' ? 'It was refused.' : 'It came to nothing.'}</b> <span class="why">${why}</span></div>`}
${status === 'done' ? resultTables(tests) : undefined}
${tests.flatMap(faults)}
${notesList(recipe.notes ?? [])}
${plots.map(({ svg }) => html`<figure class="plot">${new Html(svg)}</figure>`)}
${pictures.length === 0 ? undefined : challenging(pictures)}
${lessonsList(section.lessons)}</article>`;
}

function trainingText({ training }: RecipeSection): string {
  const parts = training.map(({ role, asked, used }) => `${used} of ${asked} ${role}`);
  return `Training cases: ${parts.join(', ')}.`;
}

function settingsNote({ settings }: RecipeSection): Html | undefined {
  const text = settingsText(settings);
  return text === '' ? undefined : html` Engine set to ${text}.`;
}

function resultTables(tests: readonly TestSection[]): Html {
  const organs = tests[0]!.evaluation.contract.organs.map(({ organ }) => organ);
  const over = organs.map((organ) => html`<th colspan="2">${organ}</th>`);
  const head = organs.map(() => html`<th>DSC</th><th>NSD</th>`);
  const columns = 1 + 2 * organs.length;
  return html`<div class="scroll"><table class="results"><thead><tr class="over"><th></th>${over}</tr>
<tr><th>in %, NSD at ${publishedToleranceMm} mm</th>${head}</tr></thead><tbody>${tests.flatMap((test) => testRows(test, columns))}</tbody></table></div>`;
}

function testRows(test: TestSection, columns: number): Html[] {
  const { title, asked, evaluation, published } = test;
  const { models, cases } = evaluation;
  const own = figuresOfTest(test);
  const head = html`<tr class="test"><td colspan="${columns}"><b>${title}</b> <span>${cases.length} of ${asked} cases</span></td></tr>`;
  const entries = models.map((model, at) => {
    const cells = benchmarkFigures(evaluation, published, model).map(
      (each) => html`<td>${meanAndSd(each)}<small>n ${each.n}</small></td>`,
    );
    return html`<tr class="${at === 0 ? 'ours' : 'entry'}"><td>${model}</td>${cells}</tr>`;
  });
  const apart = own.map((each) => html`<td>${apartOf(each)}</td>`);
  const less =
    published === undefined || models.length === 0
      ? []
      : [html`<tr class="difference"><td>${models[0]} less published</td>${apart}</tr>`];
  return [head, ...entries, ...theirs(own, published?.id), ...less];
}

function theirs(figures: readonly BenchmarkFigure[], id: string | undefined): Html[] {
  if (id === undefined) return [];
  const cells = figures.map(
    ({ metric, published }) =>
      html`<td>${published === undefined ? '–' : meanAndSd({ metric, ...published })}</td>`,
  );
  return [html`<tr class="published"><td>published, ${id}</td>${cells}</tr>`];
}

function apartOf(each: BenchmarkFigure): string {
  if (each.published?.mean == null || each.mean === null) return '–';
  return difference(each, each.mean - each.published.mean);
}

const namedAtMost = 20;

function faults({ title, unscored, remarks }: TestSection): Html[] {
  const lines = [...unscored, ...remarks];
  if (lines.length === 0) return [];
  const shown = lines.slice(0, namedAtMost).map((line) => html`<li>${line}</li>`);
  const rest = lines.length - shown.length;
  return [
    html`<div class="warning"><b>${title}: not every case counts as it is.</b><ul>${shown}${rest > 0 ? html`<li>and ${rest} more</li>` : undefined}</ul></div>`,
  ];
}

function notesList(notes: readonly string[]): Html | undefined {
  return notes.length === 0
    ? undefined
    : html`<ul class="notes">${notes.map((note) => html`<li>${note}</li>`)}</ul>`;
}

function challenging(pictures: readonly DrawnCase[]): Html {
  return html`<h4>Challenging cases</h4><p class="line">Lowest DSC of each organ; the axial slice in which most voxels differ, anterior at the top.
<span class="key" style="border-color:${truthColour}"></span><span>truth</span>
<span class="key" style="border-color:${predictionColour}"></span><span>prediction</span></p>
<div class="pictures">${pictures.map(
    (
      each,
    ) => html`<figure><div class="frame">${new Html(each.svg)}</div><figcaption><b>${each.case}</b> ${each.organ}<br>
${each.test}, DSC ${figure({ metric: 'dsc' }, each.dsc)} %, slice ${each.slice} of ${each.slices}</figcaption></figure>`,
  )}</div>`;
}

function lessonsList(lessons: readonly CourseLesson[]): Html | undefined {
  if (lessons.length === 0) return undefined;
  const rows = lessons.map(({ step, organs, modelId, none, manual, pseudo }) => {
    const learned = pseudo === 0 ? `${manual}` : `${manual} and ${pseudo} with pseudo-labels`;
    return html`<tr><td>${step}</td><td>${organs.join(', ')}</td><td>${learned}</td><td class="model"><code>${modelId ?? none ?? '–'}</code></td></tr>`;
  });
  return html`<details><summary>${lessons.length} ${lessons.length === 1 ? 'training, with its model' : 'trainings, with their models'}</summary><div class="scroll">
<table><thead><tr><th>step</th><th>organs</th><th>cases</th><th>model</th></tr></thead><tbody>${rows}</tbody></table></div></details>`;
}

/** One contract for each set of organs. */
function contractSections(sections: readonly RecipeSection[]): Html {
  const contracts = new Map(sections.map(({ contract }) => [hashOf(contract), contract]));
  return html`<section><h2>Contract</h2><p>The rules under which these figures are comparable with others. Truth is the campaign’s finished label
map; every contract stands with its hash in the rows made under it.</p>${[...contracts].map(
    ([
      hash,
      contract,
    ]) => html`<details><summary>${contract.organs.map(({ organ }) => organ).join(', ')} <code>${hash.slice(0, 12)}</code></summary>
${contractList(contract, hash)}</details>`,
  )}</section>`;
}
