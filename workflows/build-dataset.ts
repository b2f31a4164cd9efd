import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import {
  allHandlersFinished,
  ChildWorkflowFailure,
  condition,
  continueAsNew,
  defineQuery,
  defineSignal,
  executeChild,
  isCancellation,
  log,
  ParentClosePolicy,
  setHandler,
  startChild,
  WorkflowIdReusePolicy,
  workflowInfo,
} from '@temporalio/workflow';
import type { CampaignPlan, EvaluationSummary } from '../domain/campaign.js';
import type { CaseSummary } from '../domain/case.js';
import { caseName } from '../domain/case-name.js';
import type { ModelSummary } from '../domain/model.js';
import { type Organ, organs } from '../domain/organ.js';
import { fairnessKey } from '../domain/queues.js';
import {
  caseWorkflowId,
  evaluationWorkflowId,
  ingestId,
  queries,
  signals,
  trainingId,
} from '../domain/workflow-ids.js';
import { heavy, quick } from './deeds.js';
import { evaluateLabels } from './evaluate-labels.js';
import { ingestCollection } from './ingest-collection.js';
import { planFor, prepareCases } from './prepare-cases.js';
import { type CaseOutcome, processCase } from './process-case.js';
import { trainModel } from './train-model.js';

export const caseFinished = defineSignal<[CaseOutcome]>(signals.caseFinished);
export const progress = defineQuery<BuildProgress>(queries.progress);

export type BuildStage = 'ingest' | 'train' | 'prepare' | 'cases' | 'evaluate' | 'done';

/** What is carried from run to run and shown to people. */
export interface BuildProgress {
  stage: BuildStage;
  /** Cases on the worklist. */
  total: number;
  /** Cases started so far; the next page begins here. */
  started: number;
  finished: number;
  failed: number;
  models: ModelSummary[];
  /** Cases that were pre-labelled for the review list; only of campaigns that have one. */
  prepared?: number;
  /** `{collection}/{caseId}` of the cases under way. */
  inFlight: string[];
}

export interface BuildReport {
  readonly campaign: string;
  readonly cases: number;
  readonly failed: number;
  readonly leftOut: number;
  readonly datasetKey: string;
  readonly datasetSha256: string;
  readonly evaluation?: EvaluationSummary;
}

const pageSize = 50;
/** A child takes about ten events, a signal four. */
const historyLimit = 1500;
/** How long nothing may happen before the campaign asks the server how its cases are. */
const reconcileAfter = '2 minutes';

/** The whole campaign: ingest, train, pre-label and refine every case in a sliding window, evaluate, publish. */
export async function buildDataset(plan: CampaignPlan, carried?: BuildProgress): Promise<BuildReport> {
  const now: BuildProgress = carried ?? {
    stage: 'ingest',
    total: 0,
    started: 0,
    finished: 0,
    failed: 0,
    models: [],
    inFlight: [],
  };
  setHandler(progress, () => now);
  setHandler(caseFinished, (outcome) => settle(now, outcome));

  if (now.stage === 'ingest') await ingest(plan, now);
  if (now.stage === 'train') await train(plan, now);
  if (now.stage === 'prepare') await prepare(plan, now);
  if (now.stage === 'cases') await runCases(plan, now);
  return finish(plan, now);
}

async function ingest(plan: CampaignPlan, now: BuildProgress): Promise<void> {
  const { campaign } = plan;
  await quick().registerCampaign(plan);
  await Promise.all(
    plan.collections.map(({ collection, directory }) =>
      executeChild(ingestCollection, {
        workflowId: ingestId(campaign, collection),
        priority: { fairnessKey: fairnessKey({ campaign, collection }) },
        args: [{ campaign, collection, directory }],
      }),
    ),
  );
  now.total = (await heavy().settleWorklist({ campaign })).cases;
  now.stage = 'train';
}

/** New cases of a campaign get what stands in it; a first model is trained only where none does. */
async function train(plan: CampaignPlan, now: BuildProgress): Promise<void> {
  const standing = await heavy().standingModels({ campaign: plan.campaign });
  const models = await Promise.all(
    organs.map((organ) => {
      const modelId = standing[organ];
      return modelId === undefined ? trainFirst(plan, organ) : { modelId, organ };
    }),
  );
  now.models = models.filter((model) => model !== undefined);
  now.stage = planFor(plan).planned ? 'prepare' : 'cases';
}

async function trainFirst(plan: CampaignPlan, organ: Organ): Promise<ModelSummary | undefined> {
  const { campaign, engine, engineSettings: settings, devices, seed } = plan;
  const set = settings === undefined ? {} : { settings };
  const on = devices === undefined ? {} : { devices };
  try {
    return await executeChild(trainModel, {
      workflowId: trainingId(campaign, organ),
      args: [{ campaign, organ, engine, seed, ...set, ...on }],
    });
  } catch (error) {
    // Without a model people draw the organ: each case gets a finding, the campaign goes on.
    if (isCancellation(error) || !(error instanceof ChildWorkflowFailure)) throw error;
    log.warn(`no model for the ${organ}: ${error.cause?.message ?? error.message}`);
    return undefined;
  }
}

