import { type Command, Option } from 'commander';
import { roles } from '../domain/role.js';
import { campaignOption, collect, jsonOption, withSession } from './command-parts.js';
import { type PersonalKind, personalKinds, type TaskField, taskActions } from './task-actions.js';

/** `plusct tasks …`. */
export function addTasks(program: Command): void {
  const tasks = program.command('tasks').description('the work of people on cases');
  const reading = (command: Command) =>
    command
      .addOption(campaignOption())
      .option('--as <person>', 'your id')
      .option('--round <round>', 'which round, as 2 or 1-double; the newest unless told otherwise')
      .addOption(jsonOption());
  reading(
    tasks
      .command('list')
      .description('tasks that wait, or what you can do now')
      .option('--all', 'finished ones too'),
  ).action(async (options) => {
    const { listTasks } = await import('./tasks.js');
    await withSession((session) => listTasks(session, options));
  });
  reading(tasks.command('show <case>').description('one task')).action(async (text, options) => {
    const { showTask } = await import('./tasks.js');
    await withSession((session) => showTask(session, text, options));
  });
  reading(
    tasks
      .command('bundle <case>')
      .description('image, mask, workspace and labels for ITK-SNAP and 3D Slicer')
      .option('--out <dir>', 'folder to write')
      .option('--lease-token <token>', 'goes into the note, for handing in from elsewhere'),
  ).action(async (text, options) => {
    const { bundleTask } = await import('./tasks.js');
    await withSession((session) => bundleTask(session, text, options));
  });
  reading(tasks.command('next').description('take the task that you can do most with')).action(
    async (options) => {
      const { takeNext } = await import('./tasks.js');
      await withSession((session) => takeNext(session, options));
    },
  );
  for (const kind of personalKinds) addAction(tasks, kind);
}

function addAction(tasks: Command, kind: PersonalKind): void {
  const { does, fields } = taskActions[kind];
  const brings = fields.includes('file');
  const command = tasks
    .command(`${kind} <case>${brings ? ' <file>' : ''}`)
    .description(does)
    .requiredOption('--as <person>', 'your id')
    .addOption(campaignOption())
    .option('--round <round>', 'which round, as 2 or 1-double; the newest unless told otherwise')
    .option('--command-id <id>', 'the same id twice is the same command')
    .option('--expected-version <n>', 'only while the task has this version')
    .addOption(jsonOption());
  for (const field of fields) addField(command, field);
  command.action(async (text: string, ...rest: unknown[]) => {
    const { act } = await import('./tasks.js');
    const file = brings ? String(rest[0]) : undefined;
    await withSession((session) => act(session, kind, text, command.opts(), file));
  });
}

/** The options behind each part of a command. */
function addField(command: Command, field: TaskField): void {
  const add: Readonly<Record<TaskField, () => unknown>> = {
    file: () => undefined,
    reason: () => command.option('--reason <text>', 'why; goes on record'),
    because: () => command.option('--reason <text>', 'why; goes on record'),
    organ: () => command.requiredOption('--organ <organ>', 'the organ', collect, []),
    organs: () => command.option('--organ <organ>', 'only this organ (repeat)', collect, []),
    version: () => command.requiredOption('--version <label>', 'the label version to take'),
    to: () => command.requiredOption('--to <person>', 'who takes it over'),
    offline: () => command.option('--offline', 'for work with a bundle: a longer lease'),
    token: () => command.option('--lease-token <token>', 'the token of a bundle'),
    draft: () => command.option('--draft <file>', 'unfinished work to keep with the task'),
    acknowledged: () =>
      command.option('--acknowledge <code>', 'a finding that you stand by (repeat)', collect, []),
    comment: () =>
      command
        .option('--text <text>', 'what there is to say')
        .option('--organ <organ>', 'the organ that it is about', collect, [])
        .option('--voxel <i,j,k>', 'the place, as indices of the image')
        .option('--resolve <id>', 'a comment that is settled (repeat)', collect, []),
  };
  add[field]();
}

/** `plusct people …`. */
export function addPeople(program: Command): void {
  const people = program.command('people').description('who works on a campaign');
  people
    .command('list')
    .description('everybody, with role, skills and quota')
    .addOption(campaignOption())
    .addOption(jsonOption())
    .action(async (options) => {
      const { listPeople } = await import('./people.js');
      await withSession((session) => listPeople(session, options));
    });
  people
    .command('figures [campaign]')
    .description('cases, hours, return rate and agreement of everybody')
    .addOption(jsonOption())
    .action(async (campaign, options) => {
      const { peopleFigures } = await import('./agreement.js');
      await withSession((session) => peopleFigures(session, campaign, options));
    });
  for (const [verb, does] of [
    ['add', 'add somebody'],
    ['change', 'change what is given; the rest stays'],
  ] as const) {
    const command = people
      .command(`${verb} <person>`)
      .description(does)
      .addOption(campaignOption())
      .addOption(new Option('--role <role>', 'what the person may do').choices([...roles]))
      .option('--name <name>', 'as people write it')
      .option('--collection <collection>', 'work only on this collection (repeat)', collect, [])
      .option('--organ <organ>', 'work only where this organ is to be drawn (repeat)', collect, [])
      .option('--everything', 'any collection and organ again')
      .option('--quota <n>', 'leases held at once')
      .option('--reason <text>', 'why; goes on record')
      .requiredOption('--as <name>', 'who decides; goes on record')
      .addOption(jsonOption());
    command.action(async (id, options) => {
      const { changePerson } = await import('./people.js');
      await withSession((session) => changePerson(session, verb, id, options));
    });
  }
}
