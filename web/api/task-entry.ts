import { allowedCommands } from '../../domain/task-reducer.js';
import type { BoardEntry } from '../../storage/task-board.js';
import type { CampaignPerson } from './rosters.js';
import type { TaskEntry } from './schemas/task-body.js';

/** A task as the person who asks sees it. */
export function entryFor({ task, since }: BoardEntry, person: CampaignPerson): TaskEntry {
  return { task, since, can: commandsFor(task, person) };
}

/** What a person can ask of a task now. */
export function commandsFor(task: BoardEntry['task'], person: CampaignPerson): string[] {
  const { role } = person;
  if (role === 'junior' || role === 'certified' || role === 'senior')
    return allowedCommands(task, { ...person, role });
  return [];
}
