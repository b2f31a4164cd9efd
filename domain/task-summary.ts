import { organs } from './organ.js';
import type { Role, TaskState } from './task.js';
import { roleTitles, taskId, taskRules } from './task-reducer.js';

/** Whose turn it is; undefined once nothing is left to do. */
export function waitsFor(state: Pick<TaskState, 'phase'>): Role | undefined {
  return taskRules.find((rule) => rule.from === state.phase)?.role;
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
    ...(state.reviewer === undefined ? [] : [`approved by ${state.reviewer}`]),
    ...(state.verifier === undefined ? [] : [`verified by ${state.verifier}`]),
    ...(state.returns === 0
      ? []
      : [state.returns === 1 ? 'returned once' : `returned ${state.returns} times`]),
  ];
  const states = organs.map((organ) => `${organ} ${state.organs[organ].state}`);
  return `${parts.join(', ')} – ${states.join(', ')}`;
}

/** A task that somebody holds waits for that person, any other for a role. */
function waitingName(state: TaskState, role: Role): string {
  return role === 'junior' && state.assignee !== undefined ? state.assignee : `a ${roleTitles[role]}`;
}
