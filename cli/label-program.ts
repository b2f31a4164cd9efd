import type { Command } from 'commander';
import { campaignOption, jsonOption, withSession } from './command-parts.js';

/** `plusct labels …`: the versions of a case's labels. */
export function addLabels(program: Command): void {
  const labels = program.command('labels').description('versions of a case’s labels');
  labels
    .command('list <case>')
    .description('every version, with who made it and what it corrects')
    .option('--organ <organ>', 'of one organ only')
    .addOption(campaignOption())
    .addOption(jsonOption())
    .action(async (text, options) => {
      const { listLabels } = await import('./labels.js');
      await withSession((session) => listLabels(session, text, options));
    });
  labels
    .command('diff <case>')
    .description('volume added, removed and moved, DSC and NSD: pre-label to now, or between two versions')
    .option('--organ <organ>', 'the organ of the two versions')
    .option('--from <version>', 'the version before')
    .option('--to <version>', 'the version after')
    .addOption(campaignOption())
    .addOption(jsonOption())
    .action(async (text, options) => {
      const { diffLabels } = await import('./labels.js');
      await withSession((session) => diffLabels(session, text, options));
    });
  labels
    .command('restore <case>')
    .description('make a new version with the voxels of an older one')
    .requiredOption('--organ <organ>', 'the organ')
    .requiredOption('--version <label>', 'the version to take; labels list names them')
    .requiredOption('--reason <text>', 'why; goes on record')
    .requiredOption('--as <person>', 'your id')
    .addOption(campaignOption())
    .option('--round <round>', 'which round, as 2 or 1-double; the newest unless told otherwise')
    .addOption(jsonOption())
    .action(async (text, { organ, ...options }) => {
      const { act } = await import('./tasks.js');
      await withSession((session) => act(session, 'restore', text, { ...options, organ: [organ] }));
    });
}
