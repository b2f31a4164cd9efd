import { gunzipSync, gzipSync } from 'node:zlib';
import { z } from 'zod';
import { AuditRecord } from '../domain/audit.js';
import { caseName } from '../domain/case-name.js';
import { auditKey, boardSnapshotKey, boardSnapshotsPrefix, type CaseAddress } from '../domain/keys.js';
import { TaskState } from '../domain/task.js';
import { isRead } from '../domain/task-rules.js';
import type { BoardEntry } from '../domain/work-queue.js';
import { tasksPrefix } from '../domain/workflow-ids.js';
import { newestAudit, newestAuditKeys } from './audit-log.js';
import { type Change, changesSince, type FeedCursor } from './change-feed.js';
import { requireJson } from './json.js';
import { mapBounded } from './map-bounded.js';
import type { ObjectStore } from './object-store.js';

const readsAtOnce = 32;
const taskPrefix = 'task/';
/** A snapshot is worth its bytes once so many records, and so large a share of the board, had to be read without it. */
const [snapshotAfter, snapshotShare] = [500, 0.2];

/** A record that was put down, and the task as it left it; of other entities without. */
export interface BoardChange extends Pick<Change, 'entity' | 'at'> {
  readonly task?: TaskState;
}

interface Known {
  readonly sequence: number;
  readonly entry: BoardEntry;
}

const Snapshot = z.object({
  cursor: z.object({ upToMs: z.number(), seen: z.array(z.string()) }),
  tasks: z.array(
    z.object({ entity: z.string(), sequence: z.number().int(), since: z.string(), task: TaskState }),
  ),
});

/**
 * Every refinement task of a campaign in memory, as the newest audit record of each leaves it. The change feed tells which
 * records are new. A reader that had to read many leaves a snapshot for the next; it holds nothing that is not in the log.
 */
export class TaskBoard {
  private readonly known = new Map<string, Known>();
  private cursor: FeedCursor | undefined;
  private snapshots: number | undefined;
  private readSinceSnapshot = 0;

  constructor(
    private readonly store: ObjectStore,
    private readonly campaign: string,
  ) {}

  /** The tasks as they are known; `follow` makes them new. */
  get entries(): BoardEntry[] {
    return Array.from(this.known.values(), ({ entry }) => entry);
  }

  entry(entity: string): BoardEntry | undefined {
    return this.known.get(entity)?.entry;
  }

  async read(): Promise<BoardEntry[]> {
    await this.follow();
    return this.entries;
  }

  /** Reads what is new and tells of it: of each task its newest record only. */
  async follow(tell: (change: BoardChange) => void = () => undefined): Promise<void> {
    this.snapshots ??= await this.startFromSnapshot();
    const { changes, cursor } = await changesSince(this.store, this.campaign, this.cursor);
    await mapBounded(newestOf(changes), readsAtOnce, async (change) => {
      const taken = await this.take(change);
      if (taken !== undefined) tell(taken);
    });
    this.cursor = cursor;
    await this.saveSnapshot();
  }

  /** Reads one task anew: it was just asked for something. Undefined where nothing is new. */
  async refresh(entity: string): Promise<BoardChange | undefined> {
    const newest = await newestAudit(this.store, this.campaign, entity);
    return newest && this.put(newest);
  }

  private async take({ entity, sequence, at }: Change): Promise<BoardChange | undefined> {
    if (!entity.startsWith(taskPrefix)) return { entity, at };
    if ((this.known.get(entity)?.sequence ?? -1) >= sequence) return undefined;
    this.readSinceSnapshot += 1;
    return this.put(await requireJson(this.store, auditKey(this.campaign, entity, sequence), AuditRecord));
  }

  /** Takes in what a record says of a task, unless a later one is known. */
  private put({ entity, sequence, at, task }: AuditRecord): BoardChange | undefined {
    if (task === undefined) return { entity, at };
    if ((this.known.get(entity)?.sequence ?? -1) >= sequence) return undefined;
    this.known.set(entity, { sequence, entry: { task, since: at } });
    return { entity, at, task };
  }

  /** Returns how many snapshots there are. */
  private async startFromSnapshot(): Promise<number> {
    let newest: string | undefined;
    let count = 0;
    for await (const key of this.store.list(boardSnapshotsPrefix(this.campaign))) {
      newest = key;
      count += 1;
    }
    const bytes = newest === undefined ? undefined : await this.store.get(newest);
    if (bytes === undefined) return 0;
    const { cursor, tasks } = Snapshot.parse(JSON.parse(gunzipSync(bytes).toString()));
    for (const { entity, sequence, since, task } of tasks) {
      this.known.set(entity, { sequence, entry: { task, since } });
    }
    this.cursor = cursor;
    return count;
  }

  private async saveSnapshot(): Promise<void> {
    if (this.readSinceSnapshot < Math.max(snapshotAfter, snapshotShare * this.known.size)) return;
    this.readSinceSnapshot = 0;
    const tasks = Array.from(this.known, ([entity, { sequence, entry }]) => ({ entity, sequence, ...entry }));
    const bytes = gzipSync(JSON.stringify({ cursor: this.cursor, tasks }), { level: 1 });
    this.snapshots = (this.snapshots ?? 0) + 1;
    // Another reader may have written one with this number: any of them will do.
    await this.store.putIfAbsent(boardSnapshotKey(this.campaign, this.snapshots), new Uint8Array(bytes));
  }
}

function newestOf(changes: readonly Change[]): Change[] {
  const newest = new Map<string, Change>();
  for (const each of changes) {
    if (each.sequence >= (newest.get(each.entity)?.sequence ?? 0)) newest.set(each.entity, each);
  }
  return [...newest.values()];
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
