import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { WorkflowExecutionAlreadyStartedError } from '@temporalio/client';
import type { EvaluationSummary } from '../domain/campaign.js';
import { PlusctError } from '../domain/errors.js';
import { taskQueue } from '../domain/queues.js';
import { askedEvaluationId, workflowTypes } from '../domain/workflow-ids.js';
import { printJson, say } from './output.js';
import { printScores } from './score-print.js';
import { chooseCampaign, type Session } from './session.js';

/** `plusct evaluate`: DSC and NSD of a campaign's finished cases against a reference, written to S3. */
export async function evaluate(
  session: Session,
  named: string | undefined,
  options: { reference: string; json?: boolean | string },
): Promise<void> {
  const campaign = await chooseCampaign(session.store, named);
  const referenceDirectory = resolve(options.reference);
  if (!existsSync(referenceDirectory)) {
    throw new PlusctError('InvalidInput', `--reference ${referenceDirectory}: there is no such folder`);
  }
  const client = await session.client();
  const start = {
    workflowId: askedEvaluationId(campaign),
    taskQueue: taskQueue('orchestration', session.config.queueSuffix),
    args: [{ campaign, referenceDirectory }],
  };
  const summary = await client.workflow
    .execute(workflowTypes.evaluateLabels, start)
    .catch((error: unknown) => {
      if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
      throw new PlusctError('InvalidInput', `${campaign} is being evaluated now; wait until that is done`);
    });
  if (options.json) return printJson(summary);
  printScores(summary as EvaluationSummary);
  for (const key of (summary as EvaluationSummary).files) say(`s3://${session.config.s3.bucket}/${key}`);
}
