import { z } from 'zod';
import { Finding } from './finding.js';
import { LabelSummary } from './label-version.js';
import { CampaignName, CaseId, CollectionName, ObjectRef, OrganName, Sha256 } from './primitives.js';

/**
 * `refine`: the work whose result enters the dataset. `double-read` and `blind-audit`: further reads of the same
 * pre-label, for measuring only; their reader never sees the labels of another task.
 */
export const TaskKind = z.enum(['refine', 'double-read', 'blind-audit']);
export type TaskKind = z.infer<typeof TaskKind>;

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

export const OrganTask = z.object({
  state: OrganState,
  label: LabelSummary.optional(),
  /** Of an absent organ: the person who attested it. */
  attestedBy: z.string().optional(),
});
export type OrganTask = z.infer<typeof OrganTask>;

/**
 * `queued → leased → submitted → in-review → certified → in-verification → verified`, with a return to the same
 * person from `in-review` and `in-verification`, and `escalated` for what needs a senior or a lead.
 */
export const TaskPhase = z.enum([
  'queued',
  'leased',
  'submitted',
  'in-review',
  'returned',
  'certified',
  'in-verification',
  'escalated',
  'verified',
]);
export type TaskPhase = z.infer<typeof TaskPhase>;

/** The right to work on a task until a moment in time. In `leased`, `returned`, `in-review` and `in-verification`. */
export const Lease = z.object({
  /** Person id. */
  holder: z.string(),
  /** Hash of the token that an offline bundle carries; absent when the lease was taken without one. */
  tokenSha256: Sha256.optional(),
  /** When it began, or was last renewed. */
  since: z.iso.datetime(),
  /** When the holder is reminded, once. */
  remindAt: z.iso.datetime(),
  expiresAt: z.iso.datetime(),
  offline: z.boolean(),
});
export type Lease = z.infer<typeof Lease>;

/** What somebody noted at a task, perhaps pinned to a place. */
export const Comment = z.object({
  /** `{version of the task}-{number}`: unique in the task. */
  id: z.string(),
  organ: OrganName.optional(),
  /** `[i, j, k]` on the case's native grid. */
  voxel: z.tuple([z.number().int(), z.number().int(), z.number().int()]).optional(),
  text: z.string(),
  author: z.string(),
  at: z.iso.datetime(),
  resolved: z.boolean().optional(),
});
export type Comment = z.infer<typeof Comment>;

const seconds = z
  .number()
  .positive()
  .max(366 * 24 * 3600);
/** How long people may take. Seconds. */
export const TaskPolicy = z.object({
  leaseSeconds: seconds,
  offlineLeaseSeconds: seconds,
  reviewSeconds: seconds,
  verificationSeconds: seconds,
  returnSeconds: seconds,
  /** The holder is reminded after this share of the time. */
  reminderShare: z.number().min(0.01).max(1),
});
export type TaskPolicy = z.infer<typeof TaskPolicy>;
/** What a plan says of it; the rest is as usual. */
export const TaskPolicyChoice = TaskPolicy.partial();
export type TaskPolicyChoice = z.infer<typeof TaskPolicyChoice>;

/** Who had a hand in a case's labels, in this round and those before it: what separation of duty is judged by. */
export const Hands = z.object({
  /** Submitted, left a draft, restored or refined. */
  drew: z.array(z.string()),
  /** Approved. */
  reviewed: z.array(z.string()),
  /** Verified or refined. */
  verified: z.array(z.string()),
});
export type Hands = z.infer<typeof Hands>;

/** The human work on one case in one round. `version` counts accepted commands, reminders and renewals apart. */
export const TaskState = z.object({
  campaign: CampaignName,
  collection: CollectionName,
  caseId: CaseId,
  round: z.number().int().positive(),
  /** Absent means `refine`. */
  kind: TaskKind.optional(),
  /** The organs that people are asked to look at, where it is not all of them. */
  asked: z.array(OrganName).optional(),
  version: z.number().int().nonnegative(),
  phase: TaskPhase,
  /** The junior who has it, also while it is under review: a returned task goes back to the same person. */
  assignee: z.string().optional(),
  /** Who reviews it now, or approved it. */
  reviewer: z.string().optional(),
  /** Who verifies it now, or verified it. */
  verifier: z.string().optional(),
  /** Who escalated it; until somebody decides. */
  escalatedBy: z.string().optional(),
  lease: Lease.optional(),
  /** When the lease ends by itself: the same as `lease.expiresAt`. */
  deadline: z.iso.datetime().optional(),
  /** The holder of the present lease was reminded. */
  reminded: z.boolean().optional(),
  /** The token of the assignee's lease, kept while the task is under review. */
  tokenSha256: Sha256.optional(),
  /** Unfinished work (a label map): kept when the task changes hands, until something is submitted. */
  draft: ObjectRef.optional(),
  comments: z.array(Comment),
  hands: Hands,
  policy: TaskPolicy,
  returns: z.number().int().nonnegative(),
  /** The organs that the latest return named; until the next submission. */
  returnedOrgans: z.array(OrganName).optional(),
  lastReason: z.string().optional(),
  /** The round that was opened after this one had ended. */
  reopenedAs: z.number().int().positive().optional(),
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
    /** When the lease that the task now stands under ends. */
    deadline: z.iso.datetime().optional(),
  }),
  z.object({
    accepted: z.literal(false),
    version: z.number(),
    phase: TaskPhase,
    why: z.string(),
    /** What the checks of an upload found against it. */
    findings: z.array(Finding).optional(),
  }),
]);
export type TaskAnswer = z.infer<typeof TaskAnswer>;
