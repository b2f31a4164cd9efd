import { createHash } from 'node:crypto';
import type { LabelSummary } from '../../domain/label-version.js';
import { type Organ, organs } from '../../domain/organ.js';
import type { OrganTask, Person, TaskCommand, TaskCommandKind, TaskState } from '../../domain/task.js';
import { openTask, reduceTask } from '../../domain/task-reducer.js';

/** People, labels and commands that the tests of tasks are made of. Everything is frozen to its depth. */
export const people: readonly Person[] = frozen([
  { id: 'anna', role: 'junior', simulated: false },
  { id: 'bert', role: 'junior', simulated: false },
  { id: 'cora', role: 'certified', simulated: false },
  { id: 'dirk', role: 'certified', simulated: false },
  { id: 'emma', role: 'senior', simulated: false },
  { id: 'finn', role: 'senior', simulated: false },
]);

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

export function opened(labels: readonly LabelSummary[] = firstLabels): TaskState {
  return frozen(openTask({ campaign: 'first', collection: 'lits', caseId: 'volume-0', round: 1, labels }));
}

const upload = { key: 'v1/objects/sha256/x', sha256: sha256('upload'), bytes: 5 };
let commandCount = 0;

/** A complete command of any kind; ids are fresh unless given. */
export function command(kind: TaskCommandKind, actor: string, about: Partial<Asked> = {}): TaskCommand {
  const { commandId = `c${commandCount++}`, expectedVersion, organ = 'pancreas', organs: named } = about;
  const asked = { commandId, actor, ...(expectedVersion === undefined ? {} : { expectedVersion }) };
  const reason = about.reason ?? 'seen on the axial slices';
  const made: Record<TaskCommandKind, TaskCommand> = {
    claim: { kind: 'claim', ...asked },
    release: { kind: 'release', ...asked, reason },
    submit: { kind: 'submit', ...asked, upload },
    return: { kind: 'return', ...asked, reason, ...(named === undefined ? {} : { organs: named }) },
    'attest-absent': { kind: 'attest-absent', ...asked, organ, reason },
    approve: { kind: 'approve', ...asked },
    verify: { kind: 'verify', ...asked },
    refine: { kind: 'refine', ...asked, upload, reason },
  };
  return frozen(made[kind]);
}

interface Asked {
  commandId: string;
  expectedVersion: number;
  organ: Organ;
  organs: Organ[];
  reason: string;
}

export const drawnPancreas: readonly LabelSummary[] = frozen([label('pancreas', 'drawn')]);

/** Sends commands one after the other and expects each to be accepted. */
export function through(
  state: TaskState,
  ...steps: (readonly [TaskCommand, (readonly LabelSummary[])?])[]
): TaskState {
  return steps.reduce((now, [step, labels = []]) => {
    const { state: next, answer } = reduceTask(now, step, { people, labels });
    if (!answer.accepted) throw new Error(`${step.kind} was refused: ${answer.why}`);
    return frozen(next);
  }, state);
}

export const claimed = () => through(opened(), [command('claim', 'anna')]);
export const submitted = () => through(claimed(), [command('submit', 'anna'), drawnPancreas]);
export const certified = () => through(submitted(), [command('approve', 'cora')]);

export const organStates = (state: TaskState): Record<string, OrganTask['state']> =>
  Object.fromEntries(organs.map((organ) => [organ, state.organs[organ].state]));
