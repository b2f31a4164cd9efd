import type { AuditEntry, AuditRecord } from './audit.js';
import { firstDifference } from './first-difference.js';
import { voxelHashes } from './label-hashes.js';
import type { TaskState } from './task.js';
import type { TaskCommand } from './task-command.js';
import { labelsOf } from './task-organs.js';
import { recordOf } from './task-record.js';
import { type Deciding, openTask, reduceTask } from './task-reducer.js';

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
    const { kind, asked, ...about } = task;
    const named = { ...(kind === undefined ? {} : { kind }), ...(asked === undefined ? {} : { asked }) };
    const state = openTask({ ...about, ...named, labels: labelsOf(task) });
    return { state, what: stateFault(state, record) ?? labelFault(state, state, record) };
  }
  if (before === undefined) return { state: task, believed: true };
  if (command === undefined) {
    if (outcome === 'done') return { state: task, believed: true };
    return { state: before, what: stateFault(before, record) ?? labelFault(before, before, record) };
  }
  return decideAgain(before, record, command);
}

/** Commands whose file, or whose moment, is judged outside of the reducer. */
const judgedElsewhere: readonly TaskCommand['kind'][] = ['submit', 'refine', 'restore', 'reopen'];

function decideAgain(before: TaskState, record: TaskRecord, command: TaskCommand): Step {
  const { at, outcome } = record;
  const given = givenOf(record);
  const decided = reduceTask(before, command, given);
  // What the rules accept may still have been refused for what its file holds, or for the end of the task.
  const elsewhere =
    outcome === 'refused' && judgedElsewhere.includes(command.kind) && given.labels === undefined;
  const version = { version: before.version, phase: before.phase };
  const { state, answer } = elsewhere
    ? { state: before, answer: { accepted: false, ...version, why: record.why ?? '' } as const }
    : decided;
  const made = recordOf({
    entity: record.entity,
    sequence: record.sequence,
    now: at,
    before,
    state,
    answer: answer.accepted ? answer : { ...answer, why: record.why ?? answer.why },
    command,
    given,
  });
  return { state, what: difference(made, record) };
}

function givenOf({ at, given }: TaskRecord): Deciding {
  const { people = [], labels, remarks, barred } = given ?? {};
  return {
    people,
    now: at,
    ...(labels === undefined ? {} : { labels }),
    ...(remarks === undefined ? {} : { remarks }),
    ...(barred === undefined ? {} : { barred }),
  };
}

/** Where a record is not the one that its command leads to. */
function difference(made: AuditEntry, record: TaskRecord): string | undefined {
  if (made.outcome !== record.outcome) {
    return `says that ${made.action} was ${record.outcome}; by the rules it is ${made.outcome}`;
  }
  const path = firstDifference(derived(made), derived(record));
  return path && `has another ${path} than ${made.action} by ${made.actor} leads to`;
}

/** What follows from a command; findings on its file, voxels that it changed and the run are told from outside. */
function derived(entry: AuditEntry) {
  const { task, labelsBefore, labelsAfter, action, actor, role, simulated, commandId, effort } = entry;
  const why = entry.outcome === 'refused' ? undefined : entry.why;
  return { task, labelsBefore, labelsAfter, action, actor, role, simulated, commandId, effort, why };
}

function stateFault(expected: TaskState, { task, action }: TaskRecord): string | undefined {
  const path = firstDifference(expected, task);
  return path && `has another ${path} in its task than ${action} leads to`;
}

function labelFault(before: TaskState, after: TaskState, record: TaskRecord): string | undefined {
  const path =
    firstDifference({ labelsBefore: voxelHashes(labelsOf(before)) }, { labelsBefore: record.labelsBefore }) ??
    firstDifference({ labelsAfter: voxelHashes(labelsOf(after)) }, { labelsAfter: record.labelsAfter });
  return path && `has another ${path} than its task`;
}
