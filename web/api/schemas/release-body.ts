import { z } from 'zod';
import { Erratum } from '../../../domain/erratum.js';

const count = z.number().int().nonnegative();

export const ReleaseLine = z.object({
  version: z.string(),
  /** Null while the publication is not written down. */
  at: z.iso.datetime().nullable(),
  cases: count,
  leftOut: count,
  images: z.boolean(),
  bytes: count,
  manifestSha256: z.string(),
});
export type ReleaseLine = z.infer<typeof ReleaseLine>;

export const ErratumLine = Erratum.extend({ state: z.enum(['reported', 'reopened', 'settled']) });
export type ErratumLine = z.infer<typeof ErratumLine>;

/** Releases of a campaign, the oldest first, and what was found wrong in them. */
export const ReleaseList = z.object({ releases: z.array(ReleaseLine), errata: z.array(ErratumLine) });
export type ReleaseList = z.infer<typeof ReleaseList>;
