import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { csvParse } from 'd3-dsv';
import { type ScorePool, scoreInThreads } from '../activities/score-pool.js';
import { PlusctError } from '../domain/errors.js';
import type { MetricContract, MetricRow } from '../domain/metric.js';
import type { PairFault } from '../imaging/score-pair.js';
import { type Evaluation, evaluateRows, exemplars } from '../reports/evaluation.js';
import type { DrawnExemplar } from '../reports/page.js';
import { inOrder, toCsv } from '../reports/rows.js';
import type { Strata } from '../reports/summary.js';
import { hashOf } from '../storage/json.js';
import { mapBounded } from '../storage/map-bounded.js';
import { type CaseFiles, caseFilesBelow, modelNames, pairCases } from './case-files.js';
import { type EvaluateFilesOptions, type EvaluateRequest, evaluateRequest } from './evaluate-options.js';
import { printEvaluation } from './evaluate-print.js';
import { printJson, say } from './output.js';

const columns = [
  'case',
  'organ',
  'toleranceMm',
  'dsc',
  'nsd',
  'hd95Mm',
  'hdMm',
  'assdMm',
  'truthVoxels',
  'predictionVoxels',
  'model',
  'contractSha256',
] as const;

/** `plusct evaluate --truth … --prediction …`: figures of label maps in files, without any server. */
export async function evaluateFiles(options: EvaluateFilesOptions): Promise<void> {
  const request = evaluateRequest(options);
  const { contract, truth, predictions } = request;
  const models = modelNames(predictions);
  const paired = pairCases(
    truth,
    predictions.map((path, at) => ({ model: models[at]!, path })),
  );
  const images = request.images === undefined ? undefined : caseFilesBelow(request.images, '--images');
  if (paired.missing.length > 0 && !request.skipFaulty) throw refused('partners are missing', paired.missing);
  const pool = await scoreInThreads(
    Math.min(request.jobs ?? availableParallelism(), Math.max(1, paired.cases.length)),
  );
  try {
    const { rows, faults } = await scoreAll(pool, paired.cases, contract);
    if (faults.length > 0 && !request.skipFaulty) throw refused('label maps cannot be compared', faults);
    const findings = [...paired.missing, ...faults];
    if (rows.length === 0) throw refused('there is nothing to evaluate', findings);
    const strata = await readStrata(request.strata, paired.cases);
    const evaluation = evaluateRows({ rows, contract, strata, findings });
    await writeFiles(request, evaluation);
    await writeReport(pool, request, { cases: paired.cases, images }, evaluation);
    if (options.json === true) return printJson(jsonOf(evaluation));
    printEvaluation(evaluation, request.published);
    for (const path of written(request)) say(path);
  } finally {
    await pool.close();
  }
}

function refused(what: string, lines: readonly string[]): PlusctError {
  const shown = lines.slice(0, 30).map((line) => `  ${line}`);
  const rest = lines.length > shown.length ? [`  and ${lines.length - shown.length} more`] : [];
  return new PlusctError(
    'InvalidInput',
    [`${what}:`, ...shown, ...rest, '--skip-faulty leaves these cases out and says so in every output.'].join(
      '\n',
    ),
  );
}

/** Rows in the order of the cases, however the threads finish; what could not be compared, in words. */
async function scoreAll(
  pool: ScorePool,
  cases: readonly CaseFiles[],
  contract: MetricContract,
): Promise<{ rows: MetricRow[]; faults: string[] }> {
  const contractSha256 = hashOf(contract);
  let done = 0;
  const scored = await mapBounded(cases, cases.length, async (each) => {
    const { case: name, truth, predictions } = each;
    const result = await scoreOne(pool, { truth, predictions, contract });
    done += 1;
    if (process.stderr.isTTY)
      process.stderr.write(`\r${done} of ${cases.length} cases${done < cases.length ? '' : '\n'}`);
    if ('fault' in result) return { rows: [], faults: [`case ${name}: ${result.fault}`] };
    const faults = result.scores.flatMap((score) =>
      'faults' in score ? score.faults.map((fault) => `case ${name}, ${score.model}: ${advised(fault)}`) : [],
    );
    if (faults.length > 0) return { rows: [], faults };
    const rows = result.scores.flatMap((score) =>
      'figures' in score
        ? score.figures.map((figures) => ({ ...figures, case: name, model: score.model, contractSha256 }))
        : [],
    );
    return { rows, faults: [] };
  });
  return { rows: scored.flatMap(({ rows }) => rows), faults: scored.flatMap(({ faults }) => faults) };
}

/** What a person can do who knows that the files are right all the same. */
const advice: Readonly<Record<string, string>> = {
  GRID_MISMATCH: '--ignore-geometry compares by index all the same',
  LABEL_VALUES: '--ignore-unknown-labels takes them as background',
};

