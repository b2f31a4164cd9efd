import { type Command, Option } from 'commander';
import { usageGroupings } from '../domain/usage.js';
import { campaignOption, jsonOption, withSession } from './command-parts.js';

/** Devices and what they are used for, and the models that work on them. */
export function addDevices(program: Command): void {
  program
    .command('worker')
    .description('run one worker in this terminal')
    .addOption(
      new Option('--role <role>', 'what it does')
        .choices(['orchestration', 'io', 'gpu', 'simulated'])
        .makeOptionMandatory(),
    )
    .option('--devices <list>', 'devices of gpu workers: 0,1 starts one for each', '0')
    .option('--class <name>', 'class of these devices: a100')
    .action(async (options) => (await import('./worker.js')).worker(options));
  program
    .command('usage')
    .description('for how long devices worked, and for what')
    .addOption(campaignOption())
    .addOption(new Option('--by <what>', 'what to add up by').choices(usageGroupings).default('model'))
    .addOption(jsonOption())
    .action(async (options) => {
      const { usage } = await import('./usage.js');
      await withSession((session) => usage(session, options));
    });
  addModels(program);
}

function addModels(program: Command): void {
  const model = program
    .command('model')
    .description('trained models: what they know, learnt from and are bound by');
  model
    .command('list')
    .description('every model')
    .addOption(jsonOption())
    .action(async (options) => {
      const { listAll } = await import('./models.js');
      await withSession((session) => listAll(session, options));
    });
  model
    .command('show <model>')
    .description('one model: settings, exact training labels, licences, figures')
    .option('--all', 'every case that it was trained on')
    .addOption(jsonOption())
    .action(async (id, options) => {
      const { showModel } = await import('./models.js');
      await withSession((session) => showModel(session, id, options));
    });
  model
    .command('export <model>')
    .description('a model as one file; the same model gives the same bytes')
    .option('--out <file>', 'where to; MODEL.tar here unless told otherwise')
    .addOption(jsonOption())
    .action(async (id, options) => {
      const { exportToFile } = await import('./models.js');
      await withSession((session) => exportToFile(session, id, options));
    });
  model
    .command('import <file>')
    .description('take a model in; refused unless its hash is named as trusted, as weights may be programs')
    .option('--trust <sha256>', 'the SHA-256 that whoever made the archive told')
    .requiredOption('--as <name>', 'who answers for it; goes on record')
    .addOption(jsonOption())
    .action(async (file, options) => {
      const { importFromFile } = await import('./models.js');
      await withSession((session) => importFromFile(session, file, options));
    });
}
