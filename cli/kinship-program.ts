import type { Command } from 'commander';
import { campaignOption, jsonOption, patientsOption, withSession } from './command-parts.js';

/** Which cases show one scan or one patient: `leakage`, `split` and `patients`. */
export function addKinship(program: Command): void {
  addLeakage(program);
  addPatients(program);
}

function addLeakage(program: Command): void {
  program
    .command('leakage <train> <test>')
    .description('prove that no scan of one folder is in the other, under whatever name; needs no server')
    .addOption(patientsOption('no patient may be in both folders either'))
    .option('--jobs <n>', 'threads; as many as cores unless told otherwise')
    .addOption(jsonOption())
    .action(async (train, test, options) => (await import('./leakage.js')).leakage(train, test, options));
  program
    .command('split [campaign]')
    .description('divide a campaign’s cases; cases of one scan or patient stay together')
    .option('--shares <list>', 'parts and their shares', 'train=0.8,test=0.2')
    .addOption(patientsOption('scans of one patient stay together'))
    .option('--seed <n>', 'another split for every seed', '1')
    .addOption(jsonOption())
    .action(async (campaign, options) => {
      const { split } = await import('./split.js');
      await withSession((session) => split(session, campaign, options));
    });
}

function addPatients(program: Command): void {
  program
    .command('patients <table>')
    .description(
      'tell which cases are of one patient, after the build: splits, rounds, recipes and releases follow',
    )
    .addOption(campaignOption())
    .requiredOption('--as <name>', 'the lead who says so; goes on record')
    .requiredOption('--reason <text>', 'how it is known; goes on record')
    .addOption(jsonOption())
    .action(async (table, options) => {
      const { tellPatients } = await import('./patients.js');
      await withSession((session) => tellPatients(session, table, options));
    });
}
