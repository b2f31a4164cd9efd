import { AuditRecord } from '../domain/audit.js';
import type { TaskState } from '../domain/task.js';
import { newestAuditKeys } from './audit-log.js';
import { requireJson } from './json.js';
import { mapBounded } from './map-bounded.js';
import type { ObjectStore } from './object-store.js';

const readsAtOnce = 16;

/** A task as its newest audit record leaves it. */
export interface BoardEntry {
  readonly task: TaskState;
  /** When the newest record was written. */
  readonly since: string;
}

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
