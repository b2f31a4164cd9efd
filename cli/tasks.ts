import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { askTask } from '../activities/task-desk.js';
import { CampaignPlan } from '../domain/campaign.js';
import { PlusctError } from '../domain/errors.js';
import { type CaseAddress, campaignPlanKey } from '../domain/keys.js';
import { type Organ, organs } from '../domain/organ.js';
import type { Person, TaskCommand, TaskCommandKind, TaskState } from '../domain/task.js';
import { allowedCommands } from '../domain/task-reducer.js';
import { summaryLine, waitsFor } from '../domain/task-summary.js';
import { putContent } from '../storage/content.js';
import { requireJson } from '../storage/json.js';
import { TaskBoard } from '../storage/task-board.js';
import { writeBundle } from './bundle.js';
import { parseCase } from './case-argument.js';
import { printJson, printTable, say, styled } from './output.js';
import { chooseCampaign, type Session } from './session.js';

/** Exit code of a command that the rules refused. */
const refusedExitCode = 3;
const round = 1;

export interface TaskOptions {
  readonly campaign?: string;
  readonly as?: string;
  readonly json?: boolean;
  readonly all?: boolean;
  readonly out?: string;
  readonly reason?: string;
  readonly organ?: string[];
  readonly commandId?: string;
  readonly expectedVersion?: string;
}

/** `plusct tasks list`: open tasks, or those in which a person can do something now. */
export async function listTasks(session: Session, options: TaskOptions): Promise<void> {
  const campaign = await chooseCampaign(session.store, options.campaign);
  const board = await new TaskBoard(session.store, campaign).read();
  const person = options.as === undefined ? undefined : await findPerson(session, campaign, options.as);
  const can = (task: TaskState): TaskCommandKind[] =>
    person === undefined ? [] : allowedCommands(task, person);
  const shown = board
    .filter(({ task }) => options.all || waitsFor(task) !== undefined)
    .filter(({ task }) => person === undefined || can(task).length > 0);
  if (options.json) return printJson(shown.map(({ task, since }) => ({ ...task, since, can: can(task) })));
  if (shown.length === 0) return say('No task waits.');
  printTable(
    ['case', 'phase', 'waits for', 'returned', 'since', ...(person === undefined ? [] : ['you can'])],
    shown.map(({ task, since }) => [
      `${task.collection}/${task.caseId}`,
      task.phase,
      task.phase === 'claimed' || task.phase === 'returned' ? task.assignee! : (waitsFor(task) ?? '–'),
      task.returns,
      since.slice(0, 16).replace('T', ' '),
      ...(person === undefined ? [] : [can(task).join(', ')]),
    ]),
  );
}

/** `plusct tasks show CASE`. */
export async function showTask(session: Session, text: string, options: TaskOptions): Promise<void> {
  const { task } = await findTask(session, text, options);
  if (options.json) return printJson(task);
  say(summaryLine(task));
}

/** `plusct tasks bundle CASE`: image, mask and label descriptions for ITK-SNAP. */
export async function bundleTask(session: Session, text: string, options: TaskOptions): Promise<void> {
  const { at, task } = await findTask(session, text, options);
  const folder = await writeBundle(session.store, at, task, options.out ?? `${at.collection}-${at.caseId}`);
  if (options.json) return printJson({ folder });
  say(`Bundle in ${folder}: image, mask.nii.gz, labels.txt, README.txt`);
}

