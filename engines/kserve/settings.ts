import { z } from 'zod';
import type { EngineSettings } from '../../domain/training-set.js';
import { checkedSettings } from '../engine-settings.js';
import { labelSettings } from '../label-values.js';

/** Node gives up on an answer that has not begun after five minutes. */
const longestSeconds = 280;

export const KserveSettings = z.strictObject({
  /** Of the server: `http://triton:8000`. */
  url: z.url({ protocol: /^https?$/ }),
  model: z.string().regex(/^[\w.-]+$/, 'expected letters, digits, . _ -'),
  /** Named, so that another model of the same name is another model here. */
  modelVersion: z
    .union([z.string(), z.number()])
    .transform(String)
    .pipe(z.string().regex(/^[\w.-]+$/, 'expected letters, digits, . _ -')),
  /** Names of tensors; where the model has one of a kind, it need not be named. */
  input: z.string().min(1).exactOptional(),
  output: z.string().min(1).exactOptional(),
  /** An input that takes the voxel sides in mm, in the order of the image tensor's last three axes. */
  spacingInput: z.string().min(1).exactOptional(),
  /** Whither the axes run that the model is given, or `native`. */
  orientation: z
    .string()
    .regex(/^(native|[RL][AP][SI])$/, 'expected native, or three letters as RAS or LPS')
    .default('RAS'),
  timeoutSeconds: z.number().positive().max(longestSeconds).default(longestSeconds),
  /** The worker's variable that holds a bearer token. */
  tokenVariable: z
    .string()
    .regex(/^KSERVE_TOKEN(_[A-Z0-9_]+)?$/, 'expected KSERVE_TOKEN or KSERVE_TOKEN_…')
    .exactOptional(),
  ...labelSettings,
});
export type KserveSettings = z.infer<typeof KserveSettings>;

/** Fills in defaults. Throws `InvalidInput` naming the setting. */
export function kserveSettings(given: Readonly<EngineSettings>): KserveSettings {
  return checkedSettings('kserve', KserveSettings, given);
}
