import { z } from 'zod';

/** One message of a campaign's event stream, as JSON in its `data`. */
export const Change = z.object({
  campaign: z.string(),
  /** What changed: a task, a case, the roster, a decision. */
  entity: z.string(),
  /** When, as the record says. */
  at: z.string(),
  phase: z.string().optional(),
});
export type Change = z.infer<typeof Change>;
