import { AuditRecord } from '../../domain/audit.js';
import { auditKey } from '../../domain/keys.js';
import type { TaskState } from '../../domain/task.js';
import type { BoardEntry } from '../../domain/work-queue.js';
import { taskEntity } from '../../domain/workflow-ids.js';
import { newestAudit, newestAuditKeys } from '../../storage/audit-log.js';
import {
  changesSince,
  cursorAt,
  type Change as FeedChange,
  type FeedCursor,
} from '../../storage/change-feed.js';
import { requireJson } from '../../storage/json.js';
import { mapBounded } from '../../storage/map-bounded.js';
import type { ObjectStore } from '../../storage/object-store.js';

/** Something that was put on record; of tasks, with the phase that they are in now. */
export interface BoardChange {
  readonly campaign: string;
  readonly entity: string;
  readonly at: string;
  readonly phase?: string;
}

type Listener = (change: BoardChange) => void;
interface Known {
  readonly sequence: number;
  readonly entry: BoardEntry;
}

const taskPrefix = 'task/';
const pollMs = 1000;
const staleMs = 5000;
const readsAtOnce = 32;

/**
 * The tasks of one campaign in memory. At the first question every task's newest record is read; from then on the change feed
 * tells which ones to read again. What this server itself has asked of a task it reads at once.
 */
export class BoardIndex {
  private readonly known = new Map<string, Known>();
  private readonly listeners = new Set<Listener>();
  private cursor: FeedCursor | undefined;
  private reading: Promise<void> | undefined;
  private readAt = 0;
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly store: ObjectStore,
    private readonly campaign: string,
  ) {}

  /** Counts up with every change: what was worked out from the board holds as long as it stays. */
  version = 0;

  /** Every task, at most some seconds old; who asks does not wait for what is new unless the board is older than that. */
  async all(): Promise<readonly BoardEntry[]> {
    const age = Date.now() - this.readAt;
    if (age > staleMs) await this.refresh();
    else if (age > pollMs) this.refresh().catch(() => undefined);
    return Array.from(this.known.values(), ({ entry }) => entry);
  }

  /** One task by its name inside the campaign. */
  async one(of: TaskState): Promise<BoardEntry | undefined> {
    await this.all();
    return this.known.get(taskEntity(of, of.round, of.kind))?.entry;
  }

  /** Reads what is new; callers that come together share one reading. */
  refresh(): Promise<void> {
    this.reading ??= this.read().finally(() => {
      this.reading = undefined;
    });
    return this.reading;
  }

  /** Reads one task anew: it was just asked for something. */
  async refreshOne(entity: string): Promise<BoardEntry | undefined> {
    const newest = await newestAudit(this.store, this.campaign, entity);
    return newest && this.put(newest);
  }

  /** Tells of every change from now on, until the returned function is called. */
  listen(listener: Listener): () => void {
    this.listeners.add(listener);
    this.timer ??= setInterval(() => void this.refresh().catch(() => undefined), pollMs).unref();
    return () => {
      this.listeners.delete(listener);
      if (this.listeners.size > 0) return;
      clearInterval(this.timer);
      this.timer = undefined;
    };
  }

  private async read(): Promise<void> {
    if (this.cursor === undefined) {
      const from = cursorAt(new Date());
      await this.readEverything();
      this.cursor = from;
    }
    const { changes, cursor } = await changesSince(this.store, this.campaign, this.cursor);
    await this.follow(changes);
    this.cursor = cursor;
    this.readAt = Date.now();
  }

  private async readEverything(): Promise<void> {
    const keys = [...(await newestAuditKeys(this.store, this.campaign, taskPrefix)).values()];
    await mapBounded(keys, readsAtOnce, async (key) =>
      this.put(await requireJson(this.store, key, AuditRecord)),
    );
  }

  private async follow(changes: readonly FeedChange[]): Promise<void> {
    const newest = new Map<string, FeedChange>();
    for (const each of changes) {
      if (each.sequence >= (newest.get(each.entity)?.sequence ?? 0)) newest.set(each.entity, each);
    }
    await mapBounded([...newest.values()], readsAtOnce, async ({ entity, sequence, at }) => {
      if (!entity.startsWith(taskPrefix)) return this.tell({ campaign: this.campaign, entity, at });
      const key = auditKey(this.campaign, entity, sequence);
      this.put(await requireJson(this.store, key, AuditRecord));
    });
  }

  /** Takes in what a record says of a task, unless a later one is known. */
  private put({ entity, sequence, at, task }: AuditRecord): BoardEntry | undefined {
    if (task === undefined) return undefined;
    const before = this.known.get(entity);
    if (before !== undefined && before.sequence >= sequence) return before.entry;
    const entry = { task, since: at };
    this.known.set(entity, { sequence, entry });
    this.version += 1;
    this.tell({ campaign: this.campaign, entity, at, phase: task.phase });
    return entry;
  }

  private tell(change: BoardChange): void {
    for (const listener of this.listeners) listener(change);
  }
}

/** The boards of all campaigns that somebody has looked at. */
export class Boards {
  private readonly known = new Map<string, BoardIndex>();

  constructor(private readonly store: ObjectStore) {}

  of(campaign: string): BoardIndex {
    const there = this.known.get(campaign) ?? new BoardIndex(this.store, campaign);
    this.known.set(campaign, there);
    return there;
  }
}
