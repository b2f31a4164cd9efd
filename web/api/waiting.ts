import type { BoardEntry } from '../../storage/task-board.js';
import type { CampaignPerson } from './rosters.js';
import { commandsFor } from './task-entry.js';

/** What waits for a person: what they hold first, then what they could take, the oldest first. */
export function waitingFor(board: readonly BoardEntry[], person: CampaignPerson): BoardEntry[] {
  const rank = ({ task }: BoardEntry) =>
    task.assignee === person.id ? (task.phase === 'returned' ? 0 : 1) : 2;
  return board
    .filter(({ task }) => commandsFor(task, person).length > 0)
    .sort((a, b) => rank(a) - rank(b) || (a.since < b.since ? -1 : a.since > b.since ? 1 : 0));
}
