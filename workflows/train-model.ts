import type { ModelSummary } from '../domain/model.js';
import type { Organ } from '../domain/organ.js';
import type { EngineSettings } from '../domain/training-set.js';
import { training } from './deeds.js';

export interface TrainInput {
  readonly campaign: string;
  readonly organ: Organ;
  readonly engine: string;
  readonly settings?: EngineSettings;
  readonly seed: number;
}

/** Trains one organ's model from source labels; undefined when no case of the campaign has such labels. */
export async function trainModel(input: TrainInput): Promise<ModelSummary | undefined> {
  return (await training().trainOrgan(input)).model;
}
