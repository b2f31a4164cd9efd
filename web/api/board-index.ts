import type { TaskState } from '../../domain/task.js';
import type { BoardEntry } from '../../domain/work-queue.js';
import { taskEntity } from '../../domain/workflow-ids.js';
import type { ObjectStore } from '../../storage/object-store.js';
import { TaskBoard, type BoardChange as TaskChange } from '../../storage/task-board.js';

/** Something that was put on record; of tasks, with the phase that they are in now. */
export interface BoardChange {
  readonly campaign: string;
  readonly entity: string;
  readonly at: string;
  readonly phase?: string;
}

type Listener = (change: BoardChange) => void;

const pollMs = 1000;
const staleMs = 5000;

/**
 * The tasks of one campaign, kept in memory for everybody who asks, and told of to listeners as they change. What this server
 * itself has asked of a task it reads at once.
 */
export class BoardIndex {
  private readonly board: TaskBoard;
  private readonly listeners = new Set<Listener>();
  private reading: Promise<void> | undefined;
  private readAt = 0;
  private timer: NodeJS.Timeout | undefined;

  constructor(
    store: ObjectStore,
    private readonly campaign: string,
  ) {
    this.board = new TaskBoard(store, campaign);
  }

  /** Counts up with every change: what was worked out from the board holds as long as it stays. */
  version = 0;

  /** Every task, at most some seconds old; who asks does not wait for what is new unless the board is older than that. */
  async all(): Promise<readonly BoardEntry[]> {
    const age = Date.now() - this.readAt;
    if (age > staleMs) await this.refresh();
    else if (age > pollMs) this.refresh().catch(() => undefined);
    return this.board.entries;
  }

  /** One task by its name inside the campaign. */
  async one(of: TaskState): Promise<BoardEntry | undefined> {
    await this.all();
    return this.board.entry(taskEntity(of, of.round, of.kind));
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
    const change = await this.board.refresh(entity);
    if (change !== undefined) this.tell(change);
    return this.board.entry(entity);
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
    await this.board.follow((change) => this.tell(change));
    this.readAt = Date.now();
  }

  private tell({ entity, at, task }: TaskChange): void {
    if (task !== undefined) this.version += 1;
    const { campaign } = this;
    const change = { campaign, entity, at, ...(task === undefined ? {} : { phase: task.phase }) };
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
