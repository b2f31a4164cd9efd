import { z } from 'zod';
import { Finding } from '../../../domain/finding.js';

/** RFC 9457, with what the caller can do about it. */
export const ProblemBody = z.looseObject({
  type: z.string(),
  title: z.string(),
  status: z.number().int(),
  detail: z.string(),
  remedy: z.string(),
  /** Where a file was refused: what was found. */
  findings: z.array(Finding).optional(),
});
export type ProblemBody = z.infer<typeof ProblemBody>;
