import { type Client, WorkflowNotFoundError } from '@temporalio/client';
import { type NativeConnection, Worker, type WorkerOptions } from '@temporalio/worker';
import { auditDeeds } from '../activities/audit.js';
import { campaignDeeds } from '../activities/campaign.js';
import { comparisonDeeds } from '../activities/comparisons.js';
import type { Dependencies, WorkflowStatus } from '../activities/dependencies.js';
import { evaluationDeeds } from '../activities/evaluate.js';
import { ingestDeeds } from '../activities/ingest.js';
import { labelDeeds } from '../activities/labels.js';
import { modelDeeds } from '../activities/models.js';
import { pseudoLabelDeeds } from '../activities/pseudo-labels.js';
import { refinementDeeds } from '../activities/refinement.js';
import { rosterDeeds } from '../activities/roster.js';
import { roundDeeds } from '../activities/rounds.js';
import { standingDeeds } from '../activities/standing.js';
import { trainingSetDeeds } from '../activities/training-sets.js';
import { workPlanDeeds } from '../activities/work-plans.js';
import { type QueueRole, taskQueue } from '../domain/queues.js';
import type { Config } from './config.js';
import { failureInterceptor } from './failures.js';

/** io activities under way at once in one process; their volumes are in memory together. */
const ioAtOnce = 8;
/** How long a stopping worker lets its activities go on. */
const shutdownGraceTime = '5s';

export function activitiesOf(role: 'io' | 'gpu', dependencies: Dependencies) {
  if (role === 'gpu') return modelDeeds(dependencies);
  return {
    ...auditDeeds(dependencies),
    ...campaignDeeds(dependencies),
    ...comparisonDeeds(dependencies),
    ...evaluationDeeds(dependencies),
    ...ingestDeeds(dependencies),
    ...labelDeeds(dependencies),
    ...pseudoLabelDeeds(dependencies),
    ...refinementDeeds(dependencies),
    ...roundDeeds(dependencies),
    ...standingDeeds(dependencies),
    ...trainingSetDeeds(dependencies),
    ...workPlanDeeds(dependencies),
    ...rosterDeeds(dependencies),
  };
}

/** One Temporal worker of a role. A gpu worker owns one device and takes one activity at a time. */
export async function createWorker(
  role: QueueRole,
  config: Config,
  connection: NativeConnection,
  more: { bundle?: string; dependencies?: Dependencies },
): Promise<Worker> {
  const shared: WorkerOptions = {
    connection,
    namespace: config.temporal.namespace,
    taskQueue: taskQueue(role, config.queueSuffix),
    shutdownGraceTime,
    interceptors: { activity: [failureInterceptor] },
  };
  if (role === 'orchestration')
    return Worker.create({ ...shared, workflowBundle: { codePath: more.bundle! } });
  const activities = activitiesOf(role, more.dependencies!);
  return Worker.create({
    ...shared,
    activities,
    maxConcurrentActivityTaskExecutions: role === 'gpu' ? 1 : ioAtOnce,
  });
}

/** How a workflow stands, asked of the server. */
export function workflowStatusFrom(client: Client): (workflowId: string) => Promise<WorkflowStatus> {
  return async (workflowId) => {
    try {
      const { status } = await client.workflow.getHandle(workflowId).describe();
      if (status.name === 'RUNNING' || status.name === 'CONTINUED_AS_NEW') return 'running';
      return status.name === 'COMPLETED' ? 'completed' : 'failed';
    } catch (error) {
      if (error instanceof WorkflowNotFoundError) return 'unknown';
      throw error;
    }
  };
}
