import type { Person } from './person.js';
import { roleTitles, roleWithArticle, systemActor } from './role.js';
import type { TaskState } from './task.js';
import type { TaskCommand, TaskCommandKind } from './task-command.js';
import { barredWhy, involvement } from './task-duty.js';
import { leaseIsOver } from './task-lease.js';
import { correctable, hollowOrgans, isSource } from './task-organs.js';
import { phaseHints, ruleFor, rulesOf, type TaskRule, taskIsDone, taskRules } from './task-rules.js';

/** What a decision rests on besides task and command. */
export interface TaskContext {
  /** Whoever the command names, at least. */
  readonly people: readonly Person[];
  /** The moment of the decision: ISO 8601, in UTC, with milliseconds. */
  readonly now: string;
  /** People who may not draw in this task, because they read the same case in another one. */
  readonly barred?: readonly string[];
}

/** What makes two commands the same: kind, sender and the sender's id for it. Also the id of a Temporal update. */
export function commandIdentity(command: Pick<TaskCommand, 'kind' | 'actor' | 'commandId'>): string {
  return `${command.kind}/${command.actor}/${command.commandId}`;
}

/** Whether the same command was accepted before. */
export function isRepeated(state: TaskState, command: TaskCommand): boolean {
  return state.acceptedCommands.includes(commandIdentity(command));
}

/** What this person can ask of the task now, in the order of the rules. Without `now`, no lease counts as over. */
export function allowedCommands(state: TaskState, person: Person, now?: string): TaskCommandKind[] {
  return rulesOf(state)
    .filter(
      (rule) =>
        rule.role === person.role &&
        rule.from === state.phase &&
        bondFault(state, rule, person, now) === undefined &&
        blocked(state, rule.kind) === undefined,
    )
    .map((rule) => rule.kind);
}

/**
 * Why the command cannot count now, and what to do instead; undefined when nothing speaks against it. A command that
 * was accepted before is not refused: it is answered as accepted once more. What an upload holds is judged by
 * `reduceTask` alone.
 */
export function refusal(state: TaskState, command: TaskCommand, context: TaskContext): string | undefined {
  if (isRepeated(state, command)) return undefined;
  if (command.actor === systemActor) return systemFault(state, command, context.now);
  const person = context.people.find((each) => each.id === command.actor);
  if (person === undefined) {
    return `${command.actor} is not among the people of this campaign; send the command as one of them`;
  }
  return (
    roleFault(command.kind, person) ??
    versionFault(state, command) ??
    personFault(state, command, person, context.now) ??
    blocked(state, command.kind) ??
    tokenFault(state, command) ??
    organFault(state, command) ??
    commentFault(state, command) ??
    barredFault(state, command, context) ??
    recipientFault(state, command, context.people)
  );
}

function systemFault(state: TaskState, command: TaskCommand, now: string): string | undefined {
  if (ruleFor(state, command.kind, 'system') === undefined) {
    return `the task is ${state.phase}; ${systemActor} cannot ask for ${command.kind}`;
  }
  const over = leaseIsOver(state, now);
  if (command.kind === 'expire') {
    return over ? undefined : `the lease lasts until ${state.lease?.expiresAt}; it ends then`;
  }
  const { lease, reminded } = state;
  const due = lease !== undefined && !reminded && !over && now >= lease.remindAt;
  return due ? undefined : 'no reminder is due; it comes when most of a lease is over';
}

function roleFault(kind: TaskCommandKind, person: Person): string | undefined {
  const roles = taskRules.filter((rule) => rule.kind === kind).map((rule) => rule.role);
  if (roles.includes(person.role)) return undefined;
  const titles = [...new Set(roles)].map((role) =>
    role === 'system' ? `${systemActor} itself` : roleWithArticle(role),
  );
  return `${kind} needs ${titles.join(' or ')}; ${person.id} is ${roleWithArticle(person.role)}`;
}

function versionFault(state: TaskState, command: TaskCommand): string | undefined {
  const { expectedVersion } = command;
  if (expectedVersion === undefined || expectedVersion === state.version) return undefined;
  return `the task is at version ${state.version}, not ${expectedVersion}; look at it again, then decide anew`;
}

function personFault(
  state: TaskState,
  { kind }: TaskCommand,
  person: Person,
  now: string,
): string | undefined {
  const rule = ruleFor(state, kind, person.role);
  return rule === undefined ? phaseFault(state, kind, person, now) : bondFault(state, rule, person, now);
}

function phaseFault(state: TaskState, kind: TaskCommandKind, person: Person, now: string): string {
  if (taskIsDone(state)) return `the task is ${state.phase}; ${phaseHints.verified}`;
  const possible = allowedCommands(state, person, now).filter((each) => each !== 'comment');
  if (possible.length === 0) return `the task is ${state.phase}; ${phaseHints[state.phase]}`;
  if (state.phase === 'queued') return 'the task is queued; claim it first';
  return `the task is ${state.phase}; ${person.id} can ask for ${possible.join(', ')} now, not for ${kind}`;
}

function bondFault(
  state: TaskState,
  { bond, kind, role, from }: TaskRule,
  person: Person,
  now: string | undefined,
): string | undefined {
  switch (bond) {
    case 'anyone':
      return undefined;
    case 'assignee':
      return state.assignee === person.id ? undefined : `the task is ${state.assignee}'s; claim another task`;
    case 'holder':
      return holderFault(state, person, now);
    case 'uninvolved': {
      const did = involvement(state, person.id, from === 'submitted' ? 'review' : 'verification');
      const other = role === 'system' ? systemActor : `another ${roleTitles[role]}`;
      return did && `${person.id} ${did}; ${kind} needs ${other}`;
    }
  }
}

