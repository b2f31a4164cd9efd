import type {
  BenchmarkFigure,
  BenchmarkSummary,
  RecipeSummary,
  TestSummary,
} from '../domain/benchmark-summary.js';
import { organs } from '../domain/organ.js';
import { settingsText } from '../domain/training-set.js';
import { figure } from '../reports/format.js';
import { cut, printTable, say, styled } from './output.js';

/** What a run came to, on a terminal: DSC beside the published one. */
export function printBenchmark(summary: BenchmarkSummary): void {
  const { run, campaign, engine, seed, recipes } = summary;
  say(
    styled(
      'bold',
      `${recipes.length} recipes on ${campaign}, ${engine.name} ${engine.version}, seed ${seed}`,
    ),
  );
  const done = recipes.filter(({ status }) => status === 'done');
  if (done.length > 0) {
    say('DSC in %, ours | published; cases used of cases asked for');
    printTable(['recipe', 'tested on', 'cases', ...organs], done.flatMap(rowsOf));
  }
  for (const { id, status, why } of recipes) if (why !== undefined) say(`${id} ${status}: ${why}`);
  const unscored = recipes.flatMap(({ tests }) => tests.flatMap((test) => test.unscored));
  for (const line of [...new Set(unscored)]) say(`not scored: ${line}`);
  const settings = new Set(recipes.map((each) => settingsText(each.settings)));
  for (const text of settings) if (text !== '') say(`${engine.name} set to ${text}`);
  say(engine.summary);
  say(
    `Run ${run}. \`plusct benchmark report ${run} --out DIR\` writes its report: NSD, spread, pictures, contract.`,
  );
}

function rowsOf({ id, tests }: RecipeSummary): string[][] {
  return tests.map((test, at) => [
    at === 0 ? cut(id, 30) : '',
    cut(test.id, 10),
    casesText(test),
    ...cellsOf(test.figures),
  ]);
}

function casesText({ asked, cases }: TestSummary): string {
  return `${cases.length} of ${asked}`;
}

/** One cell for each organ; nothing where a recipe does not have it. */
export function cellsOf(figures: readonly BenchmarkFigure[]): string[] {
  return organs.map((organ) => {
    const own = figures.find((each) => each.organ === organ && each.metric === 'dsc');
    if (own === undefined) return '';
    const theirs = own.published === undefined ? '–' : figure(own, own.published.mean);
    return `${figure(own, own.mean)} | ${theirs}`;
  });
}
