import { z } from 'zod';
import { Finding, finding } from './finding.js';
import { findingCodes } from './finding-catalogue.js';

const Triple = z.tuple([z.number(), z.number(), z.number()]);

/** What a file holds that can be read as a mask. */
export const UploadSummary = z.object({
  accepted: z.literal(true),
  format: z.enum(['nifti', 'nrrd']),
  /** The grid that the file states; index order (i, j, k). */
  shape: Triple,
  spacingMm: Triple,
  /** Direction in which each index grows, of R L A P S I. */
  axisCodes: z.string(),
  /** How many voxels have each value other than 0, by the value as text. */
  voxels: z.record(z.string(), z.number().int().positive()),
  /** What a person should know of the file, though it can be used. */
  findings: z.array(Finding),
});
export type UploadSummary = z.infer<typeof UploadSummary>;

/** Why a file cannot be taken as a mask, and what to do about it. */
export const UploadRefusal = z.object({
  accepted: z.literal(false),
  code: z.enum(findingCodes),
  message: z.string(),
  remedy: z.string(),
});
export type UploadRefusal = z.infer<typeof UploadRefusal>;

/** The refusal as a finding on the file at `where`. */
export function findingOf({ code, message, remedy }: UploadRefusal, where: string): Finding {
  return finding(code, { where, message, suggestion: remedy });
}

/** The gate's answer on an uploaded file. */
export const UploadVerdict = z.discriminatedUnion('accepted', [UploadSummary, UploadRefusal]);
export type UploadVerdict = z.infer<typeof UploadVerdict>;
