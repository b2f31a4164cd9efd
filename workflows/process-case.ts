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
import type { CaseSummary } from '../domain/case.js';
import type { Finding } from '../domain/finding.js';
import { findingCatalogue } from '../domain/finding-catalogue.js';
import type { CaseAddress } from '../domain/keys.js';
import { voxelHashes } from '../domain/label-hashes.js';
import type { LabelSummary } from '../domain/label-version.js';
import type { ModelSummary } from '../domain/model.js';
import type { Organ } from '../domain/organ.js';
import type { Person } from '../domain/person.js';
import type { TaskKind, TaskPolicyChoice } from '../domain/task.js';
import { campaignId, caseEntity, signals, taskWorkflowId } from '../domain/workflow-ids.js';
import { begun, onDevice, quick } from './deeds.js';
import { type RefineInput, refineCase } from './refine-case.js';

export interface ProcessInput {
  readonly campaign: string;
  readonly item: CaseSummary;
  readonly models: readonly ModelSummary[];
  readonly people: readonly Person[];
  readonly policy?: TaskPolicyChoice;
  /** Further reads of the same pre-label, for measuring only. */
  readonly reads?: readonly TaskKind[];
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
  await CancellationScope.nonCancellable(() =>
    getExternalWorkflowHandle(campaignId(input.campaign))
      .signal(signals.caseFinished, outcome)
      .catch(() => undefined),
  );
  if (outcome.failure !== undefined) {
    // A failed workflow may be started again under its id: the case is taken up where its objects end.
    throw ApplicationFailure.nonRetryable(outcome.failure, 'CaseFailed');
  }
  return outcome;
}

async function carryThrough(input: ProcessInput): Promise<void> {
  const { campaign, item, models, reads = [] } = input;
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

  await note('ingested', item.sourceLabels, { missing: item.missingOrgans.join(', ') });
  const made = await Promise.all(item.missingOrgans.map((organ) => preLabel(at, organ, models)));
  const findings = made.flatMap((each) => ('finding' in each ? [each.finding] : []));
  const proposals = made.flatMap((each) => ('label' in each ? [each.label] : []));
  const pre = await begun().assemblePreLabel({ at, labels: [...item.sourceLabels, ...proposals], findings });
  await note(
    'pre-labelled',
    pre.labels,
    Object.fromEntries(pre.labels.map((each) => [each.organ, each.author])),
  );

  for (const kind of reads) await startRead(input, at, kind, pre.labels);
  const refined = await executeChild(refineCase, {
    workflowId: taskWorkflowId(at, firstRound),
    workflowIdReusePolicy: WorkflowIdReusePolicy.ALLOW_DUPLICATE,
    parentClosePolicy: ParentClosePolicy.TERMINATE,
    args: [taskInput(input, at, pre.labels)],
  });
  const final = await begun().finaliseCase({ at, labels: refined.labels, absent: refined.absent });
  await note('finalised', final.labels, { labelMap: final.labelMapSha256 });
}

function taskInput(
  { people, policy, reads = [] }: ProcessInput,
  at: CaseAddress,
  labels: readonly LabelSummary[],
): RefineInput {
  return {
    at,
    round: firstRound,
    labels,
    people,
    ...(policy === undefined ? {} : { policy }),
    ...(reads.length === 0 ? {} : { others: reads }),
  };
}

/** A read for measuring goes its own way: the case does not wait for it. */
async function startRead(
  input: ProcessInput,
  at: CaseAddress,
  kind: TaskKind,
  labels: readonly LabelSummary[],
): Promise<void> {
  const others = ['refine' as const, ...(input.reads ?? []).filter((each) => each !== kind)];
  try {
    await startChild(refineCase, {
      workflowId: taskWorkflowId(at, firstRound, kind),
      workflowIdReusePolicy: WorkflowIdReusePolicy.ALLOW_DUPLICATE_FAILED_ONLY,
      parentClosePolicy: ParentClosePolicy.ABANDON,
      args: [{ ...taskInput(input, at, labels), kind, others }],
    });
  } catch (error) {
    // Already under way, or done: a case that is taken up again does not read twice.
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
  }
}

/** One organ's proposal; when inference fails for good, people start from an empty mask and the case goes on. */
async function preLabel(
  at: CaseAddress,
  organ: Organ,
  models: readonly ModelSummary[],
): Promise<{ label: LabelSummary } | { finding: Finding }> {
  const model = models.find((each) => each.organ === organ);
  if (model === undefined)
    return { finding: failed(organ, 'no model: no case of the campaign has source labels') };
  try {
    return { label: await onDevice().predictOrgan({ at, organ, modelId: model.modelId }) };
  } catch (error) {
    if (isCancellation(error)) throw error;
    return { finding: failed(organ, rootMessage(error)) };
  }
}

function failed(organ: Organ, why: string): Finding {
  return {
    code: 'PRELABEL_FAILED',
    severity: findingCatalogue.PRELABEL_FAILED.severity,
    where: organ,
    message: `${organ} has no pre-label: ${why}`,
    suggestion: 'draw the organ by hand, or attest that it is absent',
  };
}

function rootMessage(error: unknown): string {
  let deepest: unknown = error;
  while (deepest instanceof Error && deepest.cause instanceof Error) deepest = deepest.cause;
  return deepest instanceof Error ? deepest.message : String(deepest);
}
