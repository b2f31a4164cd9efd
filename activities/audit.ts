import { Context } from '@temporalio/activity';
import type { AuditEntry } from '../domain/audit.js';
import { appendAudit, newestAudit } from '../storage/audit-log.js';
import type { Dependencies } from './dependencies.js';

export type AuditDeeds = ReturnType<typeof auditDeeds>;

/** The append-only record. Each entity is written by one workflow, which counts its records. */
export function auditDeeds({ store }: Pick<Dependencies, 'store'>) {
  return {
    async recordAudit(entry: AuditEntry): Promise<void> {
      await appendAudit(store, { ...entry, ...writer() });
    },

    /** Where a workflow that starts, perhaps again, goes on counting. */
    async nextAuditSequence(of: { campaign: string; entity: string }): Promise<number> {
      const newest = await newestAudit(store, of.campaign, of.entity);
      return newest === undefined ? 0 : newest.sequence + 1;
    },
  };
}

/** The workflow for which this activity runs; nothing where it runs for none. */
export function writer(): Pick<AuditEntry, 'workflowId' | 'runId'> {
  try {
    const { workflowExecution } = Context.current().info;
    return { workflowId: workflowExecution?.workflowId, runId: workflowExecution?.runId };
  } catch {
    return {};
  }
}
