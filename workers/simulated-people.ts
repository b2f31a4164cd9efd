import { setTimeout as sleep } from 'node:timers/promises';
import { type Client, WorkflowNotFoundError } from '@temporalio/client';
import type { Logger } from 'pino';
import { CampaignPlan } from '../domain/campaign.js';
import { campaignPlanKey, campaignsPrefix } from '../domain/keys.js';
import { nextSimulatedStep, type SimulatedStep } from '../domain/simulated-plan.js';
import type { TaskState } from '../domain/task.js';
import type { TaskCommand } from '../domain/task-command.js';
import { reduceTask } from '../domain/task-reducer.js';
import { taskIsDone } from '../domain/task-rules.js';
import { taskId } from '../domain/task-summary.js';
import type { BoardEntry } from '../domain/work-queue.js';
import { signals, taskWorkflowId } from '../domain/workflow-ids.js';
import { readJson } from '../storage/json.js';
import type { ObjectStore } from '../storage/object-store.js';
import { TaskBoard } from '../storage/task-board.js';
import { simulatedCommand } from './simulated-hand.js';

interface Surroundings {
  readonly store: ObjectStore;
  readonly client: Client;
  readonly log: Logger;
  /** Aborting it ends the loop. */
  readonly signal: AbortSignal;
}

const lookEveryMs = 500;
/** A campaign with nothing to do is looked at more rarely. */
const idleLookEveryMs = 10_000;

interface Watched {
  readonly plan: CampaignPlan;
  readonly board: TaskBoard;
  lookAt: number;
}

/**
 * Simulated annotators, radiologists and seniors: they look at the board, and act through the same signals as real
 * people. They keep nothing in memory that matters: killed and started again, they go on from the board.
 */
export async function runSimulatedPeople(around: Surroundings): Promise<void> {
  const { store, log, signal } = around;
  const watched: Watched[] = [];
  const seen = new Set<string>();
  const asked = new Map<string, number>();
  log.info('ready');
  while (!signal.aborted) {
    try {
      await findCampaigns(store, watched, seen);
      for (const each of watched) if (Date.now() >= each.lookAt) await attend(around, each, asked);
    } catch (error) {
      log.warn({ error: error instanceof Error ? error.message : String(error) }, 'will look again');
    }
    await sleep(lookEveryMs, undefined, { signal }).catch(() => undefined);
  }
}

async function findCampaigns(store: ObjectStore, watched: Watched[], seen: Set<string>): Promise<void> {
  for (const campaign of await store.folders(campaignsPrefix)) {
    if (seen.has(campaign)) continue;
    const plan = await readJson(store, campaignPlanKey(campaign), CampaignPlan);
    if (plan === undefined) continue;
    seen.add(campaign);
    if (plan.refine === 'simulated') watched.push({ plan, board: new TaskBoard(store, campaign), lookAt: 0 });
  }
}

async function attend(around: Surroundings, watched: Watched, asked: Map<string, number>): Promise<void> {
  const entries = await watched.board.read();
  const idle = entries.length > 0 && entries.every(({ task }) => taskIsDone(task));
  watched.lookAt = idle ? Date.now() + idleLookEveryMs : 0;
  await actOn(around, watched.plan, entries, asked);
}

/** How long a signal may stay without effect before it is sent again; the command id makes that harmless. */
const askAgainMs = 15_000;

async function actOn(
  around: Surroundings,
  plan: CampaignPlan,
  board: readonly BoardEntry[],
  asked: Map<string, number>,
): Promise<void> {
  for (const { task } of board) {
    const step = nextSimulatedStep(task, plan.people);
    if (step === undefined) continue;
    const name = `${plan.campaign}/${taskId(task)}/${task.version}`;
    if (Date.now() - (asked.get(name) ?? 0) < askAgainMs) continue;
    asked.set(name, Date.now());
    try {
      for (const command of await commandsFor(around.store, plan, task, step)) {
        await send(around, task, command);
      }
    } catch (error) {
      around.log.warn(
        { task: name, error: error instanceof Error ? error.message : String(error) },
        'not asked',
      );
    }
  }
}

/** What a person sends in one go: whoever takes a task up for judgement judges it at once. */
async function commandsFor(
  store: ObjectStore,
  plan: CampaignPlan,
  task: TaskState,
  step: SimulatedStep,
): Promise<TaskCommand[]> {
  const command = await simulatedCommand(store, plan, task, step);
  if (step.kind !== 'review' && step.kind !== 'start-verification') return [command];
  const now = new Date().toISOString();
  const { state } = reduceTask(task, command, { people: plan.people, now });
  const judgement = nextSimulatedStep(state, plan.people);
  if (state === task || judgement === undefined) return [command];
  return [command, await simulatedCommand(store, plan, state, judgement)];
}

async function send({ client, log }: Surroundings, task: TaskState, command: TaskCommand): Promise<void> {
  try {
    await client.workflow
      .getHandle(taskWorkflowId(task, task.round, task.kind))
      .signal(signals.taskCommand, command);
    log.info({ case: taskId(task), kind: command.kind, actor: command.actor }, 'asked');
  } catch (error) {
    if (!(error instanceof WorkflowNotFoundError)) throw error;
  }
}
