import { executeChild, ParentClosePolicy, WorkflowIdReusePolicy, workflowInfo } from '@temporalio/workflow';
import type { CaseAddress } from '../domain/keys.js';
import { voxelHashes } from '../domain/label-hashes.js';
import type { LabelSummary } from '../domain/label-version.js';
import type { Organ } from '../domain/organ.js';
import type { Person } from '../domain/person.js';
import type { Hands, TaskPolicy } from '../domain/task.js';
import { caseEntity, taskWorkflowId } from '../domain/workflow-ids.js';
import { begun, quick } from './deeds.js';
import { refineCase } from './refine-case.js';

export interface ReopenInput {
  readonly at: CaseAddress;
  /** The round that begins: 2 or more. */
  readonly round: number;
  /** The labels of the newest result. */
  readonly labels: readonly LabelSummary[];
  readonly people: readonly Person[];
  readonly policy: TaskPolicy;
  /** Who worked on the case in earlier rounds. */
  readonly hands: Hands;
  /** The organs that people are asked to look at; absent means all. */
  readonly asked?: readonly Organ[];
}

/** One more round of a finished case: people's work, then a further edition of its result. What was there stays. */
export async function reopenCase(input: ReopenInput): Promise<{ labelMapSha256: string }> {
  const { at, round, labels } = input;
  const refined = await executeChild(refineCase, {
    workflowId: taskWorkflowId(at, round),
    workflowIdReusePolicy: WorkflowIdReusePolicy.ALLOW_DUPLICATE,
    parentClosePolicy: ParentClosePolicy.TERMINATE,
    args: [input],
  });
  const final = await begun().finaliseCase({
    at,
    labels: refined.labels,
    absent: refined.absent,
    edition: round,
  });
  const entity = caseEntity(at);
  const { workflowId, runId } = workflowInfo();
  await quick().recordAudit({
    campaign: at.campaign,
    entity,
    sequence: await quick().nextAuditSequence({ campaign: at.campaign, entity }),
    at: new Date().toISOString(),
    actor: 'plusct',
    role: 'system',
    simulated: false,
    action: 'finalised',
    outcome: 'done',
    details: { labelMap: final.labelMapSha256, round: String(round) },
    workflowId,
    runId,
    labelsBefore: voxelHashes(labels),
    labelsAfter: voxelHashes(final.labels),
  });
  return { labelMapSha256: final.labelMapSha256 };
}
