import { type Client, WorkflowNotFoundError, WorkflowUpdateFailedError } from '@temporalio/client';
import type { AuditEntry } from '../domain/audit.js';
import { PlusctError } from '../domain/errors.js';
import type { CaseAddress } from '../domain/keys.js';
import { TaskAnswer, TaskCommand, type TaskState } from '../domain/task.js';
import { commandIdentity, isRepeated, labelsOf } from '../domain/task-reducer.js';
import { signals, taskEntity, taskWorkflowId, updates } from '../domain/workflow-ids.js';
import { appendAudit, newestAudit } from '../storage/audit-log.js';
import type { ObjectStore } from '../storage/object-store.js';

/** How long a person waits for the answer before the command is left in the mailbox. */
const answerTimeoutMs = 20_000;

/** The answer, or word that the command is kept until a worker runs. */
export type DeskAnswer = TaskAnswer | { kept: true };

/**
 * Where people's commands go in: the synchronous façade over a task. Sending the same command again is harmless.
 * A task that has ended refuses, and the refusal is on record like any other.
 */
export async function askTask(
  around: { client: Client; store: ObjectStore },
  at: CaseAddress,
  round: number,
  command: TaskCommand,
): Promise<DeskAnswer> {
  const checked = TaskCommand.parse(command);
  const handle = around.client.workflow.getHandle(taskWorkflowId(at, round));
  const answer = handle.executeUpdate<TaskAnswer, [TaskCommand]>(updates.askTask, {
    args: [checked],
    updateId: commandIdentity(checked),
  });
  answer.catch(() => undefined);
  try {
    const first = await Promise.race([answer, patience()]);
    if (first !== undefined) return TaskAnswer.parse(first);
    await handle.signal(signals.taskCommand, checked);
    return { kept: true };
  } catch (error) {
    if (error instanceof WorkflowNotFoundError || error instanceof WorkflowUpdateFailedError) {
      return refuseLate(around.store, at, round, checked);
    }
    throw error;
  }
}

function patience(): Promise<undefined> {
  return new Promise((resolve) => setTimeout(() => resolve(undefined), answerTimeoutMs).unref());
}

const lateAttempts = 20;

/** The task's workflow has ended and writes no more: the desk appends the refusal, after whatever is there. */
async function refuseLate(
  store: ObjectStore,
  at: CaseAddress,
  round: number,
  command: TaskCommand,
): Promise<TaskAnswer> {
  for (let attempt = 0; attempt < lateAttempts; attempt += 1) {
    const newest = await newestAudit(store, at.campaign, taskEntity(at, round));
    if (newest?.task === undefined) break;
    const { task } = newest;
    if (isRepeated(task, command)) {
      return { accepted: true, version: task.version, phase: task.phase, remarks: ['already done'] };
    }
    const why = `the task has ended (${task.phase}); a new round can correct it`;
    try {
      await appendAudit(store, lateEntry(at, round, command, task, newest.sequence + 1, why));
      return { accepted: false, version: task.version, phase: task.phase, why };
    } catch (error) {
      if (!(error instanceof PlusctError) || error.kind !== 'ConflictingResult') throw error;
    }
  }
  throw new PlusctError(
    'InvalidInput',
    `There is no task for ${at.collection}/${at.caseId} in ${at.campaign}`,
  );
}

function lateEntry(
  at: CaseAddress,
  round: number,
  command: TaskCommand,
  task: TaskState,
  sequence: number,
  why: string,
): AuditEntry {
  const labels = Object.fromEntries(labelsOf(task).map((label) => [label.organ, label.voxelSha256]));
  return {
    campaign: at.campaign,
    entity: taskEntity(at, round),
    sequence,
    at: new Date().toISOString(),
    actor: command.actor,
    role: 'unknown',
    simulated: false,
    action: command.kind,
    outcome: 'refused',
    commandId: command.commandId,
    why,
    labelsBefore: labels,
    labelsAfter: labels,
    task,
  };
}
