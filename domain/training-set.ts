import { z } from 'zod';
import { LabelOrigin } from './label-version.js';
import { organs } from './organ.js';
import { CampaignName, CaseId, CollectionName, OrganName, Sha256 } from './primitives.js';

/** What an engine is set to, by names of its own. */
export const EngineSettings = z.record(z.string(), z.union([z.string(), z.number(), z.boolean()]));
export type EngineSettings = z.infer<typeof EngineSettings>;

/** Settings as the command line takes them. */
export function settingsText(settings: EngineSettings): string {
  return Object.entries(settings)
    .map(([name, value]) => `${name}=${value}`)
    .join(', ');
}

/** Which mask of an organ a case is trained with. */
export const TrainingLabel = z.object({
  organ: OrganName,
  version: z.string(),
  origin: LabelOrigin,
  voxelSha256: Sha256,
});
export type TrainingLabel = z.infer<typeof TrainingLabel>;

/** One case of a training set: its image and exactly one label version for each organ that is in the patient. */
export const TrainingRecord = z.object({
  /** The campaign that keeps image and labels. */
  campaign: CampaignName,
  collection: CollectionName,
  caseId: CaseId,
  imageSha256: Sha256,
  /** Of the copy that the image and its source label are from. */
  licence: z.string(),
  labels: z.array(TrainingLabel).min(1),
  /** A model made at least one of its labels. */
  pseudo: z.literal(true).optional(),
  /** Axial slices that count as labelled, from 0 along the image's own axis; all where it is left out. */
  slices: z.array(z.number().int().nonnegative()).min(1).optional(),
});
export type TrainingRecord = z.infer<typeof TrainingRecord>;

/** Everything that a training depends on. Equal sets are one training, in whichever campaign they were put together. */
export const TrainingSet = z.object({
  organs: z.array(OrganName).min(1),
  engine: z.object({
    name: z.string(),
    version: z.string(),
    settings: EngineSettings,
  }),
  seed: z.number().int(),
  /** The model that training goes on from. */
  startFrom: z.string().optional(),
  cases: z.array(TrainingRecord).min(1),
});
export type TrainingSet = z.infer<typeof TrainingSet>;

/** What makes one training another: where its labels are kept does not. */
export function trainingIdentity({ cases, ...rest }: TrainingSet): unknown {
  return { ...rest, cases: cases.map(({ campaign: _, licence: __, ...own }) => own) };
}

/** `{engine}-{organs}-{start of the hash of the identity}`; organs in the house's order. */
export function modelIdOf({ engine, organs: own }: TrainingSet, identitySha256: string): string {
  const names = organs.filter((organ) => own.includes(organ));
  return `${engine.name}-${names.join('-')}-${identitySha256.slice(0, 16)}`;
}
