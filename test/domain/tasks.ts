import { createHash } from 'node:crypto';
import type { LabelSummary } from '../../domain/label-version.js';
import { type Organ, organs } from '../../domain/organ.js';
import type { Person } from '../../domain/person.js';
import type { OrganTask, TaskState } from '../../domain/task.js';
import type { TaskCommand, TaskCommandKind } from '../../domain/task-command.js';
import { type Deciding, type NewTask, openTask, reduceTask } from '../../domain/task-reducer.js';

/** People, labels and commands that the tests of tasks are made of. Everything is frozen to its depth. */
export const people: readonly Person[] = frozen([
  { id: 'anna', role: 'junior', simulated: false },
  { id: 'bert', role: 'junior', simulated: false },
  { id: 'cora', role: 'certified', simulated: false },
  { id: 'dirk', role: 'certified', simulated: false },
  { id: 'emma', role: 'senior', simulated: false },
  { id: 'finn', role: 'senior', simulated: false },
  { id: 'lea', role: 'lead', simulated: false },
]);

/** The moment at which the tests' commands are decided, and moments after it. */
export const start = '2026-01-05T08:00:00.000Z';
export const after = (seconds: number): string => new Date(Date.parse(start) + seconds * 1000).toISOString();

export function frozen<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    Object.values(value).forEach(frozen);
  }
  return value;
}

export const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

/** A label whose voxels are named by `seed`: the same seed means the same voxels. */
export function label(organ: Organ, seed: string, about: Partial<LabelSummary> = {}): LabelSummary {
  const origin = about.origin ?? 'human';
  const version = `${origin}-${organ}-${seed}`;
  return { organ, origin, version, author: 'anna', voxelSha256: sha256(organ + seed), voxels: 100, ...about };
}

/** A liver from the source, proposals for kidney and spleen, nothing for the pancreas. */
export const firstLabels: readonly LabelSummary[] = frozen([
  label('liver', 'source', { origin: 'source', author: 'lits' }),
  label('kidney', 'model', { origin: 'model', author: 'atlas' }),
  label('spleen', 'model', { origin: 'model', author: 'atlas' }),
]);

export function opened(
  labels: readonly LabelSummary[] = firstLabels,
  more: Partial<NewTask> = {},
): TaskState {
  const at = { campaign: 'first', collection: 'lits', caseId: 'volume-0', round: 1 } as const;
  return frozen(openTask({ ...at, labels, ...more }));
}

export const upload = frozen({ key: 'v1/objects/sha256/x', sha256: sha256('upload'), bytes: 5 });
let commandCount = 0;

/** A complete command of any kind; ids are fresh unless given. */
export function command(kind: TaskCommandKind, actor: string, about: Partial<Asked> = {}): TaskCommand {
  const { commandId = `c${commandCount++}`, expectedVersion, organ = 'pancreas', organs: named } = about;
  const asked = { commandId, actor, ...(expectedVersion === undefined ? {} : { expectedVersion }) };
  const reason = about.reason ?? 'seen on the axial slices';
  const { to = 'bert', draft, tokenSha256, offline, comments = [{ text: 'a gap here' }], resolve } = about;
  const token = tokenSha256 === undefined ? {} : { tokenSha256 };
  const lease = { ...token, ...(offline === undefined ? {} : { offline }) };
  const drafted = draft === undefined ? {} : { draft };
  const made: Record<TaskCommandKind, TaskCommand> = {
    claim: { kind: 'claim', ...asked, ...lease },
    renew: { kind: 'renew', ...asked, ...lease },
    release: { kind: 'release', ...asked, reason, ...drafted },
    'hand-over': { kind: 'hand-over', ...asked, to, reason, ...drafted },
    'save-draft': { kind: 'save-draft', ...asked, upload: draft ?? upload },
    submit: { kind: 'submit', ...asked, upload, ...token },
    restore: { kind: 'restore', ...asked, organ, version: 'model-1', reason },
    review: { kind: 'review', ...asked },
    return: {
      kind: 'return',
      ...asked,
      reason,
      ...(named === undefined ? {} : { organs: named }),
      ...(about.comments === undefined ? {} : { comments }),
    },
    'attest-absent': { kind: 'attest-absent', ...asked, organ, reason },
    approve: { kind: 'approve', ...asked },
    'start-verification': { kind: 'start-verification', ...asked },
    verify: { kind: 'verify', ...asked },
    refine: { kind: 'refine', ...asked, upload, reason },
    escalate: { kind: 'escalate', ...asked, reason },
    comment: { kind: 'comment', ...asked, comments, ...(resolve === undefined ? {} : { resolve }) },
    reopen: { kind: 'reopen', ...asked, reason },
    remind: { kind: 'remind', ...asked },
    expire: { kind: 'expire', ...asked },
  };
  return frozen(made[kind]);
}

interface Asked {
  commandId: string;
  expectedVersion: number;
  organ: Organ;
  organs: Organ[];
  reason: string;
  to: string;
  draft: typeof upload;
  tokenSha256: string;
  offline: boolean;
  comments: { text: string; organ?: Organ; voxel?: [number, number, number] }[];
  resolve: string[];
}

export const drawnPancreas: readonly LabelSummary[] = frozen([label('pancreas', 'drawn')]);

type Step = readonly [TaskCommand, (readonly LabelSummary[])?, Partial<Deciding>?];

/** Sends commands one after the other and expects each to be accepted. */
export function through(state: TaskState, ...steps: readonly Step[]): TaskState {
  return steps.reduce((now, [step, labels = [], more = {}]) => {
    const { state: next, answer } = reduceTask(now, step, { people, now: start, labels, ...more });
    if (!answer.accepted) throw new Error(`${step.kind} was refused: ${answer.why}`);
    return frozen(next);
  }, state);
}

export const leased = () => through(opened(), [command('claim', 'anna')]);
export const submitted = () => through(leased(), [command('submit', 'anna'), drawnPancreas]);
export const inReview = () => through(submitted(), [command('review', 'cora')]);
export const certified = () => through(inReview(), [command('approve', 'cora')]);
export const inVerification = () => through(certified(), [command('start-verification', 'emma')]);
export const escalated = () => through(inVerification(), [command('escalate', 'emma')]);
export const verified = () => through(inVerification(), [command('verify', 'emma')]);

export const organStates = (state: TaskState): Record<string, OrganTask['state']> =>
  Object.fromEntries(organs.map((organ) => [organ, state.organs[organ].state]));
