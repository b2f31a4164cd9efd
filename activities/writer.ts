import { Context } from '@temporalio/activity';
import type { AuditEntry } from '../domain/audit.js';

/** The workflow for which this activity runs; nothing where it runs for none. */
export function writer(): Pick<AuditEntry, 'workflowId' | 'runId'> {
  try {
    const { workflowExecution } = Context.current().info;
    return { workflowId: workflowExecution?.workflowId, runId: workflowExecution?.runId };
  } catch {
    return {};
  }
}
