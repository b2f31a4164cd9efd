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
import type { SubmissionAnswer } from '../activities/refinement.js';
import type { Finding } from '../domain/finding.js';
import type { CaseAddress } from '../domain/keys.js';
import type { LabelSummary } from '../domain/label-version.js';
import { type Organ, organs } from '../domain/organ.js';
import type { Person } from '../domain/person.js';
import { peopleIn } from '../domain/person-check.js';
import { systemActor } from '../domain/role.js';
import type { Hands, TaskAnswer, TaskKind, TaskPolicyChoice, TaskState } from '../domain/task.js';
import type { TaskCommand } from '../domain/task-command.js';
import { malformed } from '../domain/task-command-check.js';
import { millisecondsUntil, nextSystemCommand } from '../domain/task-lease.js';
import { labelsOf } from '../domain/task-organs.js';
import { recordOf } from '../domain/task-record.js';
import { type Deciding, reduceTask } from '../domain/task-reducer.js';
import { isRepeated, refusal } from '../domain/task-refusal.js';
import { isRead, taskIsDone } from '../domain/task-rules.js';
import { queries, signals, taskEntity, updates } from '../domain/workflow-ids.js';
import { quick, urgent } from './deeds.js';
import { compareLabels } from './measure.js';

export const taskCommand = defineSignal<[unknown, unknown?]>(signals.taskCommand);
export const askTask = defineUpdate<TaskAnswer, [unknown, unknown?]>(updates.askTask);
export const task = defineQuery<TaskState | undefined>(queries.task);

export interface RefineInput {
  readonly at: CaseAddress;
  readonly round: number;
  /** Absent means `refine`. */
  readonly kind?: TaskKind;
  readonly labels: readonly LabelSummary[];
  readonly people: readonly Person[];
  readonly policy?: TaskPolicyChoice;
  /** Who worked on the case in earlier rounds. */
  readonly hands?: Hands;
  /** The organs that people are asked to look at; absent means all. */
  readonly asked?: readonly Organ[];
  /** Other reads of the same case, whose readers may not draw here. */
  readonly others?: readonly TaskKind[];
  /** Letters that arrived but were not yet handled when the workflow continued as new. */
  readonly mailbox?: readonly Letter[];
}

export interface RefineOutcome {
  readonly labels: LabelSummary[];
  readonly absent: Organ[];
}

/** A command as it came, with the people that the door looked up for it. */
interface Letter {
  readonly command: unknown;
  readonly people?: unknown;
}

interface AwaitedLetter extends Letter {
  readonly answered?: (answer: TaskAnswer) => void;
}

/** Runs long enough in one history; below the server's own suggestion. */
const historyLimit = 1500;

/**
 * The human work on one case. Signals are the mailbox, updates the same mailbox with an answer; commands are taken
 * one at a time, and each leaves one audit record, refused ones too. Between commands one timer waits for the end of
 * the lease: reminders and ends of leases are commands like any other. The record holds the task's state, so that a
 * task that is started again goes on where its record ends.
 */
export async function refineCase(input: RefineInput): Promise<RefineOutcome> {
  const mailbox: AwaitedLetter[] = [...(input.mailbox ?? [])];
  let state: TaskState | undefined;
  setHandler(taskCommand, (command, people) => void mailbox.push({ command, people }));
  setHandler(
    askTask,
    (command, people) => new Promise<TaskAnswer>((answered) => mailbox.push({ command, people, answered })),
  );
  setHandler(task, () => state);

  const { mailbox: _, people: __, others: ___, ...about } = input;
  const opened = await quick().openTask({ ...about, labels: [...input.labels] });
  state = opened.state;
  let sequence = opened.nextSequence;
  while (!taskIsDone(state) || mailbox.length > 0) {
    const letter = await nextLetter(state, mailbox);
    const now = momentOf();
    const handled = await handle(input, state, letter, now);
    await quick().recordAudit(
      recordOf({
        entity: taskEntity(input.at, input.round, input.kind),
        sequence: sequence++,
        now,
        before: state,
        ...handled,
        workflow: workflowInfo(),
      }),
    );
    state = handled.state;
    letter.answered?.(handled.answer);
    if (historyIsLong()) await carryOn(input, mailbox);
  }
  await condition(allHandlersFinished);
  if (isRead(state)) await compareLabels(input.at);
  return {
    labels: labelsOf(state),
    absent: absentOrgans(state),
  };
}

/** The organs that the task is about: those of its last return, else those that it was opened for. */
function askedFor({ returnedOrgans, asked }: TaskState): { askedFor?: Organ[] } {
  const organs = returnedOrgans ?? asked;
  return organs === undefined ? {} : { askedFor: organs };
}

function absentOrgans(state: TaskState): Organ[] {
  return organs.filter((organ) => state.organs[organ].state === 'absent');
}

function momentOf(): string {
  return new Date().toISOString();
}

/** What is to be handled next: what the system has to say once it is time for it, else the oldest letter. */
async function nextLetter(state: TaskState, mailbox: AwaitedLetter[]): Promise<AwaitedLetter> {
  for (;;) {
    const now = momentOf();
    const due = nextSystemCommand(state, now);
    if (due !== undefined && due.at <= now) {
      return { command: { kind: due.kind, actor: systemActor, commandId: due.commandId } };
    }
    const first = mailbox.shift();
    if (first !== undefined) return first;
    const arrived = () => mailbox.length > 0;
    if (due === undefined) await condition(arrived);
    else await condition(arrived, Math.max(1, millisecondsUntil(due.at, now)));
  }
}

