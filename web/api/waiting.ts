import type { Person } from '../../domain/person.js';
import { type BoardEntry, nextTasks } from '../../domain/work-queue.js';

/** What waits for a person, the most useful first; for a lead, what was escalated. */
export function waitingFor(board: readonly BoardEntry[], person: Person): BoardEntry[] {
  if (person.role === 'lead') return board.filter(({ task }) => task.phase === 'escalated');
  return nextTasks(board, person, new Date().toISOString());
}
