import {
  ChildWorkflowFailure,
  executeChild,
  isCancellation,
  log,
  WorkflowIdReusePolicy,
} from '@temporalio/workflow';
import type { CampaignPlan } from '../domain/campaign.js';
import type { CaseSummary } from '../domain/case.js';
import type { DevicePlan } from '../domain/hardware-class.js';
import type { ModelSummary } from '../domain/model.js';
import { fairnessKey } from '../domain/queues.js';
import { preparationId } from '../domain/workflow-ids.js';
import { bounded } from './bounded.js';
import { processCase } from './process-case.js';
import { rootMessage } from './root-message.js';

/** What every case of a campaign is told of its plan; a plan without any of it leaves nothing here. */
export function planFor({ prioritise, doubleReads, review, devices }: CampaignPlan): {
  prioritise?: true;
  planned?: true;
  devices?: DevicePlan;
} {
  return {
    ...(devices === undefined ? {} : { devices }),
    ...(prioritise || review !== undefined ? { prioritise: true } : {}),
    ...(doubleReads === undefined && review === undefined ? {} : { planned: true }),
  };
}

/** Pre-labels some cases and judges how wrong they may be, before anybody begins: the review list is made of all. */
export async function prepareCases(
  cases: readonly CaseSummary[],
  plan: CampaignPlan,
  models: readonly ModelSummary[],
): Promise<void> {
  const { campaign, people } = plan;
  await bounded(cases, plan.window, async (item) => {
    const at = { campaign, collection: item.collection, caseId: item.caseId };
    try {
      await executeChild(processCase, {
        workflowId: preparationId(at),
        workflowIdReusePolicy: WorkflowIdReusePolicy.ALLOW_DUPLICATE,
        priority: { fairnessKey: fairnessKey(at) },
        args: [{ campaign, item, models, people, ...planFor(plan), until: 'pre-label' }],
      });
    } catch (error) {
      // The case is tried again when its turn comes; people then see all of it.
      if (isCancellation(error) || !(error instanceof ChildWorkflowFailure)) throw error;
      log.warn(`${item.collection}/${item.caseId} could not be prepared: ${rootMessage(error)}`);
    }
  });
}
