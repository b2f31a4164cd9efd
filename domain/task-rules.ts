import type { Role } from './role.js';
import type { TaskPhase, TaskState } from './task.js';
import type { TaskCommandKind } from './task-command.js';

/**
 * Who of the role may ask for it: `anyone`; the `holder` of the lease alone; the `assignee`, with or without a lease;
 * or only somebody `uninvolved`, who had no hand in the labels that are to be judged.
 */
export type Bond = 'anyone' | 'holder' | 'assignee' | 'uninvolved';

/** One line of the rules: this role may ask for this in this phase, and the task then stands in phase `to`. */
export interface TaskRule {
  readonly kind: TaskCommandKind;
  readonly role: Role | 'system';
  readonly bond: Bond;
  readonly from: TaskPhase;
  readonly to: TaskPhase;
}

type Move = readonly [from: TaskPhase, to: TaskPhase];

function rules(
  kind: TaskCommandKind,
  role: TaskRule['role'],
  bond: Bond,
  ...moves: readonly Move[]
): TaskRule[] {
  return moves.map(([from, to]) => ({ kind, role, bond, from, to }));
}

const stay = (...phases: readonly TaskPhase[]): Move[] => phases.map((phase) => [phase, phase]);
const underWay: readonly TaskPhase[] = [
  'queued',
  'leased',
  'submitted',
  'in-review',
  'returned',
  'certified',
  'in-verification',
  'escalated',
];

/** Who may do what in which phase. What is not listed here is refused. */
export const taskRules: readonly TaskRule[] = [
  ...rules('claim', 'junior', 'anyone', ['queued', 'leased']),
  ...rules('submit', 'junior', 'holder', ['leased', 'submitted'], ['returned', 'submitted']),
  ...rules('save-draft', 'junior', 'holder', ...stay('leased', 'returned')),
  ...rules('restore', 'junior', 'holder', ...stay('leased', 'returned')),
  ...rules('restore', 'senior', 'holder', ...stay('in-verification')),
  ...rules('renew', 'junior', 'holder', ...stay('leased', 'returned')),
  ...rules('renew', 'certified', 'holder', ...stay('in-review')),
  ...rules('renew', 'senior', 'holder', ...stay('in-verification')),
  ...rules('release', 'junior', 'holder', ['leased', 'queued'], ['returned', 'queued']),
  ...rules('release', 'certified', 'holder', ['in-review', 'submitted']),
  ...rules('release', 'senior', 'holder', ['in-verification', 'certified']),
  ...rules('hand-over', 'junior', 'holder', ...stay('leased', 'returned')),
  ...rules('hand-over', 'certified', 'holder', ...stay('in-review')),
  ...rules('hand-over', 'senior', 'holder', ...stay('in-verification')),
  ...rules('hand-over', 'lead', 'anyone', ...stay('leased', 'returned', 'in-review', 'in-verification')),
  ...rules('hand-over', 'lead', 'anyone', ['escalated', 'leased']),
  ...rules('review', 'certified', 'uninvolved', ['submitted', 'in-review']),
  ...rules('return', 'certified', 'holder', ['in-review', 'returned']),
  ...rules('return', 'senior', 'holder', ['in-verification', 'returned']),
  ...rules('return', 'lead', 'uninvolved', ['escalated', 'returned']),
  ...rules('attest-absent', 'certified', 'holder', ...stay('in-review')),
  ...rules('attest-absent', 'senior', 'holder', ...stay('in-verification')),
  ...rules('approve', 'certified', 'holder', ['in-review', 'certified']),
  ...rules(
    'start-verification',
    'senior',
    'uninvolved',
    ['certified', 'in-verification'],
    ['escalated', 'in-verification'],
  ),
  ...rules('verify', 'senior', 'holder', ['in-verification', 'verified']),
  ...rules('refine', 'senior', 'holder', ['in-verification', 'verified']),
  ...rules('escalate', 'certified', 'holder', ['in-review', 'escalated']),
  ...rules('escalate', 'senior', 'holder', ['in-verification', 'escalated']),
  ...rules('comment', 'junior', 'assignee', ...stay(...underWay.filter((phase) => phase !== 'queued'))),
  ...rules('comment', 'certified', 'anyone', ...stay(...underWay)),
  ...rules('comment', 'senior', 'anyone', ...stay(...underWay)),
  ...rules('comment', 'lead', 'anyone', ...stay(...underWay)),
  ...rules('reopen', 'lead', 'anyone', ...stay('verified')),
  ...rules('remind', 'system', 'anyone', ...stay('leased', 'returned', 'in-review', 'in-verification')),
  ...rules('expire', 'system', 'anyone', ['leased', 'queued'], ['returned', 'queued']),
  ...rules('expire', 'system', 'anyone', ['in-review', 'submitted'], ['in-verification', 'certified']),
];

/** A read for measuring ends with its submission; nobody judges it. */
const readKinds: readonly TaskCommandKind[] = [
  'claim',
  'submit',
  'save-draft',
  'renew',
  'release',
  'hand-over',
  'comment',
  'remind',
  'expire',
];

export function isRead(state: Pick<TaskState, 'kind'>): boolean {
  return state.kind !== undefined && state.kind !== 'refine';
}

/** No command changes a task that is done, except that a lead may reopen the case. */
export function taskIsDone(state: Pick<TaskState, 'kind' | 'phase'>): boolean {
  return state.phase === 'verified' || (isRead(state) && state.phase === 'submitted');
}

/** The rules that a task of this kind follows. */
export function rulesOf(state: Pick<TaskState, 'kind'>): readonly TaskRule[] {
  return isRead(state) ? rulesOfReads : taskRules;
}

const rulesOfReads = taskRules.filter(
  ({ kind, from }) => readKinds.includes(kind) && (from === 'queued' || from === 'leased'),
);

export function ruleFor(
  state: Pick<TaskState, 'kind' | 'phase'>,
  kind: TaskCommandKind,
  role: TaskRule['role'],
): TaskRule | undefined {
  return rulesOf(state).find((rule) => rule.kind === kind && rule.role === role && rule.from === state.phase);
}

/** Where the rule leads this very task: an escalated task whose verification is given up is escalated again. */
export function landing(state: Pick<TaskState, 'escalatedBy'>, rule: TaskRule): TaskPhase {
  const givenUp = rule.from === 'in-verification' && rule.to === 'certified';
  return givenUp && state.escalatedBy !== undefined ? 'escalated' : rule.to;
}

/** What a phase waits for, for people who ask for something else. */
export const phaseHints: Readonly<Record<TaskPhase, string>> = {
  queued: 'it waits for a junior to claim it',
  leased: 'it waits for its holder to submit it',
  submitted: 'it waits for a certified radiologist to start the review',
  'in-review': 'it waits for its reviewer to approve or return it',
  returned: 'it waits for its assignee to submit it again',
  certified: 'it waits for a senior radiologist to start the verification',
  'in-verification': 'it waits for its verifier to verify, refine or return it',
  escalated: 'it waits for a senior radiologist to verify it, or for a lead to return it or hand it over',
  verified: 'nothing is left to do',
};
