import { type Client, WorkflowNotFoundError, WorkflowUpdateFailedError } from '@temporalio/client';
import { WorkflowExecutionAlreadyStartedError, WorkflowIdReusePolicy } from '@temporalio/common';
import { PlusctError } from '../domain/errors.js';
import { type CaseAddress, resultKey } from '../domain/keys.js';
import type { Person } from '../domain/person.js';
import { taskQueue } from '../domain/queues.js';
import { systemActor } from '../domain/role.js';
import { TaskAnswer, type TaskKind, type TaskState } from '../domain/task.js';
import { TaskCommand } from '../domain/task-command.js';
import { recordOf } from '../domain/task-record.js';
import { reduceTask } from '../domain/task-reducer.js';
import { commandIdentity } from '../domain/task-refusal.js';
import {
  reopenedCaseId,
  signals,
  taskEntity,
  taskWorkflowId,
  updates,
  workflowTypes,
} from '../domain/workflow-ids.js';
import { appendAudit, newestAudit } from '../storage/audit-log.js';
import { sha256 } from '../storage/hash.js';
import type { ObjectStore } from '../storage/object-store.js';
import { requireResult } from '../storage/results.js';
import { findPerson, readRoster } from '../storage/roster.js';

/** How long a person waits for the answer before the command is left in the mailbox. */
const answerTimeoutMs = 20_000;

/** The answer, or word that the command is kept until a worker runs. */
export type DeskAnswer = TaskAnswer | { kept: true };

/** A task as its names tell it. A `TaskState` is one. */
export interface TaskAddress extends CaseAddress {
  readonly round: number;
  readonly kind?: TaskKind | undefined;
}

/** What the desk works with. */
export interface DeskSurroundings {
  readonly client: Client;
  readonly store: ObjectStore;
  /** Keeps two installations on one Temporal server apart; needed to reopen a case. */
  readonly queueSuffix?: string;
  /** Who somebody is now; read from the roster unless the caller knows it already. */
  readonly personOf?: (campaign: string, id: string) => Promise<Person | undefined>;
}

/**
 * Where people's commands go in: the synchronous façade over a task. Sending the same command again is harmless.
 * A task that has ended refuses, and the refusal is on record like any other; a lead may reopen it.
 */
export async function askTask(
  around: DeskSurroundings,
  address: TaskAddress,
  command: TaskCommand,
): Promise<DeskAnswer> {
  const checked = sealed(TaskCommand.parse(command));
  const people = await peopleOf(around, address.campaign, checked);
  const handle = around.client.workflow.getHandle(taskWorkflowId(address, address.round, address.kind));
  const answer = handle.executeUpdate<TaskAnswer, [TaskCommand, Person[]]>(updates.askTask, {
    args: [checked, people],
    updateId: commandIdentity(checked),
  });
  answer.catch(() => undefined);
  try {
    const first = await Promise.race([answer, patience()]);
    if (first !== undefined) return TaskAnswer.parse(first);
    await handle.signal(signals.taskCommand, checked, people);
    return { kept: true };
  } catch (error) {
    if (error instanceof WorkflowNotFoundError || error instanceof WorkflowUpdateFailedError) {
      return answerLate(around, address, checked, people);
    }
    throw error;
  }
}

/** People send no commands of the system's; and a token goes on as its hash only. */
function sealed(command: TaskCommand): TaskCommand {
  if (command.actor === systemActor) {
    throw new PlusctError(
      'InvalidInput',
      `commands of '${systemActor}' are not for people; send them as yourself`,
    );
  }
  if (!('leaseToken' in command) || command.leaseToken === undefined) return command;
  const { leaseToken, ...rest } = command;
  return { ...rest, tokenSha256: sha256(leaseToken) };
}

async function peopleOf(
  { store, personOf }: DeskSurroundings,
  campaign: string,
  command: TaskCommand,
): Promise<Person[]> {
  const ids = command.kind === 'hand-over' ? [command.actor, command.to] : [command.actor];
  const find = personOf ?? ((of: string, id: string) => findPerson(store, of, id));
  const found = await Promise.all(ids.map((id) => find(campaign, id)));
  return found.filter((person) => person !== undefined);
}

function patience(): Promise<undefined> {
  return new Promise((resolve) => setTimeout(() => resolve(undefined), answerTimeoutMs).unref());
}

const lateAttempts = 20;

/** The task's workflow has ended and writes no more: the desk appends the answer, after whatever is there. */
async function answerLate(
  around: DeskSurroundings,
  address: TaskAddress,
  command: TaskCommand,
  people: readonly Person[],
): Promise<TaskAnswer> {
  const { store } = around;
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
    // A command that is sent again finds its round open already: starting it twice is harmless.
    if (command.kind === 'reopen' && decided.answer.accepted) await startRound(around, decided.state);
    return decided.answer;
  }
  throw new PlusctError(
    'InvalidInput',
    `There is no task for ${address.collection}/${address.caseId} in ${address.campaign}`,
  );
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

/** Starts the next round of a case from the labels of its newest result. */
async function startRound(around: DeskSurroundings, ended: TaskState): Promise<void> {
  const { campaign, collection, caseId, policy, hands } = ended;
  const at = { campaign, collection, caseId };
  const round = ended.reopenedAs!;
  const { labels } = await requireResult(around.store, at);
  const people = await readRoster(around.store, campaign);
  try {
    await around.client.workflow.start(workflowTypes.reopenCase, {
      workflowId: reopenedCaseId(at, round),
      taskQueue: taskQueue('orchestration', around.queueSuffix),
      workflowIdReusePolicy: WorkflowIdReusePolicy.ALLOW_DUPLICATE_FAILED_ONLY,
      args: [{ at, round, labels, people, policy, hands }],
    });
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
  }
}
