import { z } from 'zod';
import { AuditRecord } from '../../../domain/audit.js';
import { Finding } from '../../../domain/finding.js';
import { ObjectRef } from '../../../domain/primitives.js';
import { TaskPhase, TaskState } from '../../../domain/task.js';
import { TaskCommand } from '../../../domain/task-command.js';
import { nextCursor } from './address.js';

/** A task as its record leaves it, and what the person who asks can ask of it now. */
export const TaskEntry = z.object({
  task: TaskState,
  /** When its newest record was written. */
  since: z.iso.datetime(),
  can: z.array(z.string()),
});
export type TaskEntry = z.infer<typeof TaskEntry>;

export const InboxPage = z.object({
  tasks: z.array(TaskEntry),
  total: z.number().int(),
  next: nextCursor,
});
export type InboxPage = z.infer<typeof InboxPage>;

/** The task that was taken, or word that nothing waits. */
export const TakenBody = z.object({
  taken: TaskEntry.nullable(),
  /** Why nothing was taken. */
  why: z.string().optional(),
  /** Proves the lease when a file comes back from a desktop tool. */
  leaseToken: z.string().optional(),
});
export type TakenBody = z.infer<typeof TakenBody>;

/** Kinds that only plusct itself sends. */
const systemKinds: readonly string[] = ['remind', 'expire'];
const commandId = z.string().min(1).max(80).optional();

/**
 * The same object without its actor and the hash of a lease's token, which everybody can see: only the token itself proves
 * the lease. A command without an id of its sender's gets one.
 */
function asked(option: z.ZodObject<z.ZodRawShape>) {
  const { actor: _, commandId: __, tokenSha256: ___, ...shape } = option.shape;
  return z.object({ ...shape, commandId });
}

/** What a person asks of a task: a `TaskCommand` without its actor, who is the person that is signed in. */
export const CommandBody = z.union(
  TaskCommand.options.filter(({ shape }) => !systemKinds.includes(shape.kind.value)).map(asked),
);
type Asked<Command> = Command extends unknown
  ? Omit<Command, 'actor' | 'commandId'> & { commandId?: string | undefined }
  : never;
export type CommandBody = Asked<TaskCommand>;

export const CommandAnswer = z.object({
  accepted: z.literal(true),
  version: z.number().int(),
  phase: TaskPhase,
  remarks: z.array(z.string()),
  /** When the lease that the task now stands under ends. */
  deadline: z.iso.datetime().optional(),
  /** Of a claim: proves the lease when a file comes back from a desktop tool. */
  leaseToken: z.string().optional(),
});
export type CommandAnswer = z.infer<typeof CommandAnswer>;

/** No worker answered in time: the command waits in the task's mailbox. */
export const KeptAnswer = z.object({ kept: z.literal(true), detail: z.string() });
export type KeptAnswer = z.infer<typeof KeptAnswer>;

/** A mask that passed quarantine; commands name it so. */
export const UploadBody = ObjectRef.extend({
  format: z.enum(['nifti', 'nrrd']),
  /** What a person should know of the file, though it can be used. */
  findings: z.array(Finding),
});
export type UploadBody = z.infer<typeof UploadBody>;

export const AuditBody = z.object({
  records: z.array(AuditRecord),
  /** Empty when the chain of hashes is whole. */
  breaks: z.array(z.string()),
});
export type AuditBody = z.infer<typeof AuditBody>;

export const AuditPage = z.object({ records: z.array(AuditRecord), next: nextCursor });
export type AuditPage = z.infer<typeof AuditPage>;
