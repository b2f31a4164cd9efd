import { z } from 'zod';
import { OrganName, Sha256 } from './primitives.js';
import { TaskState } from './task.js';

const LabelHashes = z.partialRecord(OrganName, Sha256);

/** One line of the append-only record: who did what to a case or task, when, why, with label hashes before and after. */
export const AuditRecord = z.object({
  campaign: z.string(),
  /** `case/{collection}/{caseId}`, `decision/{collection}/{caseId}` or `task/{collection}/{caseId}/{round}`. */
  entity: z.string(),
  sequence: z.number().int().nonnegative(),
  at: z.iso.datetime(),
  actor: z.string(),
  role: z.string(),
  simulated: z.boolean(),
  action: z.string(),
  /** `repeated`: the same command had been accepted before; nothing changed. */
  outcome: z.enum(['done', 'refused', 'repeated']),
  commandId: z.string().optional(),
  why: z.string().optional(),
  details: z.record(z.string(), z.string()).optional(),
  labelsBefore: LabelHashes,
  labelsAfter: LabelHashes,
  /** The task after this record: the newest record of a task is its state as people see it. */
  task: TaskState.optional(),
  /** SHA-256 of the bytes of the record before this one; 64 zeros for the first. */
  previousSha256: Sha256,
});
export type AuditRecord = z.infer<typeof AuditRecord>;
/** What a workflow hands over; the chain is closed when it is written. */
export type AuditEntry = Omit<AuditRecord, 'previousSha256'>;
