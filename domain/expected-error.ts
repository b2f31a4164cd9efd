import { z } from 'zod';

const Share = z.number().min(0).max(1);

/** How sure an engine is of one mask, by its own chances and without any truth. */
export const Doubt = z.object({
  /** Mean binary entropy, in bits, of the voxels along the outline. */
  boundaryEntropy: Share,
  /** 1 − the DSC that the chances themselves let expect. */
  selfLoss: Share,
  /** Mean of 1 − DSC between each part of an ensemble alone and the ensemble; engines that are one model have none. */
  disagreement: Share.optional(),
});
export type Doubt = z.infer<typeof Doubt>;

/** Size, tone and form of an organ in its image: what tells a case from those that a model has learnt from. */
export const OrganFeatures = z.object({
  lnVolumeMl: z.number(),
  meanHu: z.number(),
  sdHu: z.number(),
  /** Share of the organ's box that it fills. */
  fill: z.number(),
  lnDiagonalMm: z.number(),
});
export type OrganFeatures = z.infer<typeof OrganFeatures>;
