import { z } from 'zod';

const count = z.number().int().nonnegative();

/** What people did, summed up by person, organ or stage. */
export const EffortLine = z.object({
  name: z.string(),
  tasks: count,
  activeMinutes: z.number(),
  changedVoxels: count,
  submissions: count,
  returns: count,
  /** Organs that were proposed and submitted, and how many of them as they were. */
  proposals: count,
  acceptedAsIs: count,
});
export type EffortLine = z.infer<typeof EffortLine>;

/** The effort ledger of a campaign, and what is left of it in hours. */
export const EffortBody = z.object({
  stages: z.array(EffortLine),
  organs: z.array(EffortLine),
  /** Absent while too little was measured. `low` and `high` are the 5th and the 95th percentile. */
  forecast: z.object({ hours: z.number(), low: z.number(), high: z.number(), remaining: count }).optional(),
});
export type EffortBody = z.infer<typeof EffortBody>;
