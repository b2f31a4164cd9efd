import { resolve } from 'node:path';
import { atlasEngine } from '../../engines/atlas/atlas-engine.js';
import { commandEngine } from '../../engines/command/command-engine.js';
import type { TrainingCase } from '../../engines/engine.js';
import { kserveEngine } from '../../engines/kserve/kserve-engine.js';
import { organWise } from '../../engines/organ-wise.js';
import { engineContract } from './contract.js';
import { inferenceServer } from './kserve/inference-server.js';
import { phantom } from './phantom.js';

const cases: TrainingCase[] = [1, 2].map((seed) => ({
  id: `phantom-${seed}`,
  load: async () => {
    const { image, mask } = phantom(seed);
    return { image, labels: Uint8Array.from(mask) };
  },
}));
const { image } = phantom(10);

engineContract(
  'atlas',
  async () => ({
    engine: organWise(atlasEngine()),
    settings: {},
    organs: ['liver'],
    cases,
    image,
    deterministic: true,
    turnedDsc: 1,
  }),
  { timeoutMs: 120_000 },
);

engineContract('command', async () => ({
  engine: commandEngine({ ...process.env, PLUSCT_ALLOW_COMMANDS: '1' }),
  settings: {
    command: `"${process.execPath}" "${resolve('test/engines/command/segment.mjs')}" {input} {output}`,
    labels: '1=liver',
  },
  organs: ['liver'],
  cases: [],
  image,
  deterministic: true,
  turnedDsc: 1,
}));

engineContract('kserve', async () => {
  const server = await inferenceServer();
  return {
    engine: kserveEngine({ PLUSCT_INFERENCE_HOSTS: server.host }),
    settings: {
      url: `http://${server.host}`,
      model: 'abdomen',
      modelVersion: '3',
      output: 'LABELS',
      labels: '1=liver',
    },
    organs: ['liver'],
    cases: [],
    image,
    deterministic: true,
    turnedDsc: 1,
    close: server.close,
  };
});
