import { type ActivityOptions, proxyActivities, workflowInfo } from '@temporalio/workflow';
import type { AuditDeeds } from '../activities/audit.js';
import type { BenchmarkDeeds } from '../activities/benchmarks.js';
import type { CampaignDeeds } from '../activities/campaign.js';
import type { ComparisonDeeds } from '../activities/comparisons.js';
import type { EvaluationDeeds } from '../activities/evaluate.js';
import type { IngestDeeds } from '../activities/ingest.js';
import type { LabelDeeds } from '../activities/labels.js';
import type { ModelDeeds } from '../activities/models.js';
import type { PseudoLabelDeeds } from '../activities/pseudo-labels.js';
import type { RefinementDeeds } from '../activities/refinement.js';
import type { ReleaseDeeds } from '../activities/releases.js';
import type { RosterDeeds } from '../activities/roster.js';
import type { RoundDeeds } from '../activities/rounds.js';
import type { StandingDeeds } from '../activities/standing.js';
import type { TrainingSetDeeds } from '../activities/training-sets.js';
import type { WorkPlanDeeds } from '../activities/work-plans.js';
import { permanentFailures } from '../domain/errors.js';
import { priorityKeys as priority, type QueueRole, siblingQueue, type Urgency } from '../domain/queues.js';

/**
 * Every activity that workflows call, with its queue and limits. Storage that is away for hours costs only time:
 * attempts on the io queue have no end but permanent failures. Device work that fails for good becomes a finding.
 */
const permanent = { nonRetryableErrorTypes: [...permanentFailures] };
const patient = { initialInterval: '500ms', backoffCoefficient: 2, maximumInterval: '30s', ...permanent };

function options(role: QueueRole, more: ActivityOptions): ActivityOptions {
  return { taskQueue: siblingQueue(workflowInfo().taskQueue, role), ...more };
}

const volumeWork = {
  startToCloseTimeout: '30 minutes',
  heartbeatTimeout: '20 seconds',
  retry: patient,
} as const;
/**
 * Enough for two hours without S3 at the longest interval; a case that brings down every device worker that takes
 * it ends there too.
 */
const deviceAttempts = 60;

/** Small reads and writes. */
export const quick = () =>
  proxyActivities<
    AuditDeeds &
      CampaignDeeds &
      LabelDeeds &
      RefinementDeeds &
      RosterDeeds &
      EvaluationDeeds &
      IngestDeeds &
      WorkPlanDeeds &
      BenchmarkDeeds
  >(
    options('io', {
      startToCloseTimeout: '1 minute',
      retry: patient,
      priority: { priorityKey: priority.people },
    }),
  );

/** Work on a volume while a person waits. */
export const urgent = () =>
  proxyActivities<RefinementDeeds>(
    options('io', { ...volumeWork, priority: { priorityKey: priority.people } }),
  );

/** Finishing cases that have begun. */
export const begun = () =>
  proxyActivities<LabelDeeds & ComparisonDeeds>(
    options('io', { ...volumeWork, priority: { priorityKey: priority.begun } }),
  );

/** Work on whole volumes; heartbeats tell that it is alive. */
export const heavy = () =>
  proxyActivities<
    IngestDeeds &
      EvaluationDeeds &
      CampaignDeeds &
      WorkPlanDeeds &
      ReleaseDeeds &
      PseudoLabelDeeds &
      TrainingSetDeeds &
      BenchmarkDeeds &
      RoundDeeds &
      StandingDeeds
  >(options('io', { ...volumeWork, priority: { priorityKey: priority.bulk } }));

/** What the queues of devices have in common. */
function deviceOptions(urgency: Urgency, hardwareClass: string | undefined): ActivityOptions {
  return {
    taskQueue: siblingQueue(workflowInfo().taskQueue, 'gpu', hardwareClass),
    priority: { priorityKey: priority[urgency] },
    heartbeatTimeout: '20 seconds',
    retry: {
      initialInterval: '1s',
      backoffCoefficient: 2,
      maximumInterval: '2 minutes',
      maximumAttempts: deviceAttempts,
      ...permanent,
    },
  };
}

/** Inference, on a device of the class, or on any. */
export const onDevice = (urgency: Urgency = 'bulk', hardwareClass?: string) =>
  proxyActivities<ModelDeeds>({
    ...deviceOptions(urgency, hardwareClass),
    startToCloseTimeout: '30 minutes',
    scheduleToCloseTimeout: '48 hours',
  });

/** Training, on the same devices: a network takes hours or days, and may wait for others before it. */
export const training = (urgency: Urgency = 'bulk', hardwareClass?: string) =>
  proxyActivities<ModelDeeds>({
    ...deviceOptions(urgency, hardwareClass),
    startToCloseTimeout: '14 days',
    scheduleToCloseTimeout: '60 days',
  });
