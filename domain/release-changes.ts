import { z } from 'zod';
import { OrganName } from './primitives.js';
import { releaseSteps } from './semver.js';

/** An organ's label in one release. */
const OrganState = z.object({
  state: z.string(),
  version: z.string().optional(),
  origin: z.string().optional(),
  author: z.string().optional(),
  voxels: z.number().int().optional(),
});

export const OrganChange = z.object({
  organ: OrganName,
  before: OrganState,
  after: OrganState,
  /** Voxels that only the later or only the earlier label has; absent where one of the two was not at hand. */
  addedVoxels: z.number().int().optional(),
  removedVoxels: z.number().int().optional(),
});
export type OrganChange = z.infer<typeof OrganChange>;

export const CaseChange = z.object({
  case: z.string(),
  organs: z.array(OrganChange),
  /** Other parts of the passport that differ: `licence`, `geometry`, `part`; before and after in words where they are short. */
  fields: z.array(
    z.object({ field: z.string(), before: z.string().optional(), after: z.string().optional() }),
  ),
});
export type CaseChange = z.infer<typeof CaseChange>;

/** What lies between two releases, and the step that it asks for. */
export const ReleaseChanges = z.object({
  added: z.array(z.string()),
  removed: z.array(z.string()),
  changed: z.array(CaseChange),
  /** What is not a case's own: the meaning of labels, models, citation, figures. */
  dataset: z.array(z.string()),
  /** The least step that these changes need; absent when there is nothing to release. */
  step: z.enum(releaseSteps).optional(),
  /** Why it is not a lesser one. */
  because: z.array(z.string()),
});
export type ReleaseChanges = z.infer<typeof ReleaseChanges>;
