import { ActivityFailure, continueAsNew, isCancellation } from '@temporalio/workflow';
import type { EvaluationSummary } from '../domain/campaign.js';
import { bounded } from './bounded.js';
import { heavy, quick } from './deeds.js';

export interface EvaluateInput {
  readonly campaign: string;
  readonly referenceDirectory: string;
  readonly progress?: { readonly evaluation: string; readonly offset: number };
}

const pageSize = 150;
const casesAtOnce = 4;

/** DSC and NSD of every finished case, before and after people's work, against the reference. */
export async function evaluateLabels(input: EvaluateInput): Promise<EvaluationSummary> {
  const { campaign, referenceDirectory } = input;
  const evaluation =
    input.progress?.evaluation ?? (await heavy().planEvaluation({ campaign, referenceDirectory })).evaluation;
  const offset = input.progress?.offset ?? 0;
  const page = await quick().evaluationPage({ evaluation, offset, limit: pageSize });
  await bounded(page.cases, casesAtOnce, async (item) => {
    try {
      await heavy().evaluateCase({ campaign, evaluation, referenceDirectory, ...item });
    } catch (error) {
      if (isCancellation(error) || !(error instanceof ActivityFailure)) throw error;
      await quick().skipEvaluation({ evaluation, ...item, why: error.cause?.message ?? error.message });
    }
  });
  const next = offset + page.cases.length;
  if (next < page.total)
    await continueAsNew<typeof evaluateLabels>({ ...input, progress: { evaluation, offset: next } });
  return heavy().summariseEvaluation({ campaign, evaluation });
}
