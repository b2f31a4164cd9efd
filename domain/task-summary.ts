import { organs } from './organ.js';
import { roleTitles, type WorkingRole } from './role.js';
import type { TaskPhase, TaskState } from './task.js';
import { taskIsDone } from './task-rules.js';
import { roundName } from './workflow-ids.js';

/** `{collection}/{caseId}/{round}`: the name of a task inside its campaign; a read for measuring has a suffix. */
export function taskId(state: Pick<TaskState, 'collection' | 'caseId' | 'round' | 'kind'>): string {
  return `${state.collection}/${state.caseId}/${roundName(state.round, state.kind)}`;
}

const turns: Readonly<Record<TaskPhase, WorkingRole | undefined>> = {
  queued: 'junior',
  leased: 'junior',
  returned: 'junior',
  submitted: 'certified',
  'in-review': 'certified',
  certified: 'senior',
  'in-verification': 'senior',
  escalated: 'senior',
  verified: undefined,
};

/** Whose turn it is; undefined once nothing is left to do. */
export function waitsFor(state: Pick<TaskState, 'phase' | 'kind'>): WorkingRole | undefined {
  return taskIsDone(state) ? undefined : turns[state.phase];
}

/**
 * One line for lists: `lits/volume-0/1 submitted, waits for a certified radiologist, drawn by anna, returned once –
 * liver source, kidney corrected, spleen empty, pancreas returned`.
 */
export function summaryLine(state: TaskState): string {
  const role = waitsFor(state);
  const parts = [
    `${taskId(state)} ${state.phase}`,
    ...(role === undefined ? [] : [`waits for ${waitingName(state, role)}`]),
    ...(state.assignee === undefined || role === 'junior' ? [] : [`drawn by ${state.assignee}`]),
    ...(state.reviewer === undefined || role === 'certified' ? [] : [`approved by ${state.reviewer}`]),
    ...(state.verifier === undefined || role === 'senior' ? [] : [`verified by ${state.verifier}`]),
    ...(state.escalatedBy === undefined ? [] : [`escalated by ${state.escalatedBy}`]),
    ...(state.returns === 0
      ? []
      : [state.returns === 1 ? 'returned once' : `returned ${state.returns} times`]),
  ];
  const states = organs.map((organ) => `${organ} ${state.organs[organ].state}`);
  return `${parts.join(', ')} – ${states.join(', ')}`;
}

/** A task that somebody holds waits for that person, any other for a role. */
function waitingName({ lease }: TaskState, role: WorkingRole): string {
  return lease === undefined ? `a ${roleTitles[role]}` : lease.holder;
}
