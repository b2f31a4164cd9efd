import type { Collection } from './collection.js';
import type { LabelSummary } from './label-version.js';
import type { Organ } from './organ.js';
import { systemActor } from './role.js';
import type { Hands, TaskAnswer, TaskKind, TaskPolicyChoice, TaskState } from './task.js';
import type { TaskCommand, TaskCommandKind } from './task-command.js';
import { noHands, withHand } from './task-duty.js';
import { withLease, withoutLease } from './task-lease.js';
import {
  correctable,
  hollowOrgans,
  isSource,
  openOrgans,
  withAbsent,
  withApproved,
  withReturned,
  withSubmitted,
  withVerified,
} from './task-organs.js';
import { fullPolicy } from './task-policy.js';
import { commandIdentity, isRepeated, refusal, type TaskContext } from './task-refusal.js';
import { isRead, landing, phaseHints, ruleFor } from './task-rules.js';

/** How many accepted command ids a task remembers; older ones are no longer recognised as repeated. */
export const acceptedCommandsLimit = 200;

/** Commands that change nothing that people decide on: a version that somebody expects stays the same. */
const quiet: readonly TaskCommandKind[] = ['remind', 'renew'];

/** What is known of a task before anybody has touched it. */
export interface NewTask {
  readonly campaign: string;
  readonly collection: Collection;
  readonly caseId: string;
  readonly round: number;
  readonly kind?: TaskKind;
  readonly labels: readonly LabelSummary[];
  readonly policy?: TaskPolicyChoice;
  /** Who worked on the case in earlier rounds. */
  readonly hands?: Hands;
  readonly asked?: readonly Organ[] | undefined;
}

/** A new task, queued. A task of kind `refine` does not name its kind. */
export function openTask(about: NewTask): TaskState {
  const { campaign, collection, caseId, round, kind = 'refine', labels } = about;
  return {
    campaign,
    collection,
    caseId,
    round,
    ...(kind === 'refine' ? {} : { kind }),
    ...(about.asked === undefined ? {} : { asked: [...about.asked] }),
    version: 0,
    phase: 'queued',
    comments: [],
    hands: about.hands ?? noHands,
    policy: fullPolicy(about.policy),
    returns: 0,
    organs: openOrgans(labels),
    acceptedCommands: [],
  };
}

/** What a decision rests on, labels that were made for the command included. */
export interface Deciding extends TaskContext {
  /**
   * For submit, refine and restore, what was made of the upload: labels of organs that are not there or whose voxels
   * did not change keep the label that they have; source organs are passed over.
   */
  readonly labels?: readonly LabelSummary[];
  /** Passed on in the answer to an accepted command. */
  readonly remarks?: readonly string[];
}

/**
 * The task after the command, and the answer to it. Pure: `state` is never changed, and a refused or repeated
 * command gives the very same object back.
 */
export function reduceTask(
  state: TaskState,
  command: TaskCommand,
  context: Deciding,
): { state: TaskState; answer: TaskAnswer } {
  const { version, phase } = state;
  if (isRepeated(state, command)) {
    return { state, answer: { accepted: true, version, phase, remarks: ['already done'], ...until(state) } };
  }
  const role =
    command.actor === systemActor ? 'system' : context.people.find((each) => each.id === command.actor)?.role;
  const rule = role && ruleFor(state, command.kind, role);
  const why = refusal(state, command, context) ?? uploadFault(state, command, context.labels);
  if (why !== undefined || rule === undefined) {
    return { state, answer: { accepted: false, version, phase, why: why ?? phaseHints[phase] } };
  }
  const moved = { ...state, phase: landing(state, rule) };
  const next = counted(advance(moved, command, context), command);
  const remarks = [...(context.remarks ?? []), ...hollowRemarks(next, command)];
  return {
    state: next,
    answer: { accepted: true, version: next.version, phase: next.phase, remarks, ...until(next) },
  };
}

function until({ deadline }: TaskState): { deadline?: string } {
  return deadline === undefined ? {} : { deadline };
}

const makesLabels: readonly TaskCommandKind[] = ['submit', 'refine', 'restore'];

