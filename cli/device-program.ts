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
}
