import type { LabelVersion } from '../../domain/label-version.js';
import type { Person } from '../../domain/person.js';
import type { TaskState } from '../../domain/task.js';
import { isRead, taskIsDone } from '../../domain/task-rules.js';

/**
 * Whether somebody may see a label version. Juniors see what others drew only in tasks of the dataset's own work that they
 * hold or held; and nobody does who has a second reading of the case under way: who reads a case again must not know what
 * the first reader drew.
 */
export function maySeeLabel(
  person: Pick<Person, 'id' | 'role'>,
  tasks: readonly TaskState[],
  label: Pick<LabelVersion, 'origin' | 'author'>,
): boolean {
  if (label.origin !== 'human' || label.author === person.id) return true;
  const own = tasks.filter(({ assignee, hands }) => assignee === person.id || hands.drew.includes(person.id));
  if (own.some((task) => isRead(task) && !taskIsDone(task))) return false;
  return person.role !== 'junior' || own.some((task) => !isRead(task));
}

/** Whether somebody may see what was begun in a task: whoever holds it, and those who may see what others drew. */
export function maySeeDraft(
  person: Pick<Person, 'id' | 'role'>,
  tasks: readonly TaskState[],
  { lease }: Pick<TaskState, 'lease'>,
): boolean {
  return lease?.holder === person.id || maySeeLabel(person, tasks, { origin: 'human', author: '' });
}
