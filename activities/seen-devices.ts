import type { Client, WorkflowService } from '@temporalio/client';
import { type SeenDevice, seenDevice } from '../domain/device-state.js';
import { readDeviceStates } from '../storage/device-states.js';
import type { ObjectStore } from '../storage/object-store.js';

const workersPerPage = 1000;
type Workers = Awaited<ReturnType<WorkflowService['listWorkers']>>;

/**
 * Every device that ever worked for this store, as it looks now: what is on record, held against what its workers told
 * the server. Where the server cannot be asked, the record alone counts.
 */
export async function seenDevices(
  store: ObjectStore,
  client: () => Promise<Client>,
  now = new Date(),
): Promise<SeenDevice[]> {
  const recorded = await readDeviceStates(store);
  if (recorded.length === 0) return [];
  const heard = await lastHeard(client).catch(() => undefined);
  if (heard === undefined) return recorded;
  return recorded.map((each) => seenDevice(each, heard.get(each.device), now));
}

/** When each worker last said that it is there, by what it is called after the number of its process; undefined where the server keeps no such record. */
async function lastHeard(client: () => Promise<Client>): Promise<Map<string, Date> | undefined> {
  const {
    workflowService,
    options: { namespace },
  } = await client();
  const { namespaceInfo } = await workflowService.describeNamespace({ namespace });
  if (namespaceInfo?.capabilities?.workerHeartbeats !== true) return undefined;
  const heard = new Map<string, Date>();
  let nextPageToken: Uint8Array | null = null;
  do {
    const page: Workers = await workflowService.listWorkers({
      namespace,
      pageSize: workersPerPage,
      nextPageToken,
    });
    for (const { workerHeartbeat: beat } of page.workersInfo ?? []) {
      const at = new Date(1000 * Number(beat?.heartbeatTime?.seconds ?? 0));
      const name = beat?.workerIdentity?.split('@')[1] ?? '';
      if (at > (heard.get(name) ?? new Date(0))) heard.set(name, at);
    }
    nextPageToken = page.nextPageToken ?? null;
  } while (nextPageToken !== null && nextPageToken.length > 0);
  return heard;
}
