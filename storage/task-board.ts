import { AuditRecord } from '../domain/audit.js';
import { caseName } from '../domain/case-name.js';
import type { CaseAddress } from '../domain/keys.js';
import type { TaskState } from '../domain/task.js';
import { isRead } from '../domain/task-rules.js';
import type { BoardEntry } from '../domain/work-queue.js';
import { tasksPrefix } from '../domain/workflow-ids.js';
import { newestAuditKeys } from './audit-log.js';
import { requireJson } from './json.js';
import { mapBounded } from './map-bounded.js';
import type { ObjectStore } from './object-store.js';

const readsAtOnce = 16;

/**
 * Every refinement task of a campaign, read from the audit log: the newest record of a task holds its state.
 * A board that is read again only fetches what changed.
 */
export class TaskBoard {
  private readonly known = new Map<string, { key: string; entry: BoardEntry }>();

  constructor(
    private readonly store: ObjectStore,
    private readonly campaign: string,
  ) {}

  async read(): Promise<BoardEntry[]> {
    const newest = [...(await newestAuditKeys(this.store, this.campaign, 'task/'))];
    const changed = newest.filter(([entity, key]) => this.known.get(entity)?.key !== key);
    await mapBounded(changed, readsAtOnce, async ([entity, key]) => {
      const record = await requireJson(this.store, key, AuditRecord);
      if (record.task !== undefined)
        this.known.set(entity, { key, entry: { task: record.task, since: record.at } });
    });
    return [...this.known.values()].map(({ entry }) => entry);
  }
}

/** The tasks whose result enters the dataset: of each case the newest round, without reads for measuring. */
export function currentTasks(board: readonly BoardEntry[]): Map<string, TaskState> {
  const newest = new Map<string, TaskState>();
  for (const { task } of board) {
    const name = caseName(task);
    const known = newest.get(name);
    if (!isRead(task) && (known === undefined || known.round < task.round)) newest.set(name, task);
  }
  return newest;
}

/** Every task of one case: rounds and reads for measuring, oldest round first. */
export async function tasksOfCase(store: ObjectStore, at: CaseAddress): Promise<TaskState[]> {
  const keys = await newestAuditKeys(store, at.campaign, tasksPrefix(at));
  const records = await mapBounded([...keys.values()], readsAtOnce, (key) =>
    requireJson(store, key, AuditRecord),
  );
  const tasks = records.flatMap(({ task }) => task ?? []);
  return tasks.sort((a, b) => a.round - b.round);
}
