import type { TaskEntry } from '../../api/schemas/task-body.js';
import { getFile } from '../state/api.js';
import { type CaseAt, caseAddress } from './case-data.js';
import { command } from './commands.js';

const tokenBytes = 24;

/**
 * Makes the lease an offline one, which lasts days, and saves the bundle with the token that proves it: whoever hands in with
 * the token does so under this very lease.
 */
export async function takeOffline(at: CaseAt, entry: TaskEntry): Promise<void> {
  const leaseToken = freshToken();
  await command(entry, { kind: 'renew', offline: true, leaseToken });
  save(await getFile(caseAddress(at, 'bundle'), { leaseToken }), `${at.collection}-${at.caseId}.zip`);
}

function freshToken(): string {
  return [...crypto.getRandomValues(new Uint8Array(tokenBytes))]
    .map((byte) => byte.toString(16).padStart(2, '0'))
    .join('');
}

/** Hands a file to the browser's downloads. */
function save(bytes: ArrayBuffer, name: string): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([bytes], { type: 'application/zip' }));
  link.download = name;
  link.click();
  // The browser has taken the bytes over by then.
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
