import { z } from 'zod';
import { CollectionName, ObjectRef, OrganName, Sha256 } from './primitives.js';

/** A trained single-organ model and what it was trained on. */
export const Model = z.object({
  /** Follows from engine, seed and training set: training the same twice gives the same model. */
  modelId: z.string(),
  organ: OrganName,
  engine: z.object({ name: z.string(), version: z.string(), summary: z.string() }),
  weights: ObjectRef,
  seed: z.number().int(),
  /** Only labels of origin `source`; never the reference. */
  trainedOn: z.array(
    z.object({
      collection: CollectionName,
      caseId: z.string(),
      imageSha256: Sha256,
      label: z.string(),
      voxelSha256: Sha256,
    }),
  ),
  /** Licences of the training data: they may bind what the model makes. */
  licences: z.array(z.string()),
});
export type Model = z.infer<typeof Model>;

/** What workflows carry of a model. */
export const ModelSummary = Model.pick({ modelId: true, organ: true });
export type ModelSummary = z.infer<typeof ModelSummary>;
