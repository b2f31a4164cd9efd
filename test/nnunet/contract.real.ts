import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { nnunetEngine } from '../../engines/nnunet/nnunet-engine.js';
import { generateSamples } from '../../sources/samples/generate.js';
import { engineContract } from '../engines/contract.js';
import { spleenCrop, trainingCases } from './sample-cases.js';

const size = [40, 40, 20] as const;

/** What holds for every engine, held against the real nnU-Net. */
engineContract(
  'nnunet',
  async () => {
    const samples = mkdtempSync(join(tmpdir(), 'plusct-contract-'));
    await generateSamples({ directory: samples, seed: 1 });
    const ids = ['spleen_2', 'spleen_3', 'spleen_6'];
    const volumes = new Map(ids.map((id) => [id, spleenCrop(samples, id, size)]));
    const { image } = spleenCrop(samples, 'spleen_8', size);
    rmSync(samples, { recursive: true });
    return {
      engine: nnunetEngine(),
      settings: {
        configuration: '2d',
        epochs: 3,
        iterationsPerEpoch: 15,
        batchSize: 4,
        largestPatch: 48,
        saveEvery: 1,
        device: 'cpu',
      },
      organs: ['spleen'],
      cases: trainingCases(volumes),
      image,
      deterministic: false,
      // Axes are turned by whole voxels, and back.
      turnedDsc: 0.99,
    };
  },
  { timeoutMs: 10 * 60_000 },
);
