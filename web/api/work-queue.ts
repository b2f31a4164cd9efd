import { randomUUID } from 'node:crypto';
import { askTask } from '../../activities/task-desk.js';
import type { CaseAddress } from '../../domain/keys.js';
import { TaskCommand, type TaskState } from '../../domain/task.js';
import { taskId } from '../../domain/task-reducer.js';
import { taskEntity } from '../../domain/workflow-ids.js';
import type { BoardEntry } from '../../storage/task-board.js';
import type { ApiContext } from './api.js';
import type { CampaignPerson } from './rosters.js';
import { commandsFor } from './task-entry.js';
import { waitingFor } from './waiting.js';

export interface Taken {
  readonly entry?: BoardEntry;
  readonly why?: string;
  readonly leaseToken?: string;
}

/** How a task is taken in each phase that waits for somebody. */
const takingKinds = ['claim', 'review', 'start-verification'];

/**
 * Pulls work: the next task that waits for a person is reserved in this process, then claimed through its workflow, which alone
 * decides. The reservation spares claimers who come together from asking for the same task; should two servers reserve one,
 * the workflow refuses the second, who goes on to the next.
 */
export class WorkQueue {
  private readonly reserved = new Set<string>();
  private readonly turns = new Map<string, Promise<unknown>>();

  constructor(private readonly context: ApiContext) {}

  /** One after the other for each person, so that nobody takes more than they may by asking twice at once. */
  take(campaign: string, person: CampaignPerson): Promise<Taken> {
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

  private async takeNow(campaign: string, person: CampaignPerson): Promise<Taken> {
    const board = this.context.boards.of(campaign);
    const tried = new Set<string>();
    let why = 'nothing waits for you now';
    for (;;) {
      const next = waitingFor(await board.all(), person).find(({ task }) => {
        const key = `${campaign}/${taskId(task)}`;
        return !tried.has(key) && !this.reserved.has(key) && takingKind(task, person) !== undefined;
      });
      if (next === undefined) return { why };
      const key = `${campaign}/${taskId(next.task)}`;
      tried.add(key);
      this.reserved.add(key);
      try {
        const answer = await this.claim(next.task, person);
        const entry = await board.refreshOne(taskEntity(next.task, next.task.round));
        if (answer.accepted) {
          return { ...(entry === undefined ? {} : { entry }), ...answer.more };
        }
        why = answer.why;
      } finally {
        this.reserved.delete(key);
      }
    }
  }

  private async claim(task: TaskState, person: CampaignPerson) {
    const { store } = this.context;
    const at: CaseAddress = { campaign: task.campaign, collection: task.collection, caseId: task.caseId };
    const command = TaskCommand.parse({
      kind: takingKind(task, person),
      commandId: randomUUID(),
      actor: person.id,
      expectedVersion: task.version,
    });
    const answer = await askTask({ client: await this.context.client(), store }, at, task.round, command);
    if ('kept' in answer) return { accepted: false, why: 'no worker answered' } as const;
    return answer.accepted
      ? ({ accepted: true, more: {} } as const)
      : ({ accepted: false, why: answer.why } as const);
  }
}

function takingKind(task: TaskState, person: CampaignPerson): string | undefined {
  const can = commandsFor(task, person);
  return takingKinds.find((kind) => can.includes(kind));
}
