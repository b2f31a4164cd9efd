import type { AuditEntry } from '../domain/audit.js';
import { appendAudit, newestAudit } from '../storage/audit-log.js';
import type { Dependencies } from './dependencies.js';
import { type OnceEntry, recordOnce } from './record-once.js';
import { writer } from './writer.js';

export type AuditDeeds = ReturnType<typeof auditDeeds>;

/** The append-only record. Whoever alone writes an entity counts its records; those who share one write once. */
export function auditDeeds({ store }: Pick<Dependencies, 'store'>) {
  return {
    async recordAudit(entry: AuditEntry): Promise<void> {
      await appendAudit(store, { ...entry, ...writer() });
    },

    /** At the end of an entity that several write at once. */
    async recordAuditOnce(entry: OnceEntry): Promise<void> {
      await recordOnce(store, entry);
    },

    /** Where a workflow that starts, perhaps again, goes on counting. */
    async nextAuditSequence(of: { campaign: string; entity: string }): Promise<number> {
      const newest = await newestAudit(store, of.campaign, of.entity);
      return newest === undefined ? 0 : newest.sequence + 1;
    },
  };
}
