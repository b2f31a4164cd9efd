import { CampaignPlan } from '../domain/campaign.js';
import { type CaseAddress, campaignPlanKey } from '../domain/keys.js';
import { voxelHashes } from '../domain/label-hashes.js';
import type { Person } from '../domain/person.js';
import type { TaskAnswer } from '../domain/task.js';
import type { TaskCommand } from '../domain/task-command.js';
import { noHands } from '../domain/task-duty.js';
import { fullPolicy } from '../domain/task-policy.js';
import { isRead } from '../domain/task-rules.js';
import { caseEntity } from '../domain/workflow-ids.js';
import { requireJson } from '../storage/json.js';
import type { ObjectStore } from '../storage/object-store.js';
import { newestResult } from '../storage/results.js';
import { readRoster } from '../storage/roster.js';
import { tasksOfCase } from '../storage/task-board.js';
import type { NextRound } from './ended-task.js';
import { recordOnce } from './record-once.js';

type Reopening = Extract<TaskCommand, { kind: 'reopen' }>;

/**
 * The answer to a lead who opens a case that was finished without people, as one that is on no review list: its first
 * task is the round after its result. Undefined for a case that people have a task of, and for one that is not finished.
 */
export async function firstLook(
  store: ObjectStore,
  at: CaseAddress,
  command: Reopening,
  person: Person | undefined,
): Promise<{ answer: TaskAnswer; next?: NextRound } | undefined> {
  if ((await tasksOfCase(store, at)).some((task) => !isRead(task))) return undefined;
  const newest = await newestResult(store, at);
  if (newest === undefined) return undefined;
  const round = newest.edition.round + 1;
  const { labels } = newest.result;
  const allowed = person?.role === 'lead';
  await recordOnce(store, {
    campaign: at.campaign,
    entity: caseEntity(at),
    at: new Date().toISOString(),
    actor: command.actor,
    role: person?.role ?? 'operator',
    simulated: person?.simulated ?? false,
    action: 'reopen',
    outcome: allowed ? 'done' : 'refused',
    commandId: command.commandId,
    why: command.reason,
    details: { round: String(round) },
    labelsBefore: voxelHashes(labels),
    labelsAfter: voxelHashes(labels),
  });
  const version = 0;
  if (!allowed) {
    const why = `a finished case is opened again by a lead; '${command.actor}' is ${person?.role ?? 'not of the campaign'}`;
    return { answer: { accepted: false, version, phase: 'verified', why } };
  }
  const { taskPolicy } = await requireJson(store, campaignPlanKey(at.campaign), CampaignPlan);
  const people = await readRoster(store, at.campaign);
  const { organs: asked } = command;
  const next = { at, round, labels, people, policy: fullPolicy(taskPolicy), hands: noHands };
  return {
    answer: { accepted: true, version, phase: 'queued', remarks: [] },
    next: asked === undefined || asked.length === 0 ? next : { ...next, asked },
  };
}