/** What is planned before people begin: who reads twice, and, once every case is pre-labelled, what they look at. */
async function prepare(plan: CampaignPlan, now: BuildProgress): Promise<void> {
  const { campaign } = plan;
  while (plan.review !== undefined && (now.prepared ?? 0) < now.total) {
    const page = await quick().worklistPage({ campaign, offset: now.prepared ?? 0, limit: pageSize });
    await prepareCases(page, plan, now.models);
    now.prepared = (now.prepared ?? 0) + page.length;
    if (historyIsLong()) await carryOn(plan, now);
  }
  if (plan.doubleReads !== undefined) await quick().planDoubleReads({ campaign });
  if (plan.review !== undefined) await heavy().planReview({ campaign });
  now.stage = 'cases';
}

async function runCases(plan: CampaignPlan, now: BuildProgress): Promise<void> {
  while (now.started < now.total) {
    const page = await quick().worklistPage({
      campaign: plan.campaign,
      offset: now.started,
      limit: pageSize,
    });
    for (const item of page) {
      await waitFor(plan, now, () => now.inFlight.length < plan.window);
      await startCase(plan, now, item);
      now.started += 1;
      if (historyIsLong()) await carryOn(plan, now);
    }
  }
  await waitFor(plan, now, () => now.inFlight.length === 0);
  now.stage = 'evaluate';
}

async function startCase(plan: CampaignPlan, now: BuildProgress, item: CaseSummary): Promise<void> {
  const { campaign, people, taskPolicy: policy } = plan;
  now.inFlight.push(caseName(item));
  try {
    await startChild(processCase, {
      workflowId: caseWorkflowId({ campaign, collection: item.collection, caseId: item.caseId }),
      priority: { fairnessKey: fairnessKey({ campaign, collection: item.collection }) },
      workflowIdReusePolicy: WorkflowIdReusePolicy.ALLOW_DUPLICATE_FAILED_ONLY,
      parentClosePolicy: ParentClosePolicy.ABANDON,
      args: [
        {
          campaign,
          item,
          models: now.models,
          people,
          ...(policy === undefined ? {} : { policy }),
          ...planFor(plan),
        },
      ],
    });
  } catch (error) {
    // Already under way or finished under an earlier run: reconciling finds out which.
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
    await reconcile(plan, now);
  }
}

/** Waits for `ready`; when it stays quiet, asks the server about cases that ended without a word. */
async function waitFor(plan: CampaignPlan, now: BuildProgress, ready: () => boolean): Promise<void> {
  while (!ready()) {
    const before = now.inFlight.length;
    const spoke = await condition(() => ready() || now.inFlight.length < before, reconcileAfter);
    if (!spoke) await reconcile(plan, now);
    if (historyIsLong()) await carryOn(plan, now);
  }
}

async function reconcile(plan: CampaignPlan, now: BuildProgress): Promise<void> {
  const ended = await quick().endedCases({ campaign: plan.campaign, cases: [...now.inFlight] });
  for (const outcome of ended) settle(now, outcome);
}

function settle(now: BuildProgress, outcome: CaseOutcome): void {
  // Anybody can send a signal, also an empty one; a throw here would stop the campaign.
  if (typeof outcome !== 'object' || outcome === null) return;
  const index = now.inFlight.indexOf(caseName(outcome));
  if (index < 0) return;
  now.inFlight.splice(index, 1);
  if (outcome.failure === undefined) now.finished += 1;
  else now.failed += 1;
}

async function finish(plan: CampaignPlan, now: BuildProgress): Promise<BuildReport> {
  const { campaign, referenceDirectory } = plan;
  const dataset = await heavy().publishDataset({ campaign });
  const evaluation =
    referenceDirectory === undefined
      ? undefined
      : await executeChild(evaluateLabels, {
          workflowId: evaluationWorkflowId(campaign),
          args: [{ campaign, referenceDirectory }],
        });
  now.stage = 'done';
  await condition(allHandlersFinished);
  return {
    campaign,
    cases: now.finished,
    failed: now.failed,
    leftOut: dataset.leftOut,
    datasetKey: dataset.key,
    datasetSha256: dataset.sha256,
    ...(evaluation === undefined ? {} : { evaluation }),
  };
}

function historyIsLong(): boolean {
  return workflowInfo().continueAsNewSuggested || workflowInfo().historyLength > historyLimit;
}

async function carryOn(plan: CampaignPlan, now: BuildProgress): Promise<void> {
  await condition(allHandlersFinished);
  await continueAsNew<typeof buildDataset>(plan, now);
}
