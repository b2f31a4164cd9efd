import { randomUUID } from 'node:crypto';
import { askTask, type DeskAnswer, type TaskAddress } from '../activities/task-desk.js';
import { PlusctError } from '../domain/errors.js';
import type { Person } from '../domain/person.js';
import type { TaskState } from '../domain/task.js';
import type { TaskCommand, TaskCommandKind } from '../domain/task-command.js';
import { allowedCommands } from '../domain/task-refusal.js';
import { isRead } from '../domain/task-rules.js';
import { summaryLine, taskId, waitsFor } from '../domain/task-summary.js';
import { nextTasks, takingCommand } from '../domain/work-queue.js';
import { parseRound, roundName } from '../domain/workflow-ids.js';
import { ExpectedErrors } from '../storage/expected-errors.js';
import { readRoster } from '../storage/roster.js';
import { TaskBoard, tasksOfCase } from '../storage/task-board.js';
import { writeBundle } from './bundle.js';
import { parseCase } from './case-argument.js';
import { printJson, printTable, refusedExitCode, say, sayRefused } from './output.js';
import { chooseCampaign, type Session } from './session.js';
import type { PersonalKind } from './task-actions.js';
import { type CommandOptions, makeCommand } from './task-command-line.js';
import { WrongOption } from './wrong-option.js';

export interface TaskOptions extends CommandOptions {
  readonly campaign?: string;
  /** `2`, `1-double`; the newest round of the case's work unless told otherwise. */
  readonly round?: string;
  readonly json?: boolean;
  readonly all?: boolean;
  readonly out?: string;
}

/** `plusct tasks list`: open tasks, or those in which a person can do something now. */
export async function listTasks(session: Session, options: TaskOptions): Promise<void> {
  const campaign = await chooseCampaign(session.store, options.campaign);
  const board = await new TaskBoard(session.store, campaign).read();
  const person = options.as === undefined ? undefined : await findPerson(session, campaign, options.as);
  const now = new Date().toISOString();
  const can = (task: TaskState): TaskCommandKind[] =>
    person === undefined ? [] : allowedCommands(task, person, now);
  const shown = board
    .filter(({ task }) => options.all || waitsFor(task) !== undefined)
    .filter(({ task }) => person === undefined || can(task).length > 0);
  if (options.json) return printJson(shown.map(({ task, since }) => ({ ...task, since, can: can(task) })));
  if (shown.length === 0) return say('No task waits.');
  printTable(
    [
      'case',
      'phase',
      'waits for',
      'until',
      'returned',
      'since',
      ...(person === undefined ? [] : ['you can']),
    ],
    shown.map(({ task, since }) => [
      nameOf(task),
      task.phase,
      task.lease?.holder ?? waitsFor(task) ?? '–',
      task.deadline === undefined ? '–' : minute(task.deadline),
      task.returns,
      minute(since),
      ...(person === undefined ? [] : [can(task).join(', ')]),
    ]),
  );
}

/** `plusct tasks show CASE`. */
export async function showTask(session: Session, text: string, options: TaskOptions): Promise<void> {
  const task = await findTask(session, text, options);
  if (options.json) return printJson(task);
  say(summaryLine(task));
  if (task.asked !== undefined) say(`  asked for: ${task.asked.join(', ')}`);
  if (task.lease !== undefined) {
    const { holder, expiresAt, offline } = task.lease;
    say(`  held by ${holder} until ${minute(expiresAt)}${offline ? ', offline' : ''}`);
  }
  for (const { id, organ, voxel, text: note, author, resolved } of task.comments) {
    const where = [organ, voxel === undefined ? undefined : `voxel ${voxel.join(', ')}`].filter(Boolean);
    say(
      `  [${id}] ${author}${where.length === 0 ? '' : ` (${where.join(', ')})`}: ${note}${resolved ? ' – settled' : ''}`,
    );
  }
}

/** `plusct tasks bundle CASE`: everything for a desktop tool. */
export async function bundleTask(session: Session, text: string, options: TaskOptions): Promise<void> {
  const task = await findTask(session, text, options);
  const { leaseToken: token } = options;
  const { folder, files } = await writeBundle(
    session.store,
    task,
    options.out ?? `${task.collection}-${task.caseId}`,
    token === undefined ? {} : { token },
  );
  if (options.json) return printJson({ folder, files });
  say(`Bundle in ${folder}: ${files.join(', ')}`);
}

