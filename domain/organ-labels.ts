import { z } from 'zod';
import { OrganName } from './primitives.js';

const Values = z.array(z.number().int().positive());

/** What the values of a label file mean; 0 is background everywhere. */
export const OrganLabels = z.object({
  /** Values that together are an organ: tumours and cysts belong to it. An organ that is not here is not labelled. */
  organs: z.partialRecord(OrganName, Values),
  /** Values of other structures: they are background. */
  ignored: Values.optional(),
  /** Values that give files of another data set away, and what they give away. */
  foreign: z.record(z.string(), z.string()).optional(),
});
export type OrganLabels = z.infer<typeof OrganLabels>;