function holderFault(state: TaskState, person: Person, now: string | undefined): string | undefined {
  const { lease } = state;
  if (lease?.holder !== person.id) return `the task is ${lease?.holder ?? 'nobody'}'s; claim another task`;
  if (now === undefined || !leaseIsOver(state, now)) return undefined;
  return `the lease ended at ${lease.expiresAt}; take the task again when it is back in the queue`;
}

/** What stands in the way of a kind of command whoever asks: approval of nothing, return of nothing. */
function blocked(state: TaskState, kind: TaskCommandKind): string | undefined {
  if (kind === 'return' && correctable(state).length === 0) {
    return 'no organ of this task can be corrected, so nothing can be returned; approve it';
  }
  if (kind === 'attest-absent' && correctable(state).length === 0) {
    return 'every organ is labelled at the source or attested absent; nothing is left to attest';
  }
  if (kind === 'restore' && correctable(state).length === 0) {
    return 'every organ is labelled at the source or attested absent; nothing can be restored';
  }
  if (kind === 'reopen' && state.reopenedAs !== undefined) {
    return `round ${state.reopenedAs} is open already; work on that one`;
  }
  const hollow = kind === 'approve' || kind === 'verify' ? hollowOrgans(state) : [];
  if (hollow.length === 0) return undefined;
  return `no voxel of ${hollow.join(', ')}; return the task to have it drawn, or attest it absent`;
}

/** A token that is no longer the lease's: the work was begun under a lease that was lost since. */
function tokenFault(state: TaskState, command: TaskCommand): string | undefined {
  if (command.kind !== 'submit' || command.tokenSha256 === undefined) return undefined;
  if (command.tokenSha256 === state.lease?.tokenSha256) return undefined;
  return 'the lease of this bundle was lost, and the task may have changed since; compare with it, then submit under the lease that you hold now';
}

function organFault(state: TaskState, command: TaskCommand): string | undefined {
  if (command.kind === 'restore') {
    const { state: organ } = state.organs[command.organ];
    if (organ === 'source') return `${command.organ} is labelled at the source and stays`;
    return organ === 'absent' ? `${command.organ} is attested absent; return it first` : undefined;
  }
  if (command.kind === 'attest-absent') {
    const { organ } = command;
    if (isSource(state.organs[organ])) {
      return `${organ} is labelled at the source and stays; attest one of ${correctable(state).join(', ')}`;
    }
    return state.organs[organ].state === 'absent' ? `${organ} is attested absent already` : undefined;
  }
  if (command.kind !== 'return' || command.organs === undefined) return undefined;
  if (command.organs.length === 0) return 'no organ is named; name those to correct, or leave organs out';
  const locked = command.organs.filter((organ) => isSource(state.organs[organ]));
  if (locked.length === 0) return undefined;
  return `${locked.join(', ')} is labelled at the source; return only ${correctable(state).join(', ')}`;
}

/** Comments that a task holds at most: its whole state is part of every record. */
export const commentsLimit = 200;

function commentFault(state: TaskState, command: TaskCommand): string | undefined {
  if (command.kind !== 'comment' && command.kind !== 'return') return undefined;
  const { comments = [] } = command;
  if (state.comments.length + comments.length > commentsLimit) {
    return `a task holds at most ${commentsLimit} comments; give the rest as the reason`;
  }
  if (command.kind === 'return') return undefined;
  const { resolve = [] } = command;
  const unknown = resolve.filter((id) => !state.comments.some((each) => each.id === id));
  if (unknown.length > 0) return `there is no comment ${unknown.join(', ')}; resolve those that there are`;
  return comments.length + resolve.length === 0 ? 'there is no comment in it; give a text' : undefined;
}

function barredFault(
  state: TaskState,
  command: TaskCommand,
  { barred = [] }: TaskContext,
): string | undefined {
  if (command.kind === 'claim' || command.kind === 'submit') return barredWhy(state, command.actor, barred);
  return command.kind === 'hand-over' ? barredWhy(state, command.to, barred) : undefined;
}

/** Who may take a task over: somebody else, of the role that the phase needs, with no hand in what they would judge. */
function recipientFault(
  state: TaskState,
  command: TaskCommand,
  people: readonly Person[],
): string | undefined {
  if (command.kind !== 'hand-over') return undefined;
  const to = people.find((each) => each.id === command.to);
  if (to === undefined) return `${command.to} is not among the people of this campaign; name one of them`;
  if (state.lease?.holder === to.id) return `${to.id} has the task already; name somebody else`;
  const needed =
    state.phase === 'in-review' ? 'certified' : state.phase === 'in-verification' ? 'senior' : 'junior';
  if (to.role !== needed) {
    return `the task is ${state.phase}; hand it to ${roleWithArticle(needed)}, ${to.id} is ${roleWithArticle(to.role)}`;
  }
  if (needed === 'junior') return undefined;
  const did = involvement(state, to.id, needed === 'certified' ? 'review' : 'verification');
  return did && `${to.id} ${did}; hand it to another ${roleTitles[needed]}`;
}
