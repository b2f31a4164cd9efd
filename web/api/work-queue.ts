import { randomBytes, randomUUID } from 'node:crypto';
import type { Person } from '../../domain/person.js';
import type { TaskState } from '../../domain/task.js';
import { TaskCommand } from '../../domain/task-command.js';
import { type BoardEntry, quotaRefusal, takingCommand } from '../../domain/work-queue.js';
import { taskEntity } from '../../domain/workflow-ids.js';
import type { ApiContext } from './api.js';
import { askDesk } from './desk.js';
import type { Waiting } from './waiting.js';

export interface Taken {
  readonly entry?: BoardEntry;
  readonly why?: string;
  readonly leaseToken?: string;
}

/**
 * Pulls work: the next task that waits for a person is reserved in this process, then claimed through its workflow, which alone
 * decides. The reservation spares claimers who come together from asking for the same task; should two servers reserve one,
 * the workflow refuses the second, who goes on to the next.
 */
export class WorkQueue {
  private readonly reserved = new Set<string>();
  private readonly turns = new Map<string, Promise<unknown>>();

  constructor(
    private readonly context: ApiContext,
    private readonly waiting: Waiting,
  ) {}

  /** One after the other for each person, so that nobody takes more than they may by asking twice at once. */
  take(campaign: string, person: Person): Promise<Taken> {
    const turn = `${campaign}/${person.id}`;
    const before = this.turns.get(turn) ?? Promise.resolve();
    const taken = before.catch(() => undefined).then(() => this.takeNow(campaign, person));
    this.turns.set(turn, taken);
    const done = () => {
      if (this.turns.get(turn) === taken) this.turns.delete(turn);
    };
    taken.then(done, done);
    return taken;
  }

  private async takeNow(campaign: string, person: Person): Promise<Taken> {
    const tried = new Set<string>();
    const board = await this.context.boards.of(campaign).all();
    const full = quotaRefusal(board, person, new Date().toISOString());
    if (full !== undefined) return { why: full };
    let why = 'nothing waits for you now';
    for (;;) {
      const keyOf = ({ task }: BoardEntry) => `${campaign}/${taskEntity(task, task.round, task.kind)}`;
      const next = (await this.waiting.of(campaign, person)).find((entry) => {
        const key = keyOf(entry);
        return !tried.has(key) && !this.reserved.has(key) && takingCommand(entry.task, person) !== undefined;
      });
      if (next === undefined) return { why };
      const key = keyOf(next);
      tried.add(key);
      this.reserved.add(key);
      try {
        const answer = await this.ask(next.task, person);
        if ('taken' in answer) return answer.taken;
        why = answer.why;
      } finally {
        this.reserved.delete(key);
      }
    }
  }

  private async ask(task: TaskState, person: Person): Promise<{ taken: Taken } | { why: string }> {
    const kind = takingCommand(task, person);
    const leaseToken = randomBytes(24).toString('base64url');
    const command = TaskCommand.parse({
      kind,
      commandId: randomUUID(),
      actor: person.id,
      expectedVersion: task.version,
      ...(kind === 'claim' ? { leaseToken } : {}),
    });
    const answer = await askDesk(this.context, task, command);
    if ('kept' in answer) return { why: 'no worker answered; try again in a moment' };
    if (!answer.accepted) return { why: answer.why };
    const entry = await this.context.boards.of(task.campaign).one(task);
    const taken = entry === undefined ? {} : { entry };
    return { taken: kind === 'claim' ? { ...taken, leaseToken } : taken };
  }
}
