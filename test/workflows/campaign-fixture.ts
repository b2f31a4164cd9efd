import { setTimeout as sleep } from 'node:timers/promises';
import { pino } from 'pino';
import { type BuildOptions, makePlan } from '../../cli/build-plan.js';
import type { CampaignPlan } from '../../domain/campaign.js';
import { taskQueue } from '../../domain/queues.js';
import { campaignId, workflowTypes } from '../../domain/workflow-ids.js';
import { runSimulatedPeople } from '../../workers/simulated-people.js';
import type { BuildReport } from '../../workflows/build-dataset.js';
import type { Installation } from './installation.js';

/**
 * Builds a campaign with simulated people on workers of this process, and waits for its end; people stay at work until
 * what is asked for holds, too.
 */
export async function buildSimulated(
  installation: Installation,
  options: Pick<
    BuildOptions,
    'collections' | 'campaign' | 'patients' | 'prioritise' | 'doubleReads' | 'reviewHours' | 'auditShare'
  > & { reference: string; until?: () => Promise<boolean> },
): Promise<{ plan: CampaignPlan; report: BuildReport }> {
  const { client, store, queueSuffix } = installation;
  const { until, ...asked } = options;
  const plan = await makePlan({
    ...asked,
    refine: 'simulated',
    engine: 'atlas',
    person: [],
    seed: '1',
    window: '12',
  });
  const stop = new AbortController();
  const people = runSimulatedPeople({ client, store, log: pino({ level: 'silent' }), signal: stop.signal });
  try {
    const report = await client.workflow.execute(workflowTypes.buildDataset, {
      workflowId: campaignId(plan.campaign),
      taskQueue: taskQueue('orchestration', queueSuffix),
      args: [plan],
    });
    while (until !== undefined && !(await until())) await sleep(500);
    return { plan, report: report as BuildReport };
  } finally {
    stop.abort();
    await people;
  }
}
