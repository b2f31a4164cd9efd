import { z } from 'zod';
import { ObjectRef, OrganName, Sha256 } from './primitives.js';

const activeSeconds = z.number().nonnegative().max(1_000_000);
/** Time that a person was at work, as their tool measured it. Seconds; organs are those of `byOrgan` alone. */
export const Effort = z.object({
  activeSeconds,
  byOrgan: z.partialRecord(OrganName, activeSeconds).optional(),
});
export type Effort = z.infer<typeof Effort>;

const asked = {
  /** Chosen by the sender; the same id twice is the same command. */
  commandId: z.string().min(1).max(80),
  /** Person id, or `plusct` for commands of the system. */
  actor: z.string().min(1).max(80),
  /** When given, the command only counts while the task still has this version. */
  expectedVersion: z.number().int().nonnegative().optional(),
  /** Work since the actor's last command at this task. */
  effort: Effort.optional(),
};
const reason = z.string().trim().min(1).max(2000);
/** A label map of up to four organs (1 liver, 2 kidney, 3 spleen, 4 pancreas), already in the object store. */
const upload = ObjectRef.extend({ key: z.string().max(200) });
const voxelIndex = z.number().int().nonnegative();
/** A comment as it is sent; author, time and id are added when it is accepted. */
export const CommentDraft = z.object({
  organ: OrganName.optional(),
  /** `[i, j, k]` on the case's native grid. */
  voxel: z.tuple([voxelIndex, voxelIndex, voxelIndex]).optional(),
  text: reason,
});
export type CommentDraft = z.infer<typeof CommentDraft>;
const comments = z.array(CommentDraft).max(50);
const lease = {
  /** The secret of an offline bundle. It goes no further than the desk, which puts its hash in its place. */
  leaseToken: z.string().min(1).max(200).optional(),
  tokenSha256: Sha256.optional(),
};

/** What a person, or the system, asks of a task. */
export const TaskCommand = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('claim'), ...asked, ...lease, offline: z.boolean().optional() }),
  z.object({ kind: z.literal('renew'), ...asked, ...lease, offline: z.boolean().optional() }),
  z.object({
    kind: z.literal('release'),
    ...asked,
    reason: reason.optional(),
    draft: upload.optional(),
  }),
  z.object({
    kind: z.literal('hand-over'),
    ...asked,
    /** Person id. */
    to: z.string().min(1).max(80),
    reason,
    draft: upload.optional(),
  }),
  z.object({ kind: z.literal('save-draft'), ...asked, upload }),
  z.object({
    kind: z.literal('submit'),
    ...asked,
    ...lease,
    upload,
    reason: reason.optional(),
    /** Codes of findings on the upload that the sender has seen and stands by. */
    acknowledged: z.array(z.string().min(1).max(80)).max(50).optional(),
  }),
  z.object({
    kind: z.literal('restore'),
    ...asked,
    organ: OrganName,
    /** The label version whose voxels are taken. */
    version: z.string().min(1).max(80),
    reason,
  }),
  z.object({ kind: z.literal('review'), ...asked }),
  z.object({
    kind: z.literal('return'),
    ...asked,
    reason,
    organs: z.array(OrganName).optional(),
    comments: comments.optional(),
  }),
  z.object({ kind: z.literal('attest-absent'), ...asked, organ: OrganName, reason }),
  z.object({ kind: z.literal('approve'), ...asked, reason: reason.optional() }),
  z.object({ kind: z.literal('start-verification'), ...asked }),
  z.object({ kind: z.literal('verify'), ...asked, reason: reason.optional() }),
  z.object({ kind: z.literal('refine'), ...asked, upload, reason }),
  z.object({ kind: z.literal('escalate'), ...asked, reason }),
  z.object({
    kind: z.literal('comment'),
    ...asked,
    comments,
    /** Ids of comments that are settled. */
    resolve: z.array(z.string().min(1).max(80)).max(200).optional(),
  }),
  z.object({
    kind: z.literal('reopen'),
    ...asked,
    reason,
    /** What people are asked to look at; all organs unless told otherwise. */
    organs: z.array(OrganName).optional(),
  }),
  z.object({ kind: z.literal('remind'), ...asked }),
  z.object({ kind: z.literal('expire'), ...asked }),
]);
export type TaskCommand = z.infer<typeof TaskCommand>;
export type TaskCommandKind = TaskCommand['kind'];
