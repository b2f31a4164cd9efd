import { z } from 'zod';
import { Model } from './model.js';
import { Sha256 } from './primitives.js';

/** What a model's archive holds, in this order. */
export const archiveNames = {
  contents: 'archive.json',
  model: 'model.json',
  weights: 'weights.bin',
} as const;

/** The first file of an archive: what the others have to be. */
export const ArchiveContents = z.object({
  format: z.literal('plusct-model'),
  formatVersion: z.literal(1),
  modelId: Model.shape.modelId,
  /** SHA-256 by file. */
  files: z.object({ [archiveNames.model]: Sha256, [archiveNames.weights]: Sha256 }),
});
export type ArchiveContents = z.infer<typeof ArchiveContents>;

/** That somebody took a model in from an archive, and answers for it. */
export const ModelImport = z.object({
  modelId: z.string(),
  archiveSha256: Sha256,
  by: z.string().min(1),
  at: z.iso.datetime(),
});
export type ModelImport = z.infer<typeof ModelImport>;
