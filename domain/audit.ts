import { z } from 'zod';
import { LabelSummary } from './label-version.js';
import { Person } from './person.js';
import { OrganName, Sha256 } from './primitives.js';
import { TaskState } from './task.js';
import { Effort, TaskCommand } from './task-command.js';

const LabelHashes = z.partialRecord(OrganName, Sha256);

/**
 * What the state machine was given besides the command, so that its answer can be worked out again from the records
 * alone: the people whom it looked up, and what was made of an upload.
 */
export const CommandContext = z.object({
  people: z.array(Person),
  labels: z.array(LabelSummary).optional(),
  remarks: z.array(z.string()).optional(),
  /** People who read the same case in another task. */
  barred: z.array(z.string()).optional(),
});
export type CommandContext = z.infer<typeof CommandContext>;

/** One line of the append-only record: who did what to a case or task, when, why, with label hashes before and after. */
export const AuditRecord = z.object({
  campaign: z.string(),
  /** `case/{collection}/{caseId}`, `decision/…`, `task/…/{round}`, `roster`, `release/{version}`, `erratum/{id}`, `standing`, `pseudo-label-round/{roundId}`. */
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
  /** The whole command of a person, uploads and comments included; absent when what came was no command. */
  command: TaskCommand.optional(),
  /** With `command`: what else its answer rests on. */
  given: CommandContext.optional(),
  /** The workflow that wrote the record; absent when it was written outside of one. */
  workflowId: z.string().optional(),
  runId: z.string().optional(),
  effort: Effort.optional(),
  /** Voxels that the command added, removed or gave to another organ, by organ; of commands that bring labels. */
  changedVoxels: z.partialRecord(OrganName, z.number().int().nonnegative()).optional(),
  /** The task after this record: the newest record of a task is its state as people see it. */
  task: TaskState.optional(),
  /** SHA-256 of the bytes of the record before this one; 64 zeros for the first. */
  previousSha256: Sha256,
});
export type AuditRecord = z.infer<typeof AuditRecord>;
/** What a workflow hands over; the chain is closed when it is written. */
export type AuditEntry = Omit<AuditRecord, 'previousSha256'>;