/** What speaks against the labels that were made of an upload. */
function uploadFault(
  state: TaskState,
  command: TaskCommand,
  labels: readonly LabelSummary[] | undefined,
): string | undefined {
  if (!makesLabels.includes(command.kind)) return undefined;
  if (labels === undefined) return 'the upload has not been read; send the command again';
  const open = labels.filter(({ organ }) => !isSource(state.organs[organ]));
  const absent = (label: LabelSummary) => state.organs[label.organ].state === 'absent';
  if (command.kind === 'submit') {
    const drawn = open.find((label) => absent(label) && label.voxels > 0);
    return (
      drawn && `${drawn.organ} is attested absent; erase it in the upload and give your doubt as the reason`
    );
  }
  if (command.kind !== 'refine') return undefined;
  const erased = open.find((label) => !absent(label) && label.voxels === 0)?.organ;
  const [missing] = hollowOrgans({ ...state, organs: withVerified(state, labels) });
  const organ = erased ?? missing;
  return organ && `the upload has no voxel of ${organ}; draw it, or attest it absent first`;
}

/** Version, reason and memory of ids: what every accepted command changes. */
function counted(state: TaskState, command: TaskCommand): TaskState {
  const reason = 'reason' in command ? command.reason?.trim() : undefined;
  return {
    ...state,
    version: state.version + (quiet.includes(command.kind) ? 0 : 1),
    ...(reason === undefined ? {} : { lastReason: reason }),
    acceptedCommands: [...state.acceptedCommands, commandIdentity(command)].slice(-acceptedCommandsLimit),
  };
}

type Of<Kind extends TaskCommandKind> = Extract<TaskCommand, { kind: Kind }>;
type Step<Kind extends TaskCommandKind> = (
  state: TaskState,
  command: Of<Kind>,
  context: Deciding,
) => TaskState;

/** What each command changes: people, leases and organs. `state` stands in the phase that the command led to. */
const steps: { readonly [Kind in TaskCommandKind]: Step<Kind> } = {
  claim: (state, { actor, offline, tokenSha256 }, { now }) => {
    const { tokenSha256: _, ...fresh } = state;
    const token = tokenSha256 === undefined ? {} : { tokenSha256 };
    const taken = { ...fresh, assignee: actor, ...token };
    return leaseTo(taken, actor, now, { ...token, ...(offline ? { offline } : {}) });
  },
  renew: (state, command, { now }) => {
    const { lease } = state;
    const tokenSha256 = command.tokenSha256 ?? lease?.tokenSha256;
    const token = tokenSha256 === undefined ? {} : { tokenSha256 };
    const kept = command.tokenSha256 === undefined ? state : { ...state, ...token };
    const offline = command.offline ?? lease?.offline ?? false;
    return leaseTo(kept, command.actor, now, { ...token, offline });
  },
  release: (state, { actor, draft }) => drafted(letGo(state), actor, draft),
  'hand-over': (state, { actor, to, draft }, { now }) => handedOver(drafted(state, actor, draft), to, now),
  'save-draft': (state, { actor, upload }) => drafted(state, actor, upload),
  submit: (state, { actor }, { labels = [] }) => {
    const { draft: _, returnedOrgans: __, ...rest } = withoutLease(state);
    return drewBy({ ...rest, organs: withSubmitted(state, labels) }, actor);
  },
  restore: (state, { actor, organ }, { labels = [] }) => {
    const own = labels.filter((label) => label.organ === organ);
    return drewBy({ ...state, organs: withSubmitted(state, own) }, actor);
  },
  review: (state, { actor }, { now }) => leaseTo({ ...state, reviewer: actor }, actor, now),
  return: (state, command, { now }) => returned(state, command, now),
  'attest-absent': (state, { actor, organ }) => ({ ...state, organs: withAbsent(state, organ, actor) }),
  approve: (state, { actor }) => ({
    ...withoutLease(state),
    organs: withApproved(state),
    reviewer: actor,
    hands: withHand(state.hands, 'reviewed', actor),
  }),
  'start-verification': (state, { actor }, { now }) => leaseTo({ ...state, verifier: actor }, actor, now),
  verify: (state, { actor }) => ended({ ...state, organs: withVerified(state, []) }, actor),
  refine: (state, { actor }, { labels = [] }) =>
    drewBy(ended({ ...state, organs: withVerified(state, labels) }, actor), actor),
  escalate: (state, { actor }) => {
    const free = withoutLease(state);
    const left = actor === state.verifier ? withoutVerifier(free) : withoutReviewer(free);
    return { ...left, escalatedBy: actor };
  },
  comment: (state, command, { now }) => commented(state, command, now),
  reopen: (state) => ({ ...state, reopenedAs: state.round + 1 }),
  remind: (state) => ({ ...state, reminded: true }),
  expire: (state) => letGo(state),
};

