import { availableParallelism } from 'node:os';
import { enginePin } from '../../infra/engine-environment.js';
import type { Engine, EngineDescription } from '../engine.js';
import { unpackArchive } from './archive.js';
import { devicesHere, memoryHere } from './device.js';
import { type Asking, loadedModel } from './prediction.js';
import { nnunetSettings } from './settings.js';
import { trainModel } from './training.js';
import { Workshop } from './workshop.js';

/** Raise it whenever the same settings would train otherwise. */
const revision = 1;

/** Cases at once, whatever the machine: one is computed while one is prepared and one is written. Beyond it nothing is won. */
const [fewestCases, mostCases] = [3, 8];
/** What a case on its way may take of the machine. */
const [coresPerCase, memoryPerCase] = [2, 8 * 1024 ** 3];

/** As many cases as keep a device busy: resampling takes several times as long as the device computes. */
export function casesAtOnce(cores: number, memoryBytes: number): number {
  const fitting = Math.floor(Math.min(cores / coresPerCase, memoryBytes / memoryPerCase));
  return Math.min(mostCases, Math.max(fewestCases, fitting));
}

const description: EngineDescription = {
  name: 'nnunet',
  version: `${enginePin('nnunet').version}+${revision}`,
  summary:
    'nnU-Net v2: a self-configuring U-Net, the field’s yardstick. Trains for hours on a GPU; on a CPU only trials are ' +
    'worth while. Has to be installed on each GPU worker’s machine.',
  device: 'gpu',
  knowsMirrored: true,
  learnsFromSlices: true,
  finetunes: true,
  casesAtOnce: casesAtOnce(availableParallelism() / devicesHere(), memoryHere() / devicesHere()),
  savesMemory: true,
};

export interface NnunetOptions {
  readonly environment?: Readonly<Record<string, string | undefined>>;
  readonly asking?: Asking;
}

/** nnU-Net as an engine. Whatever needs its installation throws `EngineMissing` where there is none. */
export function nnunetEngine({ environment = process.env, asking }: NnunetOptions = {}): Engine {
  const how = asking ?? (environment.PLUSCT_NNUNET_SIDECAR === 'off' ? 'command' : 'sidecar');
  return {
    describe: () => description,
    settingsOf: nnunetSettings,
    train: async (input, context) =>
      trainModel(Workshop.open(environment), description.version, input, context),
    load: async (model) =>
      loadedModel(Workshop.open(environment), unpackArchive(model, 'model'), how, description.casesAtOnce!),
  };
}