interface Handled {
  /** Absent when what came was no command. */
  readonly command?: TaskCommand;
  readonly given?: Deciding;
  readonly changedVoxels?: Partial<Record<Organ, number>>;
  readonly state: TaskState;
  readonly answer: TaskAnswer;
}

async function handle(input: RefineInput, state: TaskState, letter: Letter, now: string): Promise<Handled> {
  const fault = malformed(letter.command);
  if (fault !== undefined) return refuse(state, fault);
  const command = letter.command as TaskCommand;
  const given = { people: await peopleFor(input, command, letter.people), now };
  const why = refusal(state, command, given);
  if (command.kind === 'reopen' && why === undefined) {
    return { command, given, ...refuse(state, 'the task is about to end; ask again in a moment') };
  }
  if (why !== undefined || isRepeated(state, command)) {
    return { command, given, ...reduceTask(state, command, given) };
  }
  return decide(input, state, command, await withBarred(input, command, given));
}

/** Judges a command that nothing speaks against so far, after its upload was read. */
async function decide(
  input: RefineInput,
  state: TaskState,
  command: TaskCommand,
  given: Deciding,
): Promise<Handled> {
  const made = refusal(state, command, given) === undefined ? await takeIn(input, state, command, given) : {};
  if ('refused' in made) return { command, given, ...refuse(state, made.refused, made.findings) };
  const { changedVoxels, ...upload } = made;
  const full = { ...given, ...upload };
  return {
    command,
    given: full,
    ...(changedVoxels === undefined ? {} : { changedVoxels }),
    ...reduceTask(state, command, full),
  };
}

/** Whoever the command names: as the door looked them up, as the plan has them, or as the roster says. */
async function peopleFor(
  { at, people }: RefineInput,
  command: TaskCommand,
  handedOver: unknown,
): Promise<Person[]> {
  const fresh = peopleIn(handedOver);
  const named = command.kind === 'hand-over' ? [command.actor, command.to] : [command.actor];
  const ids = named.filter((id) => id !== systemActor);
  const known = ids.flatMap((id) => [...fresh, ...people].find((each) => each.id === id) ?? []);
  const unknown = ids.filter((id) => !known.some((each) => each.id === id));
  if (unknown.length === 0) return known;
  return [...known, ...(await quick().findPeople({ campaign: at.campaign, ids: unknown }))];
}

/** Where the same case is read by others too, whoever draws there may not draw here. */
async function withBarred(
  { at, round, others = [] }: RefineInput,
  { kind }: TaskCommand,
  given: Deciding,
): Promise<Deciding> {
  const draws = kind === 'claim' || kind === 'submit' || kind === 'hand-over';
  if (!draws || others.length === 0) return given;
  return { ...given, barred: await quick().readersOf({ at, round, kinds: [...others] }) };
}

type Made = SubmissionAnswer | Record<string, never>;

/** What comes of an upload. A check that fails for good refuses it; what was accepted before stays. */
async function takeIn(
  { at }: RefineInput,
  state: TaskState,
  command: TaskCommand,
  { people }: Deciding,
): Promise<Made> {
  const person = people.find((each) => each.id === command.actor);
  if (person === undefined) return {};
  const by = { at, current: labelsOf(state), author: person.id, simulated: person.simulated };
  try {
    switch (command.kind) {
      case 'submit':
      case 'refine':
        return await urgent().acceptSubmission({
          ...by,
          upload: command.upload,
          kind: command.kind,
          absent: absentOrgans(state),
          reason: command.reason ?? command.kind,
          ...('acknowledged' in command ? { acknowledged: command.acknowledged ?? [] } : {}),
          ...askedFor(state),
        });
      case 'restore':
        return await urgent().restoreLabel({
          ...by,
          organ: command.organ,
          version: command.version,
          reason: command.reason,
        });
      default:
        return {};
    }
  } catch (error) {
    if (isCancellation(error) || !(error instanceof ActivityFailure)) throw error;
    return { refused: `the file could not be checked: ${error.cause?.message ?? error.message}` };
  }
}

function refuse(
  state: TaskState,
  why: string,
  findings?: readonly Finding[],
): Pick<Handled, 'state' | 'answer'> {
  const { version, phase } = state;
  const found = findings === undefined ? {} : { findings: [...findings] };
  return { state, answer: { accepted: false, version, phase, why, ...found } };
}

function historyIsLong(): boolean {
  return workflowInfo().continueAsNewSuggested || workflowInfo().historyLength > historyLimit;
}

/** Continues as new once nobody waits for an answer; the state is in the audit record, the mailbox travels. */
async function carryOn(input: RefineInput, mailbox: AwaitedLetter[]): Promise<void> {
  if (mailbox.some((letter) => letter.answered !== undefined)) return;
  await condition(allHandlersFinished);
  if (mailbox.some((letter) => letter.answered !== undefined)) return;
  await continueAsNew<typeof refineCase>({
    ...input,
    mailbox: mailbox.map(({ command, people }) => ({ command, people })),
  });
}
