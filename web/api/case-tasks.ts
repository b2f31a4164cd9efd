import type { CaseAddress } from '../../domain/keys.js';
import type { Person } from '../../domain/person.js';
import type { TaskState } from '../../domain/task.js';
import { isRead } from '../../domain/task-rules.js';
import type { Boards } from './board-index.js';

/** Every task of one case: rounds of the dataset's own work, and reads for measuring. */
export async function tasksOf(boards: Boards, at: CaseAddress): Promise<TaskState[]> {
  const board = await boards.of(at.campaign).all();
  return board
    .map(({ task }) => task)
    .filter(({ collection, caseId }) => collection === at.collection && caseId === at.caseId);
}

/** The task that the person holds, else the newest round of the dataset's own work. */
export function taskFor(person: Pick<Person, 'id'>, tasks: readonly TaskState[]): TaskState | undefined {
  const held = tasks.find(({ lease }) => lease?.holder === person.id);
  return held ?? tasks.filter((task) => !isRead(task)).sort((a, b) => b.round - a.round)[0];
}
