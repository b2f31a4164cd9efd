import { z } from 'zod';

/** One distribution of a collection: the same scans are given out in several places, under different terms. */
export const SourceCopy = z.object({
  /** What it is called. */
  copy: z.string(),
  /** As an SPDX-like name, `unknown` where none is stated. */
  licence: z.string(),
  citation: z.string(),
  /** What is not certain about the licence, where something is not. */
  licenceNote: z.string().optional(),
  /** The same scan elsewhere. */
  otherCopies: z.array(z.object({ copy: z.string(), licence: z.string() })),
});
export type SourceCopy = z.infer<typeof SourceCopy>;
