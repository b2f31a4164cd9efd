import { z } from 'zod';
import { roles } from '../../../domain/role.js';

/** Somebody who works on the campaign, and what they hold now. */
export const PersonBody = z.object({
  id: z.string(),
  role: z.enum(roles),
  simulated: z.boolean(),
  name: z.string().optional(),
  /** Tasks that they hold. */
  holds: z.number().int(),
  /** Tasks that they drew and that came back or went on, so far. */
  drew: z.number().int(),
  returned: z.number().int(),
  reviewed: z.number().int(),
  verified: z.number().int(),
});
export type PersonBody = z.infer<typeof PersonBody>;
export const PeopleBody = z.object({ people: z.array(PersonBody) });
export type PeopleBody = z.infer<typeof PeopleBody>;
