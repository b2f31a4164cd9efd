import type { LabelVersion } from '../../domain/label-version.js';
import type { TaskState } from '../../domain/task.js';
import type { CampaignPerson } from './rosters.js';

/**
 * Whether somebody may see a label version. Juniors see what people drew only in tasks that they hold or that came back to
 * them: who reads a case a second time must not know what the first reader drew.
 */
export function maySeeLabel(
  person: Pick<CampaignPerson, 'id' | 'role'>,
  tasks: readonly TaskState[],
  label: Pick<LabelVersion, 'origin' | 'author'>,
): boolean {
  if (person.role !== 'junior' || label.origin !== 'human' || label.author === person.id) return true;
  return tasks.some(({ assignee }) => assignee === person.id);
}
