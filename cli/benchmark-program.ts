import type { Command } from 'commander';
import { campaignOption, collect, jsonOption, withSession } from './command-parts.js';

/** `plusct benchmark …` */
export function addBenchmarks(program: Command): void {
  const benchmark = program
    .command('benchmark')
    .description('studies and benchmarks as recipes: train, test, and stand beside the published tables');
  addReading(benchmark);
  benchmark
    .command('run [recipes...]')
    .description('run recipes on a finished campaign: `all`, or some by their names')
    .option('--recipe <file>', 'recipes of your own, as JSON (repeat)', collect, [])
    .addOption(campaignOption())
    .option('--engine <name>', 'what is trained; the campaign’s engine unless told otherwise')
    .option('--engine-setting <name=value>', 'what the engine is set to (repeat)', collect, [])
    .option('--seed <n>', 'draws cases and trains; the campaign’s seed unless told otherwise')
    .option('--out <dir>', 'write report, summary and rows there at the end')
    .addOption(jsonOption())
    .action(async (names, options) => {
      const { runRecipes } = await import('./benchmark.js');
      await withSession((session) => runRecipes(session, names, options));
    });
  benchmark
    .command('report [run]')
    .description('write a run’s report, summary and rows as files')
    .requiredOption('--out <dir>', 'folder for report.html, summary.json, rows.jsonl and rows.csv')
    .addOption(campaignOption())
    .addOption(jsonOption())
    .action(async (run, options) => {
      const { reportRun } = await import('./benchmark.js');
      await withSession((session) => reportRun(session, run, options));
    });
  benchmark
    .command('score <recipe> <folder>')
    .description('score label maps from outside on a recipe’s test cases, under the same contract')
    .option('--run <id>', 'which run chose the test cases; needed when there are several')
    .addOption(campaignOption())
    .option('--name <text>', 'what the submission is called; its folder’s name unless told otherwise')
    .option('--skip-faulty', 'leave out cases that are missing or lie on another grid, and say so')
    .option('--out <dir>', 'write report and rows there')
    .addOption(jsonOption())
    .action(async (recipe, folder, options) => {
      const { scoreSubmission } = await import('./benchmark-score.js');
      await withSession((session) => scoreSubmission(session, recipe, folder, options));
    });
}

function addReading(benchmark: Command): void {
  benchmark
    .command('list')
    .description('every recipe; needs no server')
    .addOption(jsonOption())
    .action(async (options) => (await import('./benchmark-list.js')).listRecipes(options));
  benchmark
    .command('show <recipe>')
    .description('a recipe; with --campaign, the cases that it comes to there')
    .option('--recipe <file>', 'look for it in recipes of your own, too (repeat)', collect, [])
    .addOption(campaignOption())
    .option('--seed <n>', 'as in `run`')
    .addOption(jsonOption())
    .action(async (name, options) => {
      const { showPlanned, showRecipe } = await import('./benchmark-list.js');
      if (options.campaign === undefined) return showRecipe(name, options);
      await withSession((session) => showPlanned(session, name, options));
    });
}