function advised({ code, message }: PairFault): string {
  return advice[code] === undefined ? message : `${message} (${advice[code]})`;
}

type Work = Parameters<ScorePool['scoreFiles']>[0];

/** A file that cannot be read is one case's fault, not the end of the others. */
async function scoreOne(pool: ScorePool, work: Work) {
  try {
    return { scores: await pool.scoreFiles(work) };
  } catch (error) {
    if (error instanceof PlusctError) return { fault: error.message };
    throw error;
  }
}

/** A CSV file with a column `case` and one for each field; cases in folders have the field `folder` without it. */
async function readStrata(path: string | undefined, cases: readonly CaseFiles[]): Promise<Strata> {
  const folders = cases.flatMap(({ case: name }) =>
    name.includes('/') ? [[name, { folder: name.slice(0, name.indexOf('/')) }] as const] : [],
  );
  if (path === undefined) return Object.fromEntries(folders);
  const table = csvParse(await readFile(path, 'utf8'));
  if (!table.columns.includes('case')) {
    throw new PlusctError('InvalidInput', `--strata ${path}: there is no column 'case' in its first line`);
  }
  const given = new Map(table.map(({ case: name, ...fields }) => [name, fields]));
  const lacking = cases.filter(({ case: name }) => !given.has(name)).map(({ case: name }) => name);
  if (lacking.length === 0) {
    const folderOf = new Map(folders);
    return Object.fromEntries(
      [...given].map(([name, fields]) => [name, { ...folderOf.get(name), ...fields }]),
    );
  }
  throw new PlusctError('InvalidInput', `--strata ${path}: there is no line for case ${lacking.join(', ')}`);
}

function jsonOf(evaluation: Evaluation) {
  const { contract, contractSha256, models, summary, comparisons, ranking, findings } = evaluation;
  const rows = evaluation.rows.map((row) => inOrder(row, columns));
  return { contract, contractSha256, models, rows, summary, comparisons, ranking, findings };
}

async function writeFiles({ json, csv }: EvaluateRequest, evaluation: Evaluation): Promise<void> {
  if (json !== undefined) await save(json, `${JSON.stringify(jsonOf(evaluation), null, 1)}\n`);
  if (csv !== undefined) await save(csv, toCsv(evaluation.rows, columns));
}

/** Files that pictures are drawn of; CTs by the case's name. */
interface Drawable {
  readonly cases: readonly CaseFiles[];
  readonly images: ReadonlyMap<string, string> | undefined;
}

/** Report and plots; the libraries that draw are loaded only if there is something to draw. */
async function writeReport(
  pool: ScorePool,
  request: EvaluateRequest,
  files: Drawable,
  evaluation: Evaluation,
): Promise<void> {
  const { report, plots: directory, published } = request;
  if (report === undefined && directory === undefined) return;
  const { violinPlots } = await import('../reports/figures.js');
  const plots = await violinPlots(evaluation);
  const pictures = await drawCases(pool, request, files, evaluation);
  if (report !== undefined) {
    const { reportPage } = await import('../reports/page.js');
    const named = published === undefined ? {} : { published };
    await save(report, reportPage({ title: request.title, evaluation, plots, pictures, ...named }));
  }
  if (directory === undefined) return;
  const { toPng } = await import('../reports/raster.js');
  const drawn = pictures.map((each) => ({
    name: `${each.kind}-${each.organ}-${each.case}`.replace(/[^\w.-]+/g, '_'),
    svg: each.svg,
  }));
  for (const { name, svg } of [...plots, ...drawn]) {
    await save(join(directory, `${name}.svg`), svg);
    await save(join(directory, `${name}.png`), toPng(svg));
  }
}

async function drawCases(
  pool: ScorePool,
  { contract }: EvaluateRequest,
  { cases, images }: Drawable,
  evaluation: Evaluation,
): Promise<DrawnExemplar[]> {
  const drawn = await Promise.all(
    exemplars(evaluation, evaluation.models[0]!).map(async (each) => {
      const files = cases.find(({ case: name }) => name === each.case)!;
      const image = images?.get(each.case);
      const picture = await pool.picture({
        truth: files.truth,
        prediction: files.predictions.find(({ model }) => model === each.model)!.path,
        labels: contract.organs.find(({ organ }) => organ === each.organ)!.labels,
        ...(image === undefined ? {} : { image }),
      });
      return picture === undefined ? [] : [{ ...each, ...picture }];
    }),
  );
  return drawn.flat();
}

async function save(path: string, content: string | Uint8Array): Promise<void> {
  await mkdir(dirname(resolve(path)), { recursive: true });
  await writeFile(path, content);
}

function written({ json, csv, report, plots }: EvaluateRequest): string[] {
  return [json, csv, report, plots].flatMap((path) => (path === undefined ? [] : [path]));
}
