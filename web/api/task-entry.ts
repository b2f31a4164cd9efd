import type { Person } from '../../domain/person.js';
import type { TaskState } from '../../domain/task.js';
import { allowedCommands } from '../../domain/task-refusal.js';
import type { BoardEntry } from '../../domain/work-queue.js';
import type { TaskEntry } from './schemas/task-body.js';

/** A task as the person who asks sees it. */
export function entryFor({ task, since }: BoardEntry, person: Person): TaskEntry {
  return { task, since, can: commandsFor(task, person) };
}

function commandsFor(task: TaskState, person: Person): string[] {
  return allowedCommands(task, person, new Date().toISOString());
}
