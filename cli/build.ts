import {
  WorkflowExecutionAlreadyStartedError,
  WorkflowFailedError,
  type WorkflowHandle,
} from '@temporalio/client';
import { readProgress } from '../activities/campaign-status.js';
import { CampaignPlan } from '../domain/campaign.js';
import { PlusctError } from '../domain/errors.js';
import { campaignPlanKey } from '../domain/keys.js';
import { taskQueue } from '../domain/queues.js';
import { campaignId, workflowTypes } from '../domain/workflow-ids.js';
import { readDecisions } from '../storage/decisions.js';
import { hashOf, readJson } from '../storage/json.js';
import { madeUnder, requireWorklist } from '../storage/worklists.js';
import type { BuildReport } from '../workflows/build-dataset.js';
import { requireEngineHere } from './engine.js';
import { warnOfMissing } from './missing-devices.js';
import { printJson, say } from './output.js';
import { showProgress } from './progress.js';
import { printScores } from './score-print.js';
import type { Session } from './session.js';

interface BuildStart {
  readonly workflowId: string;
  readonly taskQueue: string;
  readonly workflowIdConflictPolicy: 'USE_EXISTING';
  readonly staticSummary: string;
  readonly args: readonly [CampaignPlan];
}

/**
 * Starts a campaign, or joins the one of that name: starting twice is harmless. The same name with another plan is an
 * error, since what a campaign has published is never changed.
 */
export async function startBuild(session: Session, plan: CampaignPlan): Promise<WorkflowHandle> {
  const known = await readJson(session.store, campaignPlanKey(plan.campaign), CampaignPlan);
  if (known !== undefined && hashOf(known) !== hashOf(plan)) {
    throw new PlusctError(
      'InvalidInput',
      `Campaign '${plan.campaign}' exists with another plan (${differing(known, plan)}). Choose another --campaign name.`,
    );
  }
  const client = await session.client();
  const start = {
    workflowId: campaignId(plan.campaign),
    taskQueue: taskQueue('orchestration', session.config.queueSuffix),
    workflowIdConflictPolicy: 'USE_EXISTING',
    staticSummary: `plus dataset of ${plan.collections.length} collections`,
    args: [plan],
  } as const;
  try {
    const workflowIdReusePolicy = 'ALLOW_DUPLICATE_FAILED_ONLY';
    return await client.workflow.start(workflowTypes.buildDataset, { ...start, workflowIdReusePolicy });
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
    return takeUpAgain(session, plan, start);
  }
}

/** A campaign that has ended is told again, or, when cases of it failed or people decided on some, taken up for those. */
async function takeUpAgain(session: Session, plan: CampaignPlan, start: BuildStart): Promise<WorkflowHandle> {
  const client = await session.client();
  const handle = client.workflow.getHandle(start.workflowId);
  const { failed } = (await handle.result()) as BuildReport;
  const [decisions, worklist] = await Promise.all([
    readDecisions(session.store, plan.campaign),
    requireWorklist(session.store, plan.campaign),
  ]);
  const decided = !madeUnder(worklist, decisions);
  if (failed === 0 && !decided) {
    const { closeTime } = await handle.describe();
    const when = closeTime?.toISOString().slice(0, 16).replace('T', ' ') ?? 'earlier';
    process.stderr.write(
      `Campaign ${plan.campaign} was finished ${when}; this is its report. For new files give --campaign NAME.\n`,
    );
    return handle;
  }
  const why = [...(failed > 0 ? [`${failed} failed cases`] : []), ...(decided ? ['decisions since'] : [])];
  process.stderr.write(`Campaign ${plan.campaign} is taken up again for ${why.join(' and ')}.\n`);
  return client.workflow.start(workflowTypes.buildDataset, {
    ...start,
    workflowIdReusePolicy: 'ALLOW_DUPLICATE',
  });
}

/** Waits for the end with progress on the terminal; a campaign that failed is an error that says why. */
export async function waitForBuild(
  session: Session,
  plan: CampaignPlan,
  handle: WorkflowHandle,
): Promise<BuildReport> {
  const stop = showProgress(() => readProgress(session.store, plan.campaign));
  try {
    return (await handle.result()) as BuildReport;
  } catch (error) {
    if (!(error instanceof WorkflowFailedError)) throw error;
    let cause: Error = error;
    while (cause.cause instanceof Error) cause = cause.cause;
    throw new PlusctError('InvalidInput', `Campaign '${plan.campaign}' stopped: ${cause.message}`, {
      cause: error,
    });
  } finally {
    await stop();
  }
}

/** `plusct build`: starts or joins a campaign; with `--wait` stays until its table. */
export async function runBuild(
  session: Session,
  plan: CampaignPlan,
  options: { wait?: boolean; json?: boolean },
): Promise<void> {
  requireEngineHere(plan.engine);
  const handle = await startBuild(session, plan);
  if (plan.devices !== undefined) await warnOfMissing(session, plan.campaign, plan.devices);
  if (options.wait)
    return printReport(session, await waitForBuild(session, plan, handle), options.json === true);
  if (options.json) return printJson({ campaign: plan.campaign, workflowId: handle.workflowId });
  say(`Campaign ${plan.campaign} is under way; \`plusct status ${plan.campaign}\` tells how it stands.`);
}

/** What a build came to, for people or for programs. */
export function printReport(session: Session, report: BuildReport, json: boolean): void {
  if (json) {
    printJson(report);
    return;
  }
  if (report.evaluation !== undefined) printScores(report.evaluation);
  const { bucket, endpoint } = session.config.s3;
  say('');
  say(
    `Campaign ${report.campaign}: ${report.cases} cases finished, ${report.leftOut} left out, ${report.failed} failed.`,
  );
  say(`Dataset    s3://${bucket}/${report.datasetKey}  (at ${endpoint})`);
  if (report.evaluation !== undefined) {
    for (const key of report.evaluation.files) say(`Evaluation s3://${bucket}/${key}`);
  }
}

function differing(known: CampaignPlan, plan: CampaignPlan): string {
  const fields = Object.keys({ ...known, ...plan }) as (keyof CampaignPlan)[];
  return fields.filter((field) => hashOf(known[field] ?? null) !== hashOf(plan[field] ?? null)).join(', ');
}
