import type { TaskState } from '../../domain/task.js';
import { taskId } from '../../domain/task-reducer.js';
import { taskEntity } from '../../domain/workflow-ids.js';
import { newestAudit } from '../../storage/audit-log.js';
import type { ObjectStore } from '../../storage/object-store.js';
import { type BoardEntry, TaskBoard } from '../../storage/task-board.js';

/** What changed on a board. */
export interface BoardChange {
  readonly campaign: string;
  readonly entry: BoardEntry;
}

type Listener = (change: BoardChange) => void;
const pollMs = 1000;

/** The tasks of one campaign in memory, kept fresh from the record. */
export class BoardIndex {
  private readonly board: TaskBoard;
  private readonly entries = new Map<string, BoardEntry>();
  private readonly listeners = new Set<Listener>();
  private reading: Promise<void> | undefined;
  private readAt = 0;
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly store: ObjectStore,
    private readonly campaign: string,
  ) {
    this.board = new TaskBoard(store, campaign);
  }

  /** Every task, at most a moment old. */
  async all(): Promise<readonly BoardEntry[]> {
    if (Date.now() - this.readAt > pollMs) await this.refresh();
    return [...this.entries.values()];
  }

  /** One task by its name inside the campaign. */
  async one(id: string): Promise<BoardEntry | undefined> {
    await this.all();
    return this.entries.get(id);
  }

  /** Reads what is new; callers that come together share one reading. */
  refresh(): Promise<void> {
    this.reading ??= this.read().finally(() => {
      this.reading = undefined;
    });
    return this.reading;
  }

  /** Reads one task anew: it was just asked for something. */
  async refreshOne(of: Pick<TaskState, 'campaign' | 'collection' | 'caseId' | 'round'>): Promise<void> {
    const newest = await newestAudit(this.store, this.campaign, taskEntity(of, of.round));
    if (newest?.task !== undefined) this.put({ task: newest.task, since: newest.at });
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
    for (const entry of await this.board.read()) this.put(entry);
    this.readAt = Date.now();
  }

  /** Takes in a state, unless a newer one is known. */
  private put(entry: BoardEntry): void {
    const id = taskId(entry.task);
    const before = this.entries.get(id);
    if (before !== undefined && before.since >= entry.since && before.task.version >= entry.task.version)
      return;
    this.entries.set(id, entry);
    for (const listener of this.listeners) listener({ campaign: this.campaign, entry });
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
