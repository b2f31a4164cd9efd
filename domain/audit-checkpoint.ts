import { z } from 'zod';
import { CampaignName, ObjectRef, Sha256 } from './primitives.js';

/** The newest record of one entity, as a checkpoint holds it. */
export const AuditHead = z.object({
  entity: z.string(),
  sequence: z.number().int().nonnegative(),
  /** Hash of the record's bytes; as each record holds that of the one before, of the whole chain. */
  sha256: Sha256,
});
export type AuditHead = z.infer<typeof AuditHead>;

/**
 * A seal over everything that was on record at a time. Whoever keeps the hash of one elsewhere can prove later that
 * nothing before it was changed, taken away or put in.
 */
export const AuditCheckpoint = z.object({
  campaign: CampaignName,
  /** Counted from 1. */
  number: z.number().int().positive(),
  at: z.iso.datetime(),
  /** Why it was made. */
  reason: z.string(),
  actor: z.string(),
  entities: z.number().int().nonnegative(),
  records: z.number().int().nonnegative(),
  /** Merkle tree hash of the heads in the order of their entities' names, by RFC 6962. */
  root: Sha256,
  /** The heads themselves, one JSON line each: with them a record that is missing can be named. */
  heads: ObjectRef,
  /** Hash of the bytes of the checkpoint before; 64 zeros for the first. */
  previousSha256: Sha256,
});
export type AuditCheckpoint = z.infer<typeof AuditCheckpoint>;
