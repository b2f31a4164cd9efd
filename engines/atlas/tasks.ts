import type { Organ } from '../../domain/organ.js';
import type { CtVolume, Mask } from '../../imaging/volume.js';
import type { PreparedCase } from './preparation.js';

/** What the engine's thread can be asked. Answers: a `PreparedCase`, a model's bytes, a `JudgedMask`, in this order. */
export type AtlasTask =
  | { readonly kind: 'prepare'; readonly id: string; readonly image: CtVolume; readonly mask: Mask }
  | { readonly kind: 'train'; readonly organ: Organ; readonly cases: readonly PreparedCase[] }
  | { readonly kind: 'predict'; readonly model: Uint8Array; readonly image: CtVolume };
