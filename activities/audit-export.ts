import type { Client } from '@temporalio/client';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import { historiesPrefix, historyKey } from '../domain/keys.js';
import { mapBounded } from '../storage/map-bounded.js';
import type { ObjectStore } from '../storage/object-store.js';
import { runsOf, type WorkflowRun } from './audit-temporal.js';

export interface ExportedHistories {
  /** Runs whose history was written now. */
  readonly written: number;
  /** Runs whose history was there already. */
  readonly known: number;
  /** Runs that have not ended; their history still grows. */
  readonly running: number;
}

const atOnce = 4;

/**
 * Writes the history of every run of a campaign that has ended to the object store, before Temporal forgets it. Those
 * that are there are passed over, so that it may be broken off and run every night.
 */
export async function exportHistories(
  { store, client }: { readonly store: ObjectStore; readonly client: Client },
  campaign: string,
): Promise<ExportedHistories> {
  const there = new Set<string>();
  for await (const key of store.list(historiesPrefix(campaign))) there.add(key);
  const missing: WorkflowRun[] = [];
  let [known, running] = [0, 0];
  for await (const run of runsOf(client, campaign)) {
    if (run.status === 'RUNNING') running += 1;
    else if (there.has(historyKey(campaign, run.workflowId, run.runId))) known += 1;
    else missing.push(run);
  }
  await mapBounded(missing, atOnce, async ({ workflowId, runId }) => {
    const history = await client.workflow.getHandle(workflowId, runId).fetchHistory();
    // The same run is always the same history, but not always in the same bytes: whoever comes first is right.
    const bytes = new TextEncoder().encode(`${historyToJSON(history)}\n`);
    await store.putIfAbsent(historyKey(campaign, workflowId, runId), bytes);
  });
  return { written: missing.length, known, running };
}
