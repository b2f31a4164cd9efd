import type { DevicePlan } from '../domain/hardware-class.js';
import type { ModelSummary } from '../domain/model.js';
import type { Organ } from '../domain/organ.js';
import type { EngineSettings } from '../domain/training-set.js';
import { onFittingDevice } from './fitting-device.js';

export interface TrainInput {
  readonly campaign: string;
  readonly organ: Organ;
  readonly engine: string;
  readonly settings?: EngineSettings;
  readonly seed: number;
  readonly devices?: DevicePlan;
}

/** Trains one organ's model from source labels; undefined when no case of the campaign has such labels. */
export async function trainModel(input: TrainInput): Promise<ModelSummary | undefined> {
  const { devices: plan, ...asked } = input;
  const of = { deed: 'training', plan, urgency: 'bulk' } as const;
  return (await onFittingDevice(of, (device) => device.trainOrgan(asked))).model;
}
