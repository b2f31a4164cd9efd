import { z } from 'zod';
import { collections } from './collection.js';
import { organs } from './organ.js';

/** Schemas of the small words that every other noun is made of. */
export const OrganName = z.enum(organs);
export const CollectionName = z.enum(collections);
export const Sha256 = z.string().regex(/^[0-9a-f]{64}$/, 'expected 64 lower-case hex digits');
/** A campaign's name, used in workflow ids and object keys. */
export const CampaignName = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'expected lower-case letters, digits and hyphens (at most 63)');
/** A case's name inside its collection, as the collection writes it: `volume-0`, `PANCREAS_0001`. */
export const CaseId = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/);

/** Bytes in the object store, named by their own hash. Voxels travel only as this. */
export const ObjectRef = z.object({ key: z.string(), sha256: Sha256, bytes: z.number().int().nonnegative() });
export type ObjectRef = z.infer<typeof ObjectRef>;
