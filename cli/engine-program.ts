import type { Command } from 'commander';
import { jsonOption } from './command-parts.js';

/** `plusct engine` and what is below it. */
export function addEngine(program: Command): void {
  const engine = program
    .command('engine')
    .description('what pre-labels: which engines there are, and installing them');
  engine
    .command('list')
    .description('every engine, what to expect of it, and whether it is installed here')
    .addOption(jsonOption())
    .action(async (options) => (await import('./engine.js')).listEngines(options));
  engine
    .command('install <name>')
    .description('install an engine for the workers of this machine; quick when it is there')
    .option('--again', 'remove what is there and begin anew')
    .option('--packages <dir>', 'without a network: from packages that `engine fetch` put there')
    .option(
      '--python <file>',
      'take an installation that is there: the Python that has the engine, and torch, in it',
    )
    .action(async (name, options) => (await import('./engine.js')).install(name, options));
  engine
    .command('fetch <name>')
    .description('put an engine’s packages into a folder, for machines of this kind that have no network')
    .requiredOption('--to <dir>', 'the folder; what it has already is not fetched again')
    .action(async (name, options) => (await import('./engine.js')).fetch(name, options));
  engine
    .command('check [name]')
    .description('run what is installed, and say on what it computes')
    .option('--dataset <dir>', 'let nnU-Net check a folder in its own layout, DatasetNNN_Name')
    .addOption(jsonOption())
    .action(async (name, options) => (await import('./engine.js')).checkEngines(name, options));
}
