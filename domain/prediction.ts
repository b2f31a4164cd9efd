import { z } from 'zod';
import { Doubt } from './expected-error.js';
import { ObjectRef, OrganName, Sha256 } from './primitives.js';

/**
 * What a model says of an image: made once for each pair of model and placed image, whoever asks. An engine need not
 * give the same voxels twice, so the first answer is the one that stands.
 */
export const Prediction = z.object({
  modelId: z.string(),
  imageSha256: Sha256,
  organs: z.array(OrganName).min(1),
  /** Gzipped uint8 NIfTI under the image's own header, `organValue` of each organ. */
  labelMap: ObjectRef,
  doubts: z.partialRecord(OrganName, Doubt),
});
export type Prediction = z.infer<typeof Prediction>;
