import { ActivityFailure, continueAsNew, isCancellation } from '@temporalio/workflow';
import type { CampaignPlan } from '../domain/campaign.js';
import type { Collection } from '../domain/collection.js';
import { bounded } from './bounded.js';
import { heavy, quick } from './deeds.js';

export interface IngestInput {
  readonly campaign: string;
  readonly collection: Collection;
  readonly directory: CampaignPlan['collections'][number]['directory'];
  /** Set when continued as new: where the next page begins. */
  readonly progress?: { readonly offset: number; readonly total: number };
}

/** Cases for each run of the workflow: about six events each stay well below the history limit. */
const pageSize = 100;
const casesAtOnce = 4;

/** Lists a collection, then takes in its cases page by page. One bad case becomes a quarantined passport. */
export async function ingestCollection(input: IngestInput): Promise<{ cases: number }> {
  const { campaign, collection, directory } = input;
  const total =
    input.progress?.total ?? (await heavy().listCollection({ campaign, collection, directory })).cases;
  const offset = input.progress?.offset ?? 0;
  const page = await quick().manifestPage({ campaign, collection, offset, limit: pageSize });
  await bounded(page, casesAtOnce, (caseId) => ingestOne({ campaign, collection, directory, caseId }));
  const next = offset + page.length;
  if (next < total && page.length > 0) {
    await continueAsNew<typeof ingestCollection>({ ...input, progress: { offset: next, total } });
  }
  return { cases: total };
}

async function ingestOne(at: Omit<IngestInput, 'progress'> & { caseId: string }): Promise<void> {
  try {
    await heavy().ingestCase(at);
  } catch (error) {
    if (isCancellation(error) || !(error instanceof ActivityFailure)) throw error;
    await quick().quarantineCase({ ...at, why: error.cause?.message ?? error.message });
  }
}
