import { z } from 'zod';
import { CollectionName, OrganName } from './primitives.js';
import { roles, systemActor } from './role.js';

/** Somebody who works on a campaign. Simulated people say so in every record. */
export const Person = z.object({
  id: z
    .string()
    .regex(/^[a-z0-9][a-z0-9-]{0,39}$/, 'expected lower-case letters, digits and hyphens (at most 40)')
    .refine((id) => id !== systemActor, `'${systemActor}' is the system's own name`),
  role: z.enum(roles),
  simulated: z.boolean(),
  /** As people write it. */
  name: z.string().trim().min(1).max(120).optional(),
  /** What the person is given from the queue; absent or empty lists mean everything. */
  skills: z
    .object({ collections: z.array(CollectionName).optional(), organs: z.array(OrganName).optional() })
    .optional(),
  /** Leases held at once; `defaultQuota` when absent. */
  quota: z.number().int().min(0).max(1000).optional(),
});
export type Person = z.infer<typeof Person>;
