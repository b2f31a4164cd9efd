import type { Doubt } from '../domain/expected-error.js';
import type { Organ } from '../domain/organ.js';
import type { EngineSettings } from '../domain/training-set.js';
import type { CtVolume } from '../imaging/volume.js';

/** Bytes that outlive the process: what training goes on from when its worker has died. */
export interface Checkpoints {
  /** Keeps the bytes as the newest checkpoint. */
  save(bytes: Uint8Array): Promise<void>;
  /** The newest checkpoint of this very training, whoever saved it; undefined at the first attempt. */
  newest(): Promise<Uint8Array | undefined>;
}

/** What every engine run can be told and can tell. */
export interface RunContext {
  /** Aborting it stops the run soon; the promise then rejects with a `PlusctError` of kind `Cancelled`. */
  readonly signal: AbortSignal;
  /** Called often enough to heartbeat on: at least every few seconds. */
  readonly progress: (fraction: number, note: string) => void;
  /** Told how long the device itself worked on a case, by an engine that knows. */
  readonly onDevice?: (seconds: number) => void;
}

export interface TrainingContext extends RunContext {
  /** Left out where a training that is cut off begins anew. */
  readonly checkpoints?: Checkpoints;
}

/** In a training label map: nobody said what this voxel is. */
export const unlabelled = 255;

/** Image and labels on one grid. */
export interface TrainingVolume {
  readonly image: CtVolume;
  /** `organValue` of each trained organ, 0 elsewhere, `unlabelled` where nobody looked. Same index order as the image. */
  readonly labels: Uint8Array;
}

/** One labelled case; loading it is left to the engine so that not all are in memory at once. */
export interface TrainingCase {
  readonly id: string;
  /** A model made its labels: an engine may trust it less. */
  readonly pseudo?: true;
  readonly load: () => Promise<TrainingVolume>;
}

export interface TrainingInput {
  /** Follows from cases, labels, settings and seed: the same training has the same, and may go on where it was cut off. */
  readonly identity?: string;
  readonly organs: readonly Organ[];
  readonly cases: readonly TrainingCase[];
  readonly seed: number;
  /** As `Engine.settingsOf` gave them. */
  readonly settings: Readonly<EngineSettings>;
  /** A model of the same engine, organs and settings whose training goes on with these cases; only where the engine can. */
  readonly startFrom?: Uint8Array;
}

export interface EngineDescription {
  readonly name: string;
  readonly version: string;
  /** One honest sentence on what it is and what to expect of it. */
  readonly summary: string;
  readonly device: 'cpu' | 'gpu';
  /** It was trained on mirrored patients too, so that its mask of a mirrored scan is a second opinion. */
  readonly knowsMirrored?: true;
  /** It learns from label maps with `unlabelled` voxels; others are given slices filled in between the labelled ones. */
  readonly learnsFromSlices?: true;
  /** It can go on from a model (`startFrom`): the fine-tuning step of a teacher–student round. */
  readonly finetunes?: true;
  /** Its models take so many cases at once: the device works on one while others are prepared and written. Else one. */
  readonly casesAtOnce?: number;
  /** Its models go on with less where a device has too little memory: none is refused by what was measured elsewhere. */
  readonly savesMemory?: true;
  /** It learns nothing: a model is what its settings name, and `train` only checks them, without cases. */
  readonly fixed?: true;
}

/** A label map, and how sure its model is of each organ. */
export interface JudgedLabels {
  readonly labels: Uint8Array;
  readonly doubts: Readonly<Partial<Record<Organ, Doubt>>>;
}

/** A trained model that is ready to infer. */
export interface LoadedModel {
  readonly organs: readonly Organ[];
  /** Label map (`organValue` of the model's organs, 0 elsewhere) on the image's own grid. */
  predict(image: CtVolume, context: RunContext): Promise<Uint8Array>;
  /** The same labels with what the model's own chances say of them, at little more cost. Left out where there are none. */
  judge?(image: CtVolume, context: RunContext): Promise<JudgedLabels>;
  /** Frees processes, threads and memory. Safe to call twice. */
  dispose(): Promise<void>;
}

/** What can pre-label organs. An engine keeps no state between calls but caches. */
export interface Engine {
  describe(): EngineDescription;
  /** Fills in defaults. Throws `InvalidInput` naming a setting that it does not know or cannot use, and what it can. */
  settingsOf(given: Readonly<EngineSettings>): EngineSettings;
  /** Trains one model of all the organs; the bytes are all that `load` needs. */
  train(input: TrainingInput, context: TrainingContext): Promise<Uint8Array>;
  load(model: Uint8Array): Promise<LoadedModel>;
}
