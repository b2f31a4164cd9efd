import { randomUUID } from 'node:crypto';
import type { TaskState } from '../domain/task.js';

/** What people of a scripted day sent and what they were told; held against the record at the end. */
export interface DayLog {
  readonly accepted: Map<string, { kind: string; actor: string; activeSeconds: number }>;
  readonly refused: { kind: string; actor: string; status: number; why: string }[];
  /** Every answer's time. */
  readonly milliseconds: number[];
  /** Leases that were left to run out on purpose: names of cases. */
  readonly abandoned: string[];
  /** What was asked for although it must be refused. */
  readonly forbidden: { what: string; status: number }[];
}

export function newLog(): DayLog {
  return { accepted: new Map(), refused: [], milliseconds: [], abandoned: [], forbidden: [] };
}

interface Reply {
  readonly status: number;
  readonly body: Record<string, unknown>;
}

/** One person who talks to the console over HTTP. */
export class DayCaller {
  constructor(
    readonly id: string,
    private readonly url: string,
    private readonly token: string,
    readonly campaign: string,
    readonly log: DayLog,
  ) {}

  /** The next task, or undefined when nothing waits. */
  async next(): Promise<TaskState | undefined> {
    const { body } = await this.send('POST', '/inbox/next', {});
    const { taken } = body as { taken?: { task: TaskState } | null };
    return taken?.task;
  }

  /** Tasks that the person holds, first in the inbox. */
  async held(): Promise<TaskState[]> {
    const { body } = await this.send('GET', '/inbox?limit=20');
    const { tasks = [] } = body as { tasks?: { task: TaskState }[] };
    return tasks.map(({ task }) => task).filter((task) => task.lease?.holder === this.id);
  }

  async upload(bytes: Uint8Array): Promise<Record<string, unknown>> {
    for (;;) {
      const { status, body } = await this.send('POST', '/uploads', bytes);
      if (status === 200) return { key: body.key, sha256: body.sha256, bytes: body.bytes };
      if (status !== 503) throw new Error(`upload by ${this.id}: ${status} ${JSON.stringify(body)}`);
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
  }

  /** Asks something of a task; the answer is noted. */
  async ask(
    task: TaskState,
    kind: string,
    more: Record<string, unknown> = {},
    activeSeconds = 0,
  ): Promise<Reply> {
    const commandId = randomUUID();
    const effort = activeSeconds === 0 ? {} : { effort: { activeSeconds } };
    const path = `/tasks/${task.collection}/${task.caseId}/${task.round}/commands`;
    const reply = await this.send('POST', path, { kind, commandId, ...more, ...effort });
    if (reply.status === 200) this.log.accepted.set(commandId, { kind, actor: this.id, activeSeconds });
    else {
      const why = String(reply.body.detail ?? '');
      this.log.refused.push({ kind, actor: this.id, status: reply.status, why });
    }
    return reply;
  }

  /** Asks for what must be refused. */
  async trespass(task: TaskState, kind: string, more: Record<string, unknown> = {}): Promise<void> {
    const { status } = await this.ask(task, kind, more);
    this.log.forbidden.push({ what: `${kind} by ${this.id}`, status });
  }

  private async send(method: string, path: string, body?: unknown): Promise<Reply> {
    const began = performance.now();
    const bytes = body instanceof Uint8Array;
    const response = await fetch(`${this.url}/api/v1/campaigns/${this.campaign}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${this.token}`,
        ...(body === undefined
          ? {}
          : { 'content-type': bytes ? 'application/octet-stream' : 'application/json' }),
      },
      ...(body === undefined ? {} : { body: bytes ? Buffer.from(body) : JSON.stringify(body) }),
    });
    const reply = { status: response.status, body: (await response.json()) as Record<string, unknown> };
    this.log.milliseconds.push(performance.now() - began);
    return reply;
  }
}
