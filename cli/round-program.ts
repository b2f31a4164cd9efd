import { type Command, Option } from 'commander';
import { campaignOption, collect, jsonOption, withSession } from './command-parts.js';

/** `plusct round …`. */
export function addRounds(program: Command): void {
  const rounds = program
    .command('round')
    .description('pseudo-label rounds: teach, judge, promote what is proved better, take it back');
  addRun(rounds);
  const reading = (command: Command) => command.addOption(campaignOption()).addOption(jsonOption());
  reading(rounds.command('list').description('every round of a campaign')).action(async (options) => {
    const { listRounds } = await import('./rounds.js');
    await withSession((session) => listRounds(session, options));
  });
  reading(rounds.command('show <round>').description('one round, by its number or id')).action(
    async (round, options) => {
      const { showRound } = await import('./rounds.js');
      await withSession((session) => showRound(session, round, options));
    },
  );
  reading(
    rounds.command('compare <from> <to>').description('the models of two rounds on cases that judged both'),
  ).action(async (from, to, options) => {
    const { compare } = await import('./rounds.js');
    await withSession((session) => compare(session, from, to, options));
  });
  addChanges(rounds);
}

function addRun(rounds: Command): void {
  rounds
    .command('run')
    .description('teacher, pseudo-labels, student, fine-tuning, gate; changes no label')
    .addOption(campaignOption())
    .option('--organ <organ>', 'only this organ (repeat); all of them when none is given', collect, [])
    .option('--engine <name>', 'what trains; the campaign’s engine unless told otherwise')
    .option('--setting <name=value>', 'a setting of the engine (repeat)', collect, [])
    .option('--seed <n>', 'seed of training and of the held-out draw', '1')
    .option('--held-out <share|cases>', 'share of the cases that judge, or their names by commas', '0.2')
    .option('--reference <dir>', 'folder {collection}/{caseId}.nii.gz to judge by; else verified labels')
    .addOption(
      new Option('--teacher <which>', 'train teachers on manual labels, or take the standing models')
        .choices(['trained', 'standing'])
        .default('trained'),
    )
    .addOption(
      new Option('--student-from <what>', 'begin students anew, or go on from their teachers')
        .choices(['scratch', 'teacher'])
        .default('scratch'),
    )
    .option('--joint', 'one student of all organs, not one of each')
    .option('--no-fine-tune', 'leave out the step on manual labels alone')
    .option('--margin-dsc <share>', 'how much lower DSC may be', '0.01')
    .option('--margin-nsd <share>', 'how much lower NSD may be', '0.02')
    .option('--minimum-cases <n>', 'held-out cases that an organ needs', '8')
    .option(
      '--reopen-below <dsc>',
      'at promotion: verified labels less like it than this go to people',
      '0.8',
    )
    .option('--rounds <n>', 'rounds in a chain: students that pass are the next teachers', '1')
    .option('--as <name>', 'who asks; goes on record', 'operator')
    .option('--reason <text>', 'why; goes on record')
    .addOption(jsonOption())
    .action(async (options) => {
      const { runRounds } = await import('./rounds.js');
      await withSession((session) => runRounds(session, options));
    });
}

function addChanges(rounds: Command): void {
  const deciding = (command: Command) =>
    command
      .addOption(campaignOption())
      .requiredOption('--as <lead>', 'who decides; goes on record')
      .requiredOption('--reason <text>', 'why; goes on record')
      .addOption(jsonOption());
  deciding(rounds.command('promote <round>').description('let the organs that passed replace what stands'))
    .option('--organ <organ>', 'only this organ (repeat)', collect, [])
    .action(async (round, options) => {
      const { promoteRound } = await import('./standing.js');
      await withSession((session) => promoteRound(session, round, options));
    });
  deciding(rounds.command('rollback').description('take the newest promotion back')).action(
    async (options) => {
      const { rollBackRound } = await import('./standing.js');
      await withSession((session) => rollBackRound(session, options));
    },
  );
  rounds
    .command('apply')
    .description('carry changes to cases that people were at')
    .addOption(campaignOption())
    .addOption(jsonOption())
    .action(async (options) => {
      const { applyAgain } = await import('./standing.js');
      await withSession((session) => applyAgain(session, options));
    });
}
