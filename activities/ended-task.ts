import { PlusctError } from '../domain/errors.js';
import { type CaseAddress, resultKey } from '../domain/keys.js';
import type { LabelSummary } from '../domain/label-version.js';
import type { Organ } from '../domain/organ.js';
import type { Person } from '../domain/person.js';
import type { TaskAnswer, TaskKind, TaskState } from '../domain/task.js';
import type { TaskCommand } from '../domain/task-command.js';
import { recordOf } from '../domain/task-record.js';
import { reduceTask } from '../domain/task-reducer.js';
import { taskEntity } from '../domain/workflow-ids.js';
import { appendAudit, newestAudit } from '../storage/audit-log.js';
import type { ObjectStore } from '../storage/object-store.js';
import { requireResult } from '../storage/results.js';
import { readRoster } from '../storage/roster.js';

/** A task as its names tell it. A `TaskState` is one. */
export interface TaskAddress extends CaseAddress {
  readonly round: number;
  readonly kind?: TaskKind | undefined;
}

/** What a further round of a case begins with. */
export interface NextRound extends Pick<TaskState, 'policy' | 'hands'> {
  readonly at: CaseAddress;
  readonly round: number;
  readonly labels: LabelSummary[];
  readonly people: Person[];
  readonly asked?: readonly Organ[];
}

const lateAttempts = 20;

/**
 * The answer to a command for a task whose workflow has ended, put on record after whatever is there. Only a lead's
 * `reopen` is accepted; the round itself is for the caller to start.
 */
export async function answerEnded(
  store: ObjectStore,
  address: TaskAddress,
  command: TaskCommand,
  people: readonly Person[],
): Promise<{ answer: TaskAnswer; state: TaskState }> {
  const entity = taskEntity(address, address.round, address.kind);
  for (let attempt = 0; attempt < lateAttempts; attempt += 1) {
    const newest = await newestAudit(store, address.campaign, entity);
    if (newest?.task === undefined) break;
    const given = { people, now: new Date().toISOString() };
    const decided = await decideLate(store, newest.task, command, given);
    if (!decided.answer.accepted || decided.state !== newest.task) {
      const more = { entity, sequence: newest.sequence + 1, now: given.now, before: newest.task };
      if (!(await appended(store, { ...more, command, given, ...decided }))) continue;
    }
    return decided;
  }
  throw new PlusctError(
    'InvalidInput',
    `There is no task for ${address.collection}/${address.caseId} in ${address.campaign}`,
  );
}

/** The round that was opened after a task had ended, on the labels of the case's newest result. */
export async function roundAfter(
  store: ObjectStore,
  ended: TaskState,
  organs: readonly Organ[] | undefined,
): Promise<NextRound> {
  const { campaign, collection, caseId, policy, hands } = ended;
  const at = { campaign, collection, caseId };
  const { labels } = await requireResult(store, at);
  const people = await readRoster(store, campaign);
  const asked = organs === undefined || organs.length === 0 ? {} : { asked: organs };
  return { at, round: ended.reopenedAs!, labels, people, policy, hands, ...asked };
}

async function decideLate(
  store: ObjectStore,
  task: TaskState,
  command: TaskCommand,
  given: { people: readonly Person[]; now: string },
): Promise<ReturnType<typeof reduceTask>> {
  const decided = reduceTask(task, command, given);
  if (!decided.answer.accepted) {
    const { version, phase } = task;
    const why = `the task has ended (${phase}); a lead can reopen the case for another round`;
    return {
      state: task,
      answer: { accepted: false, version, phase, why: command.kind === 'reopen' ? decided.answer.why : why },
    };
  }
  if (command.kind !== 'reopen' || decided.state === task) return decided;
  if (await store.has(resultKey(task, task.round))) return decided;
  const { version, phase } = task;
  const why = 'the case is not finished yet; its label map is being put together, ask again in a moment';
  return { state: task, answer: { accepted: false, version, phase, why } };
}

/** Whether the record could be written; false when another came first. */
async function appended(store: ObjectStore, handled: Parameters<typeof recordOf>[0]): Promise<boolean> {
  try {
    await appendAudit(store, recordOf(handled));
    return true;
  } catch (error) {
    if (error instanceof PlusctError && error.kind === 'ConflictingResult') return false;
    throw error;
  }
}
