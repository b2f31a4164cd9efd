import {
  ActivityFailure,
  allHandlersFinished,
  condition,
  continueAsNew,
  defineQuery,
  defineSignal,
  defineUpdate,
  isCancellation,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import type { Submission, SubmissionAnswer } from '../activities/refinement.js';
import type { CaseAddress } from '../domain/keys.js';
import type { LabelSummary } from '../domain/label-version.js';
import type { Organ } from '../domain/organ.js';
import { organs } from '../domain/organ.js';
import type { Person, TaskAnswer, TaskCommand, TaskState } from '../domain/task.js';
import { malformed } from '../domain/task-command.js';
import { isRepeated, labelsOf, reduceTask, refusal, taskIsDone } from '../domain/task-reducer.js';
import { queries, signals, taskEntity, updates } from '../domain/workflow-ids.js';
import { quick, urgent } from './deeds.js';

export const taskCommand = defineSignal<[unknown]>(signals.taskCommand);
export const askTask = defineUpdate<TaskAnswer, [unknown]>(updates.askTask);
export const task = defineQuery<TaskState | undefined>(queries.task);

export interface RefineInput {
  readonly at: CaseAddress;
  readonly round: number;
  readonly labels: readonly LabelSummary[];
  readonly people: readonly Person[];
  /** Commands that arrived but were not yet handled when the workflow continued as new. */
  readonly mailbox?: readonly unknown[];
}

export interface RefineOutcome {
  readonly labels: LabelSummary[];
  readonly absent: Organ[];
}

interface Letter {
  readonly command: unknown;
  readonly answered?: (answer: TaskAnswer) => void;
}

/** Runs long enough in one history; below the server's own suggestion. */
const historyLimit = 1500;

/**
 * The human work on one case. Signals are the mailbox, updates the same mailbox with an answer; commands are taken
 * one at a time, and each leaves one audit record, refused ones too. The record holds the task's state, so that a
 * task that is started again goes on where its record ends.
 */
export async function refineCase(input: RefineInput): Promise<RefineOutcome> {
  const mailbox: Letter[] = (input.mailbox ?? []).map((command) => ({ command }));
  let state: TaskState | undefined;
  setHandler(taskCommand, (command) => void mailbox.push({ command }));
  setHandler(
    askTask,
    (command) => new Promise<TaskAnswer>((answered) => mailbox.push({ command, answered })),
  );
  setHandler(task, () => state);

  const opened = await quick().openTask({ at: input.at, round: input.round, labels: [...input.labels] });
  state = opened.state;
  let sequence = opened.nextSequence;
  while (!taskIsDone(state) || mailbox.length > 0) {
    await condition(() => mailbox.length > 0);
    const letter = mailbox.shift()!;
    const handled = await handle(input, state, letter.command);
    await record(input, sequence++, letter.command, state, handled);
    state = handled.state;
    letter.answered?.(handled.answer);
    if (historyIsLong()) await carryOn(input, mailbox);
  }
  await condition(allHandlersFinished);
  return {
    labels: labelsOf(state),
    absent: organs.filter((organ) => state?.organs[organ].state === 'absent'),
  };
}

interface Handled {
  readonly state: TaskState;
  readonly answer: TaskAnswer;
}

async function handle(input: RefineInput, state: TaskState, value: unknown): Promise<Handled> {
  const fault = malformed(value);
  if (fault !== undefined) return refuse(state, fault);
  const command = value as TaskCommand;
  const { people } = input;
  if (isRepeated(state, command) || !('upload' in command) || refusal(state, command, people) !== undefined) {
    return reduceTask(state, command, { people });
  }
  const person = people.find((each) => each.id === command.actor)!;
  const checked = await takeIn({
    at: input.at,
    upload: command.upload,
    current: labelsOf(state),
    author: person.id,
    simulated: person.simulated,
    reason: command.reason ?? command.kind,
  });
  if ('refused' in checked) return refuse(state, checked.refused);
  return reduceTask(state, command, { people, labels: checked.labels, remarks: checked.remarks });
}

/** A check that fails for good refuses the submission; what was accepted before stays. */
async function takeIn(submission: Submission): Promise<SubmissionAnswer> {
  try {
    return await urgent().acceptSubmission(submission);
  } catch (error) {
    if (isCancellation(error) || !(error instanceof ActivityFailure)) throw error;
    return { refused: `the file could not be checked: ${error.cause?.message ?? error.message}` };
  }
}

function refuse(state: TaskState, why: string): Handled {
  return { state, answer: { accepted: false, version: state.version, phase: state.phase, why } };
}

async function record(
  input: RefineInput,
  sequence: number,
  value: unknown,
  before: TaskState,
  { state, answer }: Handled,
): Promise<void> {
  const command: Partial<TaskCommand> = malformed(value) === undefined ? (value as TaskCommand) : {};
  const person = input.people.find((each) => each.id === command.actor);
  const why = answer.accepted ? reasonOf(command, answer.remarks) : answer.why;
  await quick().recordAudit({
    campaign: input.at.campaign,
    entity: taskEntity(input.at, input.round),
    sequence,
    at: new Date().toISOString(),
    actor: command.actor ?? 'unknown',
    role: person?.role ?? 'unknown',
    simulated: person?.simulated ?? false,
    action: command.kind ?? 'malformed',
    outcome: !answer.accepted ? 'refused' : state === before ? 'repeated' : 'done',
    ...(command.commandId === undefined ? {} : { commandId: command.commandId }),
    ...(why === undefined ? {} : { why }),
    labelsBefore: hashes(before),
    labelsAfter: hashes(state),
    task: state,
  });
}

function reasonOf(command: Partial<TaskCommand>, remarks: readonly string[]): string | undefined {
  const parts = [...('reason' in command && command.reason ? [command.reason] : []), ...remarks];
  return parts.length === 0 ? undefined : parts.join('; ');
}

function hashes(state: TaskState): Partial<Record<Organ, string>> {
  return Object.fromEntries(labelsOf(state).map((label) => [label.organ, label.voxelSha256]));
}

function historyIsLong(): boolean {
  return workflowInfo().continueAsNewSuggested || workflowInfo().historyLength > historyLimit;
}

/** Continues as new once nobody waits for an answer; the state is in the audit record, the mailbox travels. */
async function carryOn(input: RefineInput, mailbox: Letter[]): Promise<void> {
  if (mailbox.some((letter) => letter.answered !== undefined)) return;
  await condition(allHandlersFinished);
  if (mailbox.some((letter) => letter.answered !== undefined)) return;
  await continueAsNew<typeof refineCase>({ ...input, mailbox: mailbox.map((letter) => letter.command) });
}
