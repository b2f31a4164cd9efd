import type { LabelSummary } from './label-version.js';
import { type Organ, organs } from './organ.js';
import type { OrganTask, TaskState } from './task.js';

/** The labels that the task holds now, source labels included, in the order of organs. */
export function labelsOf(state: Pick<TaskState, 'organs'>): LabelSummary[] {
  return organs.flatMap((organ) => state.organs[organ].label ?? []);
}

/**
 * The organs of a new task. One with a source label is locked; a model's proposal waits for correction. A proposal
 * without a single voxel counts as `empty`, so that nobody can approve it without saying that the organ is absent.
 */
export function openOrgans(labels: readonly LabelSummary[]): TaskState['organs'] {
  return mapOrgans((organ) => {
    const own = labels.filter((label) => label.organ === organ);
    const source = own.find((label) => label.origin === 'source');
    return source === undefined ? proposed(own[0]) : { state: 'source', label: source };
  });
}

function proposed(label: LabelSummary | undefined): OrganTask {
  if (label === undefined) return { state: 'empty' };
  if (label.voxels === 0) return { state: 'empty', label };
  return { state: label.origin === 'human' ? 'corrected' : 'pre-labelled', label };
}

export function isSource(task: OrganTask): boolean {
  return task.state === 'source';
}

/** Organs that people work on: neither labelled at the source nor attested absent. */
export function correctable(state: TaskState): Organ[] {
  return organs.filter((organ) => !isSource(state.organs[organ]) && state.organs[organ].state !== 'absent');
}

/** Correctable organs without a voxel. */
export function hollowOrgans(state: TaskState): Organ[] {
  return correctable(state).filter((organ) => (state.organs[organ].label?.voxels ?? 0) === 0);
}

/** Organs after a submission of these labels; those that are not there keep the label that they have. */
export function withSubmitted(state: TaskState, labels: readonly LabelSummary[]): TaskState['organs'] {
  return changeOrgans(state, (task, organ) => submitted(task, of(labels, organ)));
}

/** Organs after approval. */
export function withApproved(state: TaskState): TaskState['organs'] {
  return changeOrgans(state, (task) => (task.state === 'absent' ? task : { ...task, state: 'approved' }));
}

/** Organs after verification, with what the senior drew. */
export function withVerified(state: TaskState, labels: readonly LabelSummary[]): TaskState['organs'] {
  return changeOrgans(state, (task, organ) => verified(task, of(labels, organ)));
}

/** Organs after a return of the named ones. */
export function withReturned(state: TaskState, named: readonly Organ[]): TaskState['organs'] {
  return changeOrgans(state, ({ label, ...task }, organ) => {
    const kept = label === undefined ? {} : { label };
    return named.includes(organ) ? { state: 'returned', ...kept } : { ...task, ...kept };
  });
}

/** Organs after somebody attested that one is not there. */
export function withAbsent(state: TaskState, absent: Organ, attestedBy: string): TaskState['organs'] {
  return changeOrgans(state, (task, organ) => (organ === absent ? { state: 'absent', attestedBy } : task));
}

function of(labels: readonly LabelSummary[], organ: Organ): LabelSummary | undefined {
  return labels.find((label) => label.organ === organ);
}

function submitted(task: OrganTask, made: LabelSummary | undefined): OrganTask {
  if (task.state === 'absent') return task;
  const label = changed(task, made) ?? task.label;
  if (label === undefined) return { state: 'empty' };
  if (label.voxels === 0) return { state: 'empty', label };
  return label === task.label ? task : { state: 'corrected', label };
}

function verified(task: OrganTask, made: LabelSummary | undefined): OrganTask {
  const label = changed(task, made);
  if (label !== undefined && label.voxels > 0) return { state: 'verified', label };
  return task.state === 'absent' ? task : { ...task, state: 'verified' };
}

/** The new label, when its voxels are others than those that the organ has. */
function changed(task: OrganTask, made: LabelSummary | undefined): LabelSummary | undefined {
  return made?.voxelSha256 === task.label?.voxelSha256 ? undefined : made;
}

/** Changes every organ but those labelled at the source, which no command may touch. */
function changeOrgans(
  state: TaskState,
  change: (task: OrganTask, organ: Organ) => OrganTask,
): TaskState['organs'] {
  return mapOrgans((organ) => {
    const task = state.organs[organ];
    return isSource(task) ? task : change(task, organ);
  });
}

function mapOrgans(make: (organ: Organ) => OrganTask): TaskState['organs'] {
  return { liver: make('liver'), kidney: make('kidney'), spleen: make('spleen'), pancreas: make('pancreas') };
}
