import { log } from '@temporalio/workflow';
import type { CaseAddress } from '../domain/keys.js';
import { begun } from './deeds.js';
import { whyFailed } from './root-message.js';

/** Compares what can be compared by now. A case or read that has ended well does not fail for want of a figure. */
export async function compareLabels(at: CaseAddress): Promise<void> {
  try {
    await begun().compareLabels({ at });
  } catch (error) {
    log.warn(`labels of ${at.collection}/${at.caseId} could not be compared: ${whyFailed(error)}`);
  }
}
