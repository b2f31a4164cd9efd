import type { Doubt } from '../domain/expected-error.js';
import type { Organ } from '../domain/organ.js';
import type { CtVolume, Mask } from '../imaging/volume.js';

/** What every engine run can be told and can tell. */
export interface RunContext {
  /** Aborting it stops the run soon; the promise then rejects with a `PlusctError` of kind `Cancelled`. */
  readonly signal: AbortSignal;
  /** Called often enough to heartbeat on: at least every few seconds. */
  readonly progress: (fraction: number, note: string) => void;
}

/** One labelled case; loading it is left to the engine so that not all are in memory at once. */
export interface TrainingCase {
  readonly id: string;
  readonly load: () => Promise<{ image: CtVolume; mask: Mask }>;
}

export interface TrainingInput {
  readonly organ: Organ;
  readonly cases: readonly TrainingCase[];
  readonly seed: number;
}

export interface EngineDescription {
  readonly name: string;
  readonly version: string;
  /** One honest sentence on what it is and what to expect of it. */
  readonly summary: string;
  readonly device: 'cpu' | 'gpu';
  /** It was trained on mirrored patients too, so that its mask of a mirrored scan is a second opinion. */
  readonly knowsMirrored?: true;
}

/** A mask, and how sure its model is of it. */
export interface JudgedMask {
  readonly mask: Mask;
  readonly doubt: Doubt;
}

/** A trained model that is ready to infer. */
export interface LoadedModel {
  /** Mask of the model's organ on the image's own grid. Same image, same mask. */
  predict(image: CtVolume, context: RunContext): Promise<Mask>;
  /** The same mask with what the model's own chances say of it, at little more cost. Left out where there are none. */
  judge?(image: CtVolume, context: RunContext): Promise<JudgedMask>;
  /** Frees threads and memory. Safe to call twice. */
  dispose(): Promise<void>;
}

/** What can pre-label organs. An engine keeps no state between calls. */
export interface Engine {
  describe(): EngineDescription;
  /** Trains one organ; the bytes are all that `load` needs. Same input, same bytes. */
  train(input: TrainingInput, context: RunContext): Promise<Uint8Array>;
  load(model: Uint8Array): Promise<LoadedModel>;
}
