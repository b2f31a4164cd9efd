import { z } from 'zod';
import { ObjectRef, OrganName, Sha256 } from './primitives.js';

/** Where a mask comes from. In assembly `source` beats `human`, `human` beats `model`. */
export const LabelOrigin = z.enum(['source', 'human', 'model']);
export type LabelOrigin = z.infer<typeof LabelOrigin>;

/**
 * An immutable mask of one organ on the case's native grid: a gzipped uint8 NIfTI of 0 and 1.
 * It holds no time, so that the same work gives the same version; times are in the audit log.
 */
export const LabelVersion = z.object({
  /** `{origin}-{first 12 hex digits of the hash of everything below}`. */
  version: z.string(),
  organ: OrganName,
  origin: LabelOrigin,
  mask: ObjectRef,
  /** Hash of the mask's voxels alone, whatever the header and compression. */
  voxelSha256: Sha256,
  voxels: z.number().int().nonnegative(),
  /** The version that this one corrects. */
  parent: z.string().optional(),
  /** Who made it: a collection, a model id or a person id. */
  author: z.string(),
  reason: z.string(),
  /** A simulated annotator says so here. */
  simulated: z.boolean().optional(),
});
export type LabelVersion = z.infer<typeof LabelVersion>;

/** What workflows carry of a label version. */
export const LabelSummary = LabelVersion.pick({
  organ: true,
  version: true,
  origin: true,
  author: true,
  voxelSha256: true,
  voxels: true,
});
export type LabelSummary = z.infer<typeof LabelSummary>;
