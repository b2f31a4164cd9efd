import { mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { makeBenchmarkPlan } from '../activities/benchmark-planning.js';
import type { BenchmarkPlan } from '../domain/benchmark.js';
import type { BenchmarkSummary } from '../domain/benchmark-summary.js';
import { PlusctError } from '../domain/errors.js';
import { engineByName } from '../engines/registry.js';
import { benchmarkRuns, publishBenchmarkPlan, readBenchmarkSummary } from '../storage/benchmarks.js';
import { getContent } from '../storage/content.js';
import { canonicalJson } from '../storage/json.js';
import { chosenRecipes, type RunOptions, trainingChoice } from './benchmark-options.js';
import { printBenchmark } from './benchmark-print.js';
import { completeRun } from './benchmark-run.js';
import { warnOfMissing } from './missing-devices.js';
import { printJson, refusedExitCode } from './output.js';
import { chooseCampaign, type Session } from './session.js';

/** `plusct benchmark run`: plans, refuses what leaks, runs the rest to its end. */
export async function runRecipes(
  session: Session,
  names: readonly string[],
  options: RunOptions & { campaign?: string; out?: string; json?: boolean },
): Promise<void> {
  const { store } = session;
  const recipes = await chosenRecipes(names, options.recipe);
  const campaign = await chooseCampaign(store, options.campaign);
  const choice = await trainingChoice(store, campaign, options);
  const plan = await makeBenchmarkPlan({ store, engineByName }, { campaign, recipes, ...choice });
  if (refuses(plan, names.includes('all'))) return;
  const run = await publishBenchmarkPlan(store, plan);
  await warnOfMissing(session, campaign);
  const summary = await completeRun(session, run);
  if (options.out !== undefined) await writeRun(session, summary, options.out);
  if (options.json) printJson(summary);
  else printBenchmark(summary);
  if (summary.recipes.some(({ status }) => status === 'failed')) process.exitCode = 1;
  if (plan.recipes.some(({ refused }) => refused?.leaks)) process.exitCode = refusedExitCode;
}

/** Recipes that were named have to run; of `all`, those that cannot are told in the report and the others go on. */
function refuses({ recipes }: BenchmarkPlan, all: boolean): boolean {
  const refused = recipes.filter((each) => each.refused !== undefined);
  if (refused.length === 0 || (all && refused.length < recipes.length)) return false;
  for (const { recipe, refused: reason } of refused)
    process.stderr.write(`${recipe.id} is refused: ${reason!.why}\n`);
  process.exitCode = refusedExitCode;
  return true;
}

/** `plusct benchmark report`: a run's files, out of the object store. */
export async function reportRun(
  session: Session,
  run: string | undefined,
  options: { out: string; campaign?: string; json?: boolean },
): Promise<void> {
  const summary = await finishedRun(session, run, options.campaign);
  await writeRun(session, summary, options.out);
  if (options.json) printJson(summary);
  else printBenchmark(summary);
}

/** The run that was named, or the campaign's only one that is finished. */
export async function finishedRun(
  { store }: Session,
  run: string | undefined,
  named: string | undefined,
  fits: (summary: BenchmarkSummary) => boolean = () => true,
): Promise<BenchmarkSummary> {
  const campaign = run === undefined ? await chooseCampaign(store, named) : '';
  const ids = run === undefined ? await benchmarkRuns(store, campaign) : [run];
  const read = await Promise.all(ids.map((id) => readBenchmarkSummary(store, id)));
  const found = read.filter((each) => each !== undefined).filter(fits);
  if (found.length === 1) return found[0]!;
  if (found.length > 1) {
    const listed = found.map(
      (each) => `  ${each.run} (${each.engine.name}, seed ${each.seed}, ${each.recipes.length} recipes)`,
    );
    throw new PlusctError('InvalidInput', ['Name a run; there are', ...listed].join('\n'));
  }
  const what =
    run === undefined
      ? `Campaign ${campaign} has no finished run of it`
      : `There is no finished run '${run}'`;
  throw new PlusctError('InvalidInput', `${what}; \`plusct benchmark run\` makes one.`);
}

async function writeRun({ store }: Session, summary: BenchmarkSummary, directory: string): Promise<void> {
  const { report, rows, csv } = summary.files;
  await writeFiles(directory, {
    'report.html': await getContent(store, report),
    'rows.jsonl': await getContent(store, rows),
    'rows.csv': await getContent(store, csv),
    'summary.json': canonicalJson(summary),
  });
}

/** Writes files into a folder and says where the page is. */
export async function writeFiles(
  directory: string,
  files: Readonly<Record<string, string | Uint8Array>>,
): Promise<void> {
  const folder = resolve(directory);
  await mkdir(folder, { recursive: true });
  for (const [name, content] of Object.entries(files)) await writeFile(join(folder, name), content);
  process.stderr.write(`${join(folder, 'report.html')}\n`);
}
