import type { Doubt } from '../domain/expected-error.js';
import type { Organ } from '../domain/organ.js';
import type { CtVolume, Mask } from '../imaging/volume.js';
import type { EngineDescription, RunContext } from './engine.js';

/** A case with the mask of the one organ. */
export interface OrganCase {
  readonly id: string;
  readonly load: () => Promise<{ image: CtVolume; mask: Mask }>;
}

export interface OrganTraining {
  readonly organ: Organ;
  readonly cases: readonly OrganCase[];
  readonly seed: number;
}

/** A mask, and how sure its model is of it. */
export interface JudgedMask {
  readonly mask: Mask;
  readonly doubt: Doubt;
}

export interface LoadedOrganModel {
  /** Mask of the model's organ on the image's own grid, and its doubt. Same image, same mask. */
  judge(image: CtVolume, context: RunContext): Promise<JudgedMask>;
  /** Frees threads and memory. Safe to call twice. */
  dispose(): Promise<void>;
}

/** What knows one organ at a time; `organWise` makes an engine of it. */
export interface OrganEngine {
  describe(): EngineDescription;
  /** Same input, same bytes. */
  train(input: OrganTraining, context: RunContext): Promise<Uint8Array>;
  load(model: Uint8Array): Promise<LoadedOrganModel>;
}
