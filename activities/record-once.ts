import type { AuditEntry } from '../domain/audit.js';
import { PlusctError } from '../domain/errors.js';
import { appendAudit, readAudit } from '../storage/audit-log.js';
import type { ObjectStore } from '../storage/object-store.js';
import { writer } from './writer.js';

/** A record whose command id tells whether it was written before. */
export type OnceEntry = Omit<AuditEntry, 'sequence'> & { readonly commandId: string };

const attempts = 20;

/** Appends a record at the end of its entity's chain, unless one of the same command is there. */
export async function recordOnce(store: ObjectStore, entry: OnceEntry): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    const { records } = await readAudit(store, entry.campaign, entry.entity);
    if (records.some(({ commandId }) => commandId === entry.commandId)) return;
    try {
      return await appendAudit(store, { ...entry, sequence: records.length, ...writer() });
    } catch (error) {
      const outrun = error instanceof PlusctError && error.kind === 'ConflictingResult';
      if (!outrun || attempt === attempts) throw error;
    }
  }
}
