import { z } from 'zod';
import { LabelSummary } from './label-version.js';
import { CampaignName, CaseId, CollectionName, ObjectRef, OrganName } from './primitives.js';

/** Somebody who works on a campaign. Simulated people say so in every record. */
export const Person = z.object({
  id: z.string().regex(/^[a-z0-9][a-z0-9-]{0,39}$/),
  role: z.enum(['junior', 'certified', 'senior']),
  simulated: z.boolean(),
});
export type Person = z.infer<typeof Person>;
export type Role = Person['role'];

const asked = {
  /** Chosen by the sender; the same id twice is the same command. */
  commandId: z.string().min(1).max(80),
  /** Person id. */
  actor: z.string().min(1).max(80),
  /** When given, the command only counts while the task still has this version. */
  expectedVersion: z.number().int().nonnegative().optional(),
};
const reason = z.string().trim().min(1).max(2000);
/** A label map of up to four organs (1 liver, 2 kidney, 3 spleen, 4 pancreas), already in the object store. */
const upload = ObjectRef.extend({ key: z.string().max(200) });

/** What a person asks of a refinement task. */
export const TaskCommand = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('claim'), ...asked }),
  z.object({ kind: z.literal('release'), ...asked, reason: reason.optional() }),
  z.object({ kind: z.literal('submit'), ...asked, upload, reason: reason.optional() }),
  z.object({ kind: z.literal('return'), ...asked, reason, organs: z.array(OrganName).optional() }),
  z.object({ kind: z.literal('attest-absent'), ...asked, organ: OrganName, reason }),
  z.object({ kind: z.literal('approve'), ...asked, reason: reason.optional() }),
  z.object({ kind: z.literal('verify'), ...asked, reason: reason.optional() }),
  z.object({ kind: z.literal('refine'), ...asked, upload, reason }),
]);
export type TaskCommand = z.infer<typeof TaskCommand>;
export type TaskCommandKind = TaskCommand['kind'];

/**
 * `source`: labelled at the source, locked. `pre-labelled`: a model's proposal. `empty`: no proposal.
 * `corrected`: submitted by a person. `returned`: sent back. `approved`, `verified`: passed.
 * `absent`: attested not to be in this patient.
 */
export const OrganState = z.enum([
  'source',
  'pre-labelled',
  'empty',
  'corrected',
  'returned',
  'approved',
  'verified',
  'absent',
]);
export type OrganState = z.infer<typeof OrganState>;

export const OrganTask = z.object({ state: OrganState, label: LabelSummary.optional() });
export type OrganTask = z.infer<typeof OrganTask>;

/** `queued → claimed → submitted → certified → verified`, with `submitted → returned → submitted`. */
export const TaskPhase = z.enum(['queued', 'claimed', 'submitted', 'returned', 'certified', 'verified']);
export type TaskPhase = z.infer<typeof TaskPhase>;

/** The human work on one case in one round. `version` counts accepted commands. */
export const TaskState = z.object({
  campaign: CampaignName,
  collection: CollectionName,
  caseId: CaseId,
  round: z.number().int().positive(),
  version: z.number().int().nonnegative(),
  phase: TaskPhase,
  /** The junior who has it, also while it is under review: a returned task goes back to the same person. */
  assignee: z.string().optional(),
  reviewer: z.string().optional(),
  verifier: z.string().optional(),
  returns: z.number().int().nonnegative(),
  lastReason: z.string().optional(),
  organs: z.object({ liver: OrganTask, kidney: OrganTask, spleen: OrganTask, pancreas: OrganTask }),
  /** Identities (`kind/actor/id`) of the latest commands that were accepted, oldest first, bounded. */
  acceptedCommands: z.array(z.string()),
});
export type TaskState = z.infer<typeof TaskState>;

/** The answer to a command. */
export const TaskAnswer = z.discriminatedUnion('accepted', [
  z.object({
    accepted: z.literal(true),
    version: z.number(),
    phase: TaskPhase,
    remarks: z.array(z.string()),
  }),
  z.object({ accepted: z.literal(false), version: z.number(), phase: TaskPhase, why: z.string() }),
]);
export type TaskAnswer = z.infer<typeof TaskAnswer>;
