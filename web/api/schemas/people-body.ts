import { z } from 'zod';
import { Person } from '../../../domain/person.js';

/** Somebody who works on the campaign, and what they hold now. */
export const PersonBody = Person.extend({
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

/** A person to add, or to change; the whole entry as it shall be. */
export const PersonChange = Person.extend({
  simulated: z.boolean().default(false),
  reason: z.string().trim().min(1).max(2000).optional(),
});
export type PersonChange = z.infer<typeof PersonChange>;
