import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import {
  ApplicationFailure,
  CancellationScope,
  executeChild,
  getExternalWorkflowHandle,
  isCancellation,
  ParentClosePolicy,
  startChild,
  WorkflowIdReusePolicy,
  workflowInfo,
} from '@temporalio/workflow';
import type { CaseWork } from '../activities/work-plans.js';
import type { CaseSummary } from '../domain/case.js';
import type { DevicePlan } from '../domain/hardware-class.js';
import type { CaseAddress } from '../domain/keys.js';
import { voxelHashes } from '../domain/label-hashes.js';
import type { LabelSummary } from '../domain/label-version.js';
import type { ModelSummary } from '../domain/model.js';
import type { Organ } from '../domain/organ.js';
import type { Person } from '../domain/person.js';
import type { TaskKind, TaskPolicyChoice } from '../domain/task.js';
import { campaignId, caseEntity, signals, taskWorkflowId } from '../domain/workflow-ids.js';
import { begun, quick } from './deeds.js';
import { compareLabels } from './measure.js';
import { estimateErrors, preLabelCase } from './pre-label.js';
import { type RefineInput, type RefineOutcome, refineCase } from './refine-case.js';
import { rootMessage } from './root-message.js';

export interface ProcessInput {
  readonly campaign: string;
  readonly item: CaseSummary;
  readonly models: readonly ModelSummary[];
  readonly people: readonly Person[];
  readonly policy?: TaskPolicyChoice;
  readonly prioritise?: boolean;
  readonly devices?: DevicePlan;
  /** The campaign has planned double reads, or a review list: what they say of this case is looked up. */
  readonly planned?: boolean;
  /** Ends once the case is pre-labelled: the review list is made of all cases before people begin. */
  readonly until?: 'pre-label';
}

export interface CaseOutcome {
  readonly collection: string;
  readonly caseId: string;
  readonly failure?: string;
}

const firstRound = 1;

/** One case from ingest to its finished label map. Always tells the campaign how it ended. */
export async function processCase(input: ProcessInput): Promise<CaseOutcome> {
  const { collection, caseId } = input.item;
  let outcome: CaseOutcome = { collection, caseId };
  try {
    await carryThrough(input);
  } catch (error) {
    if (!isCancellation(error)) outcome = { ...outcome, failure: rootMessage(error) };
    else throw error;
  }
  if (input.until === undefined) await tellCampaign(input.campaign, outcome);
  if (outcome.failure !== undefined) {
    // A failed workflow may be started again under its id: the case is taken up where its objects end.
    throw ApplicationFailure.nonRetryable(outcome.failure, 'CaseFailed');
  }
  return outcome;
}

async function tellCampaign(campaign: string, outcome: CaseOutcome): Promise<void> {
  await CancellationScope.nonCancellable(() =>
    getExternalWorkflowHandle(campaignId(campaign))
      .signal(signals.caseFinished, outcome)
      .catch(() => undefined),
  );
}

async function carryThrough(input: ProcessInput): Promise<void> {
  const { campaign, item, models, until } = input;
  const at: CaseAddress = { campaign, collection: item.collection, caseId: item.caseId };
  const entity = caseEntity(at);
  const { workflowId, runId } = workflowInfo();
  let sequence = await quick().nextAuditSequence({ campaign, entity });
  let known: readonly LabelSummary[] = [];
  const note = async (action: string, labels: readonly LabelSummary[], details: Record<string, string>) => {
    await quick().recordAudit({
      campaign,
      entity,
      sequence: sequence++,
      at: new Date().toISOString(),
      actor: 'plusct',
      role: 'system',
      simulated: false,
      action,
      outcome: 'done',
      details,
      workflowId,
      runId,
      labelsBefore: voxelHashes(known),
      labelsAfter: voxelHashes(labels),
    });
    known = labels;
  };

  const { devices } = input;
  const proposing = {
    at,
    item,
    models,
    ...(input.prioritise ? { prioritise: true } : {}),
    ...(devices === undefined ? {} : { devices }),
  };
  const prepared =
    input.planned && until === undefined ? (await quick().preLabelled({ at })).labels : undefined;
  if (prepared === undefined)
    await note('ingested', item.sourceLabels, { missing: item.missingOrgans.join(', ') });
  const labels = prepared ?? (await preLabelCase(proposing));
  if (prepared === undefined) {
    await note('pre-labelled', labels, Object.fromEntries(labels.map((each) => [each.organ, each.author])));
    if (input.prioritise) await estimateErrors(proposing, labels);
  }
  if (until === 'pre-label') return;

  known = labels;
  const work = input.planned ? await quick().plannedWork({ at }) : undefined;
  const task: TaskStart = { input, at, labels, reads: readsOf(work) };
  for (const read of task.reads) await startRead(task, read);
  const refined = await refine(task, work?.listed);
  const final = await begun().finaliseCase({ at, labels: refined.labels, absent: refined.absent });
  await note('finalised', final.labels, { labelMap: final.labelMapSha256 });
  if (input.planned) await compareLabels(at);
}

/** A read of the same pre-label for measuring only, and the organs that count. */
interface Read {
  readonly kind: TaskKind;
  readonly organs: readonly Organ[];
}

interface TaskStart {
  readonly input: ProcessInput;
  readonly at: CaseAddress;
  readonly labels: readonly LabelSummary[];
  readonly reads: readonly Read[];
}

function readsOf(work: CaseWork | undefined): Read[] {
  const reads: Read[] = [
    { kind: 'double-read', organs: work?.doubleRead ?? [] },
    { kind: 'blind-audit', organs: work?.blindAudit ?? [] },
  ];
  return reads.filter(({ organs }) => organs.length > 0);
}

/** The work of people. A case of which nothing is on the review list ends as it was pre-labelled. */
async function refine(task: TaskStart, listed: readonly Organ[] | undefined): Promise<RefineOutcome> {
  const { at, labels } = task;
  if (listed?.length === 0) return { labels: [...labels], absent: [] };
  return executeChild(refineCase, {
    workflowId: taskWorkflowId(at, firstRound),
    workflowIdReusePolicy: WorkflowIdReusePolicy.ALLOW_DUPLICATE,
    parentClosePolicy: ParentClosePolicy.TERMINATE,
    args: [{ ...taskInput(task), ...(listed === undefined ? {} : { asked: listed }) }],
  });
}

function taskInput({ input, at, labels, reads }: TaskStart): RefineInput {
  const { people, policy } = input;
  return {
    at,
    round: firstRound,
    labels,
    people,
    ...(policy === undefined ? {} : { policy }),
    ...(reads.length === 0 ? {} : { others: reads.map(({ kind }) => kind) }),
  };
}

/** A read for measuring goes its own way: the case does not wait for it. */
async function startRead(task: TaskStart, { kind, organs }: Read): Promise<void> {
  const rest = task.reads.map((each) => each.kind).filter((each) => each !== kind);
  try {
    await startChild(refineCase, {
      workflowId: taskWorkflowId(task.at, firstRound, kind),
      workflowIdReusePolicy: WorkflowIdReusePolicy.ALLOW_DUPLICATE_FAILED_ONLY,
      parentClosePolicy: ParentClosePolicy.ABANDON,
      args: [{ ...taskInput(task), kind, others: ['refine', ...rest], asked: organs }],
    });
  } catch (error) {
    // Already under way, or done: a case that is taken up again does not read twice.
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
  }
}
