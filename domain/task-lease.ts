import type { TaskPhase, TaskState } from './task.js';

/** Who gets a lease, from when, in which phase. */
export interface LeaseRequest {
  readonly holder: string;
  /** Moment of the command: ISO 8601. */
  readonly now: string;
  readonly phase: TaskPhase;
  readonly offline?: boolean;
  readonly tokenSha256?: string;
}

type Leased = Pick<TaskState, 'lease' | 'deadline' | 'reminded'>;

/** The task under a lease that begins now. Its length follows from the phase that the task stands in. */
export function withLease(state: TaskState, asked: LeaseRequest): TaskState {
  const { holder, now, phase, offline = false, tokenSha256 } = asked;
  const seconds = leaseSeconds(state, phase, offline);
  const expiresAt = later(now, seconds);
  const lease = {
    holder,
    ...(tokenSha256 === undefined ? {} : { tokenSha256 }),
    since: now,
    remindAt: later(now, seconds * state.policy.reminderShare),
    expiresAt,
    offline,
  };
  return { ...withoutLease(state), lease, deadline: expiresAt };
}

/** The task with nobody at work on it. */
export function withoutLease(state: TaskState): TaskState {
  const { lease: _, deadline: __, reminded: ___, ...free } = state;
  return free;
}

function leaseSeconds({ policy }: TaskState, phase: TaskPhase, offline: boolean): number {
  if (phase === 'in-review') return policy.reviewSeconds;
  if (phase === 'in-verification') return policy.verificationSeconds;
  if (offline) return policy.offlineLeaseSeconds;
  return phase === 'returned' ? policy.returnSeconds : policy.leaseSeconds;
}

function later(now: string, seconds: number): string {
  return new Date(Date.parse(now) + Math.round(seconds * 1000)).toISOString();
}

/** Whether the lease has run out, whether or not somebody has noticed. */
export function leaseIsOver(state: Leased, now: string): boolean {
  return state.lease !== undefined && now >= state.lease.expiresAt;
}

/**
 * What the system has to ask of the task next, and when; undefined while nobody holds it. At the moment `now`, a
 * reminder of a lease that is over is left out.
 */
export function nextSystemCommand(
  { lease, reminded }: Leased,
  now: string,
): { kind: 'remind' | 'expire'; at: string; commandId: string } | undefined {
  if (lease === undefined) return undefined;
  const { since, remindAt, expiresAt } = lease;
  const kind = !reminded && remindAt < expiresAt && now < expiresAt ? 'remind' : 'expire';
  return { kind, at: kind === 'remind' ? remindAt : expiresAt, commandId: `${kind}-${since}` };
}

/** Milliseconds from one moment to another; 0 when that is past. */
export function millisecondsUntil(at: string, now: string): number {
  return Math.max(0, Date.parse(at) - Date.parse(now));
}
