import { z } from 'zod';
import { ObjectRef, OrganName } from './primitives.js';
import { TrainingRecord, TrainingSet } from './training-set.js';

/** A trained model of one or more organs and what it was trained on. */
export const Model = z.object({
  /** Follows from engine, settings, seed and training set: training the same twice gives the same model. */
  modelId: z.string(),
  organs: z.array(OrganName).min(1),
  engine: TrainingSet.shape.engine.extend({ summary: z.string() }),
  weights: ObjectRef,
  seed: z.number().int(),
  /** The model that its training went on from. */
  startFrom: z.string().optional(),
  /** Models that proposed labels which it was trained on, corrected since or not; and `startFrom`. */
  learnedFrom: z.array(z.string()).optional(),
  /** Never the reference. */
  trainedOn: z.array(TrainingRecord),
  /** Licences of the training data, those of models that it learned from included: they may bind what the model makes. */
  licences: z.array(z.string()),
});
export type Model = z.infer<typeof Model>;

/** What workflows carry of a model: that it is the one to propose this organ. */
export const ModelSummary = z.object({ modelId: z.string(), organ: OrganName });
export type ModelSummary = z.infer<typeof ModelSummary>;
