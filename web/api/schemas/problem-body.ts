import { z } from 'zod';

/** RFC 9457, with what the caller can do about it. */
export const ProblemBody = z.looseObject({
  type: z.string(),
  title: z.string(),
  status: z.number().int(),
  detail: z.string(),
  remedy: z.string(),
});
export type ProblemBody = z.infer<typeof ProblemBody>;
