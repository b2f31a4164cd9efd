import { caseName } from './case-name.js';
import type { Person } from './person.js';
import { defaultQuota } from './role.js';
import type { TaskState } from './task.js';
import type { TaskCommandKind } from './task-command.js';
import { involvement, skillsCover } from './task-duty.js';
import { leaseIsOver } from './task-lease.js';
import { isRead, taskIsDone } from './task-rules.js';

/** A task as its newest audit record leaves it. */
export interface BoardEntry {
  readonly task: TaskState;
  /** When the newest record was written. */
  readonly since: string;
}

/** The commands with which people take tasks up. */
export const takingKinds = ['claim', 'review', 'start-verification'] as const satisfies TaskCommandKind[];

/** The command with which a person takes a task up; undefined when there is none for them to give. */
export function takingCommand(task: TaskState, person: Person): (typeof takingKinds)[number] | undefined {
  if (taskIsDone(task)) return undefined;
  const { role, id } = person;
  if (task.phase === 'queued' && role === 'junior') return 'claim';
  if (task.phase === 'submitted' && role === 'certified') {
    return involvement(task, id, 'review') === undefined ? 'review' : undefined;
  }
  const verifiable = task.phase === 'certified' || task.phase === 'escalated';
  if (!verifiable || role !== 'senior') return undefined;
  return involvement(task, id, 'verification') === undefined ? 'start-verification' : undefined;
}

function heldBy(board: readonly BoardEntry[], person: Person, now: string): BoardEntry[] {
  return board.filter(({ task }) => task.lease?.holder === person.id && !leaseIsOver(task, now));
}

/** Why a person may take nothing new, whatever waits; undefined when they may. */
export function quotaRefusal(board: readonly BoardEntry[], person: Person, now: string): string | undefined {
  const [held, quota] = [heldBy(board, person, now).length, person.quota ?? defaultQuota];
  if (held < quota) return undefined;
  return `${person.id} holds ${held} of at most ${quota} tasks; finish one, put one back or hand one over first`;
}

/** Why a person may not take up a task, by how much they hold; undefined when they may, or hold it already. */
export function takingRefusal(
  board: readonly BoardEntry[],
  task: TaskState,
  person: Person,
  now: string,
): string | undefined {
  const holds = heldBy(board, person, now).some((entry) => entry.task === task);
  return holds ? undefined : quotaRefusal(board, person, now);
}

/** What decides the order of a queue besides the board. */
export interface QueueOrder {
  /** Expected error of a case, by `{collection}/{caseId}`: what needs people most comes first. */
  readonly expectedErrors?: ReadonlyMap<string, number>;
}

/**
 * What a person can work on now, the most useful first: what was returned to them, what they hold, then what they may
 * take: begun cases, the highest expected error, the longest wait. Whoever holds as many leases as their quota allows
 * is given nothing new.
 */
export function nextTasks(
  board: readonly BoardEntry[],
  person: Person,
  now: string,
  { expectedErrors = new Map() }: QueueOrder = {},
): BoardEntry[] {
  const held = heldBy(board, person, now).sort(
    (a, b) => Number(b.task.phase === 'returned') - Number(a.task.phase === 'returned') || byAge(a, b),
  );
  if (quotaRefusal(board, person, now) !== undefined) return held;
  const reads = readingsOf(board, person.id);
  const free = board.filter(
    ({ task }) =>
      takingCommand(task, person) !== undefined &&
      skillsCover(person, task) &&
      !(task.phase === 'queued' && readsElsewhere(reads, task)),
  );
  const error = ({ task }: BoardEntry) => expectedErrors.get(caseName(task)) ?? 0;
  free.sort((a, b) => Number(begun(b.task)) - Number(begun(a.task)) || error(b) - error(a) || byAge(a, b));
  return [...held, ...free];
}

/** A case on which somebody has worked already: an escalation, a draft, a second visit. */
function begun({ escalatedBy, draft, returns, round, phase, version }: TaskState): boolean {
  const again = returns > 0 || round > 1 || (phase === 'queued' && version > 0);
  return again || escalatedBy !== undefined || draft !== undefined;
}

/** The longest wait first, and one order for equal ones. */
function byAge(a: BoardEntry, b: BoardEntry): number {
  if (a.since !== b.since) return a.since < b.since ? -1 : 1;
  return caseName(a.task) < caseName(b.task) ? -1 : 1;
}

/** The tasks in which a person draws or drew, by case. */
function readingsOf(board: readonly BoardEntry[], person: string): ReadonlyMap<string, TaskState[]> {
  const reads = new Map<string, TaskState[]>();
  for (const { task } of board) {
    if (task.assignee !== person && !task.hands.drew.includes(person)) continue;
    reads.set(caseName(task), [...(reads.get(caseName(task)) ?? []), task]);
  }
  return reads;
}

/** Nobody reads a case twice for one measurement: not the work and its double, nor two reads. */
function readsElsewhere(reads: ReadonlyMap<string, readonly TaskState[]>, task: TaskState): boolean {
  const others = reads.get(caseName(task)) ?? [];
  return others.some(
    (other) => other.round === task.round && other.kind !== task.kind && (isRead(other) || isRead(task)),
  );
}