/** `plusct tasks next --as`: takes the task that a person can do most with, or names the one that they hold. */
export async function takeNext(session: Session, options: TaskOptions): Promise<void> {
  const campaign = await chooseCampaign(session.store, options.campaign);
  const person = await findPerson(session, campaign, options.as ?? '');
  const board = await new TaskBoard(session.store, campaign).read();
  const now = new Date().toISOString();
  const expectedErrors = await new ExpectedErrors(session.store, campaign).worst();
  for (const { task } of nextTasks(board, person, now, { expectedErrors })) {
    const kind = takingCommand(task, person);
    const answer = kind === undefined ? undefined : await ask(session, task, take(kind, person));
    const taken = answer === undefined || ('accepted' in answer && answer.accepted);
    // Somebody else was faster: the next one may still be free.
    if (!taken) continue;
    if (options.json) return printJson({ task: taskId(task), taken: kind ?? null, answer: answer ?? null });
    return say(kind === undefined ? `Yours already: ${summaryLine(task)}` : `${nameOf(task)} is yours.`);
  }
  if (options.json) return printJson({ task: null });
  say('Nothing waits for you.');
}

function take(kind: 'claim' | 'review' | 'start-verification', { id }: Person): TaskCommand {
  return { kind, commandId: randomUUID(), actor: id };
}

/** Every command that changes a task; `file` is the mask of those that bring one. */
export async function act(
  session: Session,
  kind: PersonalKind,
  text: string,
  options: TaskOptions,
  file?: string,
): Promise<void> {
  const address = await addressOf(session, text, options);
  const command = await makeCommand(session.store, kind, options, file);
  const answer = await ask(session, address, command);
  if (options.json) printJson(answer);
  else if ('kept' in answer)
    say('No worker answered yet; the command is kept and will be carried out when one runs.');
  else if (answer.accepted) say(`${kind}: done. The task is now ${answer.phase}.${remarks(answer.remarks)}`);
  else sayRefused(answer.why);
  if ('accepted' in answer && !answer.accepted) process.exitCode = refusedExitCode;
}

async function ask(session: Session, address: TaskAddress, command: TaskCommand): Promise<DeskAnswer> {
  const { store, config } = session;
  return askTask(
    { client: await session.client(), store, queueSuffix: config.queueSuffix },
    address,
    command,
  );
}

/** Where the command goes. Without a task yet, to the first round, which then says that there is none. */
async function addressOf(session: Session, text: string, options: TaskOptions): Promise<TaskAddress> {
  const campaign = await chooseCampaign(session.store, options.campaign);
  const at = { campaign, ...parseCase(text) };
  const asked = options.round === undefined ? undefined : roundOf(options.round);
  if (asked !== undefined) return { ...at, ...asked };
  const rounds = (await tasksOfCase(session.store, at)).filter((task) => !isRead(task));
  return { ...at, round: rounds.at(-1)?.round ?? 1 };
}

function roundOf(text: string): { round: number; kind?: TaskState['kind'] & string } {
  const parsed = parseRound(text);
  if (parsed !== undefined) return parsed;
  throw new WrongOption(`--round is '${text}'; give a number, or one with -double or -blind`);
}

/** The task of a case that the options name. */
export async function findTask(session: Session, text: string, options: TaskOptions): Promise<TaskState> {
  const { round, kind, ...at } = await addressOf(session, text, options);
  const name = roundName(round, kind);
  const task = (await tasksOfCase(session.store, at)).find(
    (each) => roundName(each.round, each.kind) === name,
  );
  if (task !== undefined) return task;
  throw new PlusctError('InvalidInput', `There is no task for ${text} in ${at.campaign} yet`);
}

async function findPerson(session: Session, campaign: string, id: string): Promise<Person> {
  const people = await readRoster(session.store, campaign);
  const person = people.find((each) => each.id === id);
  if (person !== undefined) return person;
  throw new PlusctError(
    'InvalidInput',
    `'${id}' is not of this campaign; its people are ${people.map((each) => each.id).join(', ')}`,
  );
}

/** A task in a list: the round is only named where it is not the first. */
function nameOf(task: TaskState): string {
  const round = roundName(task.round, task.kind);
  return `${task.collection}/${task.caseId}${round === '1' ? '' : ` (${round})`}`;
}

function minute(at: string): string {
  return at.slice(0, 16).replace('T', ' ');
}

function remarks(texts: readonly string[]): string {
  return texts.map((text) => `\n  ${text}`).join('');
}