/** Every command that changes a task; `file` is the corrected mask of submit and refine. */
export async function act(
  session: Session,
  kind: TaskCommandKind,
  text: string,
  options: TaskOptions,
  file?: string,
): Promise<void> {
  const campaign = await chooseCampaign(session.store, options.campaign);
  const at: CaseAddress = { campaign, ...parseCase(text) };
  const command = await makeCommand(session, kind, options, file);
  const answer = await askTask({ client: await session.client(), store: session.store }, at, round, command);
  if (options.json) printJson(answer);
  else if ('kept' in answer)
    say('No worker answered yet; the command is kept and will be carried out when one runs.');
  else if (answer.accepted) say(`${kind}: done. The task is now ${answer.phase}.${remarks(answer.remarks)}`);
  else process.stderr.write(`${styled('red', 'refused')}: ${answer.why}\n`);
  if ('accepted' in answer && !answer.accepted) process.exitCode = refusedExitCode;
}

async function makeCommand(
  session: Session,
  kind: TaskCommandKind,
  options: TaskOptions,
  file: string | undefined,
): Promise<TaskCommand> {
  const asked = {
    commandId: options.commandId ?? randomUUID(),
    actor: options.as ?? '',
    ...(options.expectedVersion === undefined ? {} : { expectedVersion: versionOf(options.expectedVersion) }),
  };
  const because = options.reason === undefined ? {} : { reason: reasonFor(kind, options) };
  const named = (options.organ ?? []).map(organOf);
  switch (kind) {
    case 'claim':
      return { kind, ...asked };
    case 'submit':
      return { kind, ...asked, ...because, upload: await upload(session, file!) };
    case 'refine':
      return { kind, ...asked, reason: reasonFor(kind, options), upload: await upload(session, file!) };
    case 'return':
      return {
        kind,
        ...asked,
        reason: reasonFor(kind, options),
        ...(named.length === 0 ? {} : { organs: named }),
      };
    case 'attest-absent':
      return { kind, ...asked, reason: reasonFor(kind, options), organ: onlyOrgan(named) };
    default:
      return { kind, ...asked, ...because };
  }
}

function reasonFor(kind: string, options: TaskOptions): string {
  if (options.reason) return options.reason;
  throw new PlusctError('InvalidInput', `${kind} needs --reason "…": it goes on record`);
}

function versionOf(text: string): number {
  if (/^\d+$/.test(text)) return Number(text);
  throw new PlusctError(
    'InvalidInput',
    `--expected-version is '${text}'; give the number that tasks show prints`,
  );
}

function organOf(text: string): Organ {
  const organ = organs.find((each) => each === text);
  if (organ !== undefined) return organ;
  throw new PlusctError('InvalidInput', `--organ is '${text}'; there are ${organs.join(', ')}`);
}

function onlyOrgan(named: readonly Organ[]): Organ {
  const [organ, ...more] = named;
  if (organ !== undefined && more.length === 0) return organ;
  throw new PlusctError('InvalidInput', 'attest-absent takes one --organ: attest every organ on its own');
}

async function upload(session: Session, file: string) {
  try {
    return await putContent(session.store, await readFile(file));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    throw new PlusctError('InvalidInput', `${file}: there is no such file`);
  }
}

async function findTask(
  session: Session,
  text: string,
  options: TaskOptions,
): Promise<{ at: CaseAddress; task: TaskState }> {
  const campaign = await chooseCampaign(session.store, options.campaign);
  const at = { campaign, ...parseCase(text) };
  const board = await new TaskBoard(session.store, campaign).read();
  const entry = board.find(({ task }) => task.collection === at.collection && task.caseId === at.caseId);
  if (entry === undefined)
    throw new PlusctError('InvalidInput', `There is no task for ${text} in ${campaign} yet`);
  return { at, task: entry.task };
}

async function findPerson(session: Session, campaign: string, id: string): Promise<Person> {
  const { people } = await requireJson(session.store, campaignPlanKey(campaign), CampaignPlan);
  const person = people.find((each) => each.id === id);
  if (person !== undefined) return person;
  throw new PlusctError(
    'InvalidInput',
    `'${id}' is not of this campaign; its people are ${people.map((each) => each.id).join(', ')}`,
  );
}

function remarks(texts: readonly string[]): string {
  return texts.map((text) => `\n  ${text}`).join('');
}
