import type { TakenBody } from '../../api/schemas/task-body.js';
import { inCampaign, sendJson } from './api.js';
import { go, pageAddress } from './router.js';

/** Takes the next task and opens its case; answers why there is none. */
export async function takeNext(campaign: string): Promise<string | undefined> {
  const { taken, why } = await sendJson<TakenBody>(inCampaign(campaign, 'inbox', 'next'));
  if (taken === null) return why ?? 'nothing waits for you now';
  go(pageAddress(campaign, 'case', taken.task.collection, taken.task.caseId));
  return undefined;
}