function advance(state: TaskState, command: TaskCommand, context: Deciding): TaskState {
  const step = steps[command.kind] as Step<TaskCommandKind>;
  return step(state, command, context);
}

function leaseTo(
  state: TaskState,
  holder: string,
  now: string,
  more: { offline?: boolean; tokenSha256?: string } = {},
): TaskState {
  return withLease(state, { holder, now, phase: state.phase, ...more });
}

/** The holder has no more to do with it: a queued task is nobody's, any other waits for somebody to judge it. */
function letGo(state: TaskState): TaskState {
  const free = withoutLease(state);
  if (free.phase === 'submitted') return withoutReviewer(free);
  if (free.phase !== 'queued') return withoutVerifier(free);
  const { assignee: _, tokenSha256: __, ...unassigned } = free;
  return unassigned;
}

function withoutReviewer({ reviewer: _, ...state }: TaskState): TaskState {
  return state;
}

function withoutVerifier({ verifier: _, ...state }: TaskState): TaskState {
  return state;
}

function drewBy(state: TaskState, person: string): TaskState {
  return { ...state, hands: withHand(state.hands, 'drew', person) };
}

function drafted(state: TaskState, person: string, draft: TaskState['draft']): TaskState {
  return draft === undefined ? state : { ...drewBy(state, person), draft };
}

function handedOver(state: TaskState, to: string, now: string): TaskState {
  if (state.phase === 'in-review') return leaseTo({ ...state, reviewer: to }, to, now);
  if (state.phase === 'in-verification') return leaseTo({ ...state, verifier: to }, to, now);
  const { escalatedBy: _, tokenSha256: __, ...rest } = state;
  return leaseTo({ ...rest, assignee: to }, to, now);
}

/** Back to the junior who has it: under a lease again, with the token of the bundle that they may still work on. */
function returned(state: TaskState, command: Of<'return'>, now: string): TaskState {
  const named = command.organs ?? correctable(state);
  const { escalatedBy: _, ...rest } = withoutReviewer(withoutVerifier(state));
  const back = commented(
    {
      ...rest,
      organs: withReturned(state, named),
      returns: state.returns + 1,
      returnedOrgans: [...named],
    },
    { actor: command.actor, comments: command.comments ?? [] },
    now,
  );
  const { assignee = command.actor, tokenSha256 } = state;
  return leaseTo(back, assignee, now, tokenSha256 === undefined ? {} : { tokenSha256 });
}

function ended(state: TaskState, verifier: string): TaskState {
  const { escalatedBy: _, ...settled } = withoutLease(state);
  return { ...settled, verifier, hands: withHand(state.hands, 'verified', verifier) };
}

function commented(
  state: TaskState,
  { actor, comments, resolve = [] }: Pick<Of<'comment'>, 'actor' | 'comments' | 'resolve'>,
  now: string,
): TaskState {
  if (comments.length + resolve.length === 0) return state;
  const known = state.comments.map((each) =>
    resolve.includes(each.id) ? { ...each, resolved: true } : each,
  );
  const added = comments.map(({ text, ...where }, index) => ({
    ...where,
    id: `${state.version + 1}-${index + 1}`,
    text: text.trim(),
    author: actor,
    at: now,
  }));
  return { ...state, comments: [...known, ...added] };
}

function hollowRemarks(next: TaskState, command: TaskCommand): string[] {
  if (command.kind !== 'submit' || isRead(next)) return [];
  return hollowOrgans(next).map(
    (organ) => `${organ} has no voxel; it must be drawn or attested absent before approval`,
  );
}
