import { type Client, WorkflowNotFoundError, WorkflowUpdateFailedError } from '@temporalio/client';
import { WorkflowExecutionAlreadyStartedError, WorkflowIdReusePolicy } from '@temporalio/common';
import { PlusctError } from '../domain/errors.js';
import type { Person } from '../domain/person.js';
import { taskQueue } from '../domain/queues.js';
import { systemActor } from '../domain/role.js';
import { TaskAnswer } from '../domain/task.js';
import { TaskCommand } from '../domain/task-command.js';
import { commandIdentity } from '../domain/task-refusal.js';
import { type BoardEntry, takingKinds, takingRefusal } from '../domain/work-queue.js';
import {
  reopenedCaseId,
  signals,
  taskEntity,
  taskWorkflowId,
  updates,
  workflowTypes,
} from '../domain/workflow-ids.js';
import { sha256 } from '../storage/hash.js';
import type { ObjectStore } from '../storage/object-store.js';
import { findPerson } from '../storage/roster.js';
import { TaskBoard } from '../storage/task-board.js';
import { answerEnded, type NextRound, roundAfter, type TaskAddress } from './ended-task.js';
import { firstLook } from './first-look.js';

export type { TaskAddress } from './ended-task.js';

/** How long a person waits for the answer before the command is left in the mailbox. */
const answerTimeoutMs = 20_000;

/** The answer, or word that the command is kept until a worker runs. */
export type DeskAnswer = TaskAnswer | { kept: true };

/** What the desk works with. */
export interface DeskSurroundings {
  readonly client: Client;
  readonly store: ObjectStore;
  /** Keeps two installations on one Temporal server apart; needed to reopen a case. */
  readonly queueSuffix?: string;
  /** Who somebody is now; read from the roster unless the caller knows it already. */
  readonly personOf?: (campaign: string, id: string) => Promise<Person | undefined>;
  /** Every task of a campaign; read from its record unless the caller knows them already. */
  readonly boardOf?: (campaign: string) => Promise<readonly BoardEntry[]>;
}

/**
 * Where people's commands go in: the synchronous façade over a task. Sending the same command again is harmless.
 * Nobody takes more than their quota allows. A task that has ended refuses, and the refusal is on record like any other; a lead may reopen it.
 */
export async function askTask(
  around: DeskSurroundings,
  address: TaskAddress,
  command: TaskCommand,
): Promise<DeskAnswer> {
  const checked = sealed(TaskCommand.parse(command));
  const people = await peopleOf(around, address.campaign, checked);
  const full = await overQuota(around, address, checked, people[0]);
  if (full !== undefined) return full;
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

/** The refusal of a command that would take one task too many, whichever door it comes through. */
async function overQuota(
  { store, boardOf = (campaign) => new TaskBoard(store, campaign).read() }: DeskSurroundings,
  { campaign, round, kind, ...at }: TaskAddress,
  command: TaskCommand,
  person: Person | undefined,
): Promise<TaskAnswer | undefined> {
  if (person === undefined || !takingKinds.some((each) => each === command.kind)) return undefined;
  const board = await boardOf(campaign);
  const entity = taskEntity({ campaign, ...at }, round, kind);
  const task = board
    .map((entry) => entry.task)
    .find((each) => taskEntity(each, each.round, each.kind) === entity);
  // Where the board has no such task, the task's own answer says so.
  const why = task && takingRefusal(board, task, person, new Date().toISOString());
  return why && task ? { accepted: false, version: task.version, phase: task.phase, why } : undefined;
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

/** The task's workflow has ended and writes no more: the desk appends the answer, after whatever is there. */
async function answerLate(
  around: DeskSurroundings,
  address: TaskAddress,
  command: TaskCommand,
  people: readonly Person[],
): Promise<TaskAnswer> {
  const { store } = around;
  if (command.kind === 'reopen' && (address.kind ?? 'refine') === 'refine') {
    const { campaign, collection, caseId } = address;
    const first = await firstLook(store, { campaign, collection, caseId }, command, people[0]);
    if (first?.next !== undefined) await startRound(around, first.next);
    if (first !== undefined) return first.answer;
  }
  const { answer, state } = await answerEnded(store, address, command, people);
  // A command that is sent again finds its round open already: starting it twice is harmless.
  if (command.kind === 'reopen' && answer.accepted)
    await startRound(around, await roundAfter(store, state, command.organs));
  return answer;
}

async function startRound({ client, queueSuffix }: DeskSurroundings, next: NextRound): Promise<void> {
  try {
    await client.workflow.start(workflowTypes.reopenCase, {
      workflowId: reopenedCaseId(next.at, next.round),
      taskQueue: taskQueue('orchestration', queueSuffix),
      workflowIdReusePolicy: WorkflowIdReusePolicy.ALLOW_DUPLICATE_FAILED_ONLY,
      args: [next],
    });
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
  }
}
