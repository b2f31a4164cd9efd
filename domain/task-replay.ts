import type { AuditRecord } from './audit.js';
import { firstDifference } from './first-difference.js';
import type { LabelSummary } from './label-version.js';
import type { TaskState } from './task.js';
import { labelsOf, openTask, reduceTask } from './task-reducer.js';

/** What working a task out again from its records came to. */
export interface TaskReplay {
  /** What a record says that does not follow from those before it, by sequence. */
  readonly disagreements: readonly { readonly sequence: number; readonly what: string }[];
  /** The task at the end, as the commands lead to it; undefined when no record can be trusted. */
  readonly state?: TaskState;
  /** Records whose state was worked out again. */
  readonly proved: number;
  /** Records whose state had to be believed: they hold no command, or the record before them cannot be trusted. */
  readonly believed: number;
}

export interface ReplayedRecord {
  readonly sequence: number;
  /** Undefined when it is missing or was changed. */
  readonly record?: AuditRecord;
}

/**
 * Works the task out again: from the labels that it was opened with, command by command, through the reducer that
 * decided at the time. Nothing but the records is used.
 */
export function replayTask(records: readonly ReplayedRecord[]): TaskReplay {
  const disagreements: { sequence: number; what: string }[] = [];
  let state: TaskState | undefined;
  let [proved, believed] = [0, 0];
  for (const { sequence, record } of records) {
    if (record?.task === undefined) {
      if (record !== undefined) disagreements.push({ sequence, what: 'holds no task' });
      state = undefined;
      continue;
    }
    const step = replayRecord(state, sequence, { ...record, task: record.task });
    if (step.what !== undefined) disagreements.push({ sequence, what: step.what });
    if (step.believed) believed += 1;
    else proved += 1;
    state = step.state;
  }
  return { disagreements, proved, believed, ...(state === undefined ? {} : { state }) };
}

interface Step {
  readonly state: TaskState;
  readonly what?: string | undefined;
  readonly believed?: boolean;
}

type TaskRecord = AuditRecord & { readonly task: TaskState };

function replayRecord(before: TaskState | undefined, sequence: number, record: TaskRecord): Step {
  const { task, command, outcome } = record;
  if (sequence === 0) {
    const state = openTask({ ...task, labels: labelsOf(task) });
    return { state, what: stateFault(state, record) ?? labelFault(state, state, record) };
  }
  if (before === undefined) return { state: task, believed: true };
  if (command === undefined) {
    if (outcome === 'done') return { state: task, believed: true };
    return { state: before, what: stateFault(before, record) ?? labelFault(before, before, record) };
  }
  const { people = [], labels, remarks } = record.given ?? {};
  const context = { people, now: record.at, ...(labels && { labels }), ...(remarks && { remarks }) };
  const { state, answer } = reduceTask(before, command, context);
  const came = !answer.accepted ? 'refused' : state === before ? 'repeated' : 'done';
  const what =
    commandFault(record) ??
    (came === outcome ? undefined : `says that ${command.kind} was ${outcome}; by the rules it is ${came}`) ??
    stateFault(state, record) ??
    labelFault(before, state, record);
  return { state, what };
}

function stateFault(expected: TaskState, { task, action }: TaskRecord): string | undefined {
  const path = firstDifference(expected, task);
  return path && `has another ${path} in its task than ${action} leads to`;
}

function labelFault(before: TaskState, after: TaskState, record: TaskRecord): string | undefined {
  const path =
    firstDifference({ labelsBefore: hashes(labelsOf(before)) }, { labelsBefore: record.labelsBefore }) ??
    firstDifference({ labelsAfter: hashes(labelsOf(after)) }, { labelsAfter: record.labelsAfter });
  return path && `has another ${path} than its task`;
}

/** What the record says beside its command has to be what the command says. */
function commandFault(record: TaskRecord): string | undefined {
  const { command, given } = record;
  const person = given?.people.find((each) => each.id === command?.actor);
  const said = {
    action: command?.kind,
    actor: command?.actor,
    commandId: command?.commandId,
    effort: command && 'effort' in command ? command.effort : record.effort,
    role: person?.role ?? record.role,
    simulated: person?.simulated ?? record.simulated,
  };
  const { action, actor, commandId, effort, role, simulated } = record;
  const path = firstDifference(said, { action, actor, commandId, effort, role, simulated });
  return path && `has another ${path} than its command`;
}

function hashes(labels: readonly LabelSummary[]): Record<string, string> {
  return Object.fromEntries(labels.map((label) => [label.organ, label.voxelSha256]));
}
