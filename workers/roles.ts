import { type Client, WorkflowNotFoundError } from '@temporalio/client';
import {
  type ActivitySlotInfo,
  type CustomSlotSupplier,
  type NativeConnection,
  Worker,
  type WorkerOptions,
} from '@temporalio/worker';
import { auditDeeds } from '../activities/audit.js';
import { benchmarkDeeds } from '../activities/benchmarks.js';
import { campaignDeeds } from '../activities/campaign.js';
import { comparisonDeeds } from '../activities/comparisons.js';
import type { Dependencies, WorkflowStatus } from '../activities/dependencies.js';
import type { Device } from '../activities/device.js';
import { evaluationDeeds } from '../activities/evaluate.js';
import { ingestDeeds } from '../activities/ingest.js';
import { labelDeeds } from '../activities/labels.js';
import { modelDeeds } from '../activities/models.js';
import { pseudoLabelDeeds } from '../activities/pseudo-labels.js';
import { refinementDeeds } from '../activities/refinement.js';
import { releaseDeeds } from '../activities/releases.js';
import { rosterDeeds } from '../activities/roster.js';
import { roundDeeds } from '../activities/rounds.js';
import { standingDeeds } from '../activities/standing.js';
import { trainingSetDeeds } from '../activities/training-sets.js';
import { workPlanDeeds } from '../activities/work-plans.js';
import { deviceQueue, taskQueue } from '../domain/queues.js';
import type { Config } from './config.js';
import { failureInterceptor } from './failures.js';
import { heartbeatInterceptor } from './heartbeats.js';

/** io activities under way at once in one process; their volumes are in memory together. */
const ioAtOnce = 8;
/** How long a stopping worker lets its activities go on. */
const shutdownGraceTime = '5s';

function ioActivities(dependencies: Dependencies) {
  return {
    ...auditDeeds(dependencies),
    ...benchmarkDeeds(dependencies),
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
    ...releaseDeeds(dependencies),
    ...rosterDeeds(dependencies),
  };
}

/** One Temporal worker of a role that needs no device. */
export async function createWorker(
  role: 'orchestration' | 'io',
  config: Config,
  connection: NativeConnection,
  more: { bundle?: string; dependencies?: Dependencies },
): Promise<Worker> {
  const shared: WorkerOptions = {
    connection,
    namespace: config.temporal.namespace,
    taskQueue: taskQueue(role, config.queueSuffix),
    shutdownGraceTime,
    interceptors: { activity: [failureInterceptor, heartbeatInterceptor] },
  };
  if (role === 'orchestration')
    return Worker.create({ ...shared, workflowBundle: { codePath: more.bundle! } });
  return Worker.create({
    ...shared,
    activities: ioActivities(more.dependencies!),
    maxConcurrentActivityTaskExecutions: ioAtOnce,
  });
}

/** A worker of one device for one queue; how much it accepts is up to the device's slots. */
export async function createDeviceWorker(
  hardwareClass: string | undefined,
  config: Config,
  connection: NativeConnection,
  more: {
    name: string;
    dependencies: Dependencies & { device: Device };
    slots: CustomSlotSupplier<ActivitySlotInfo>;
  },
): Promise<Worker> {
  const none = { type: 'fixed-size', numSlots: 1 } as const;
  return Worker.create({
    connection,
    // The server tells by this name which devices are there.
    identity: `${process.pid}@${more.name}`,
    namespace: config.temporal.namespace,
    taskQueue: deviceQueue(hardwareClass, config.queueSuffix),
    shutdownGraceTime,
    interceptors: { activity: [failureInterceptor, heartbeatInterceptor] },
    activities: modelDeeds(more.dependencies),
    tuner: {
      activityTaskSlotSupplier: more.slots,
      workflowTaskSlotSupplier: none,
      localActivityTaskSlotSupplier: none,
      nexusTaskSlotSupplier: none,
    },
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
