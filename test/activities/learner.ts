import type { TrainingSet } from '../../domain/training-set.js';
import type { Checkpoints, Engine, EngineDescription, TrainingInput } from '../../engines/engine.js';
import type { MiniCase } from '../workflows/mini-case.js';

/** What an engine of the tests was asked for. */
export interface Asked {
  readonly trained: TrainingInput[];
  readonly predicted: number[];
  readonly disposed: number[];
}

/**
 * An engine that learns nothing: every training gives other bytes, and a model says that every voxel is its organ. It
 * keeps what it was asked for.
 */
export function learner(more: Partial<EngineDescription> = {}): { engine: Engine; asked: Asked } {
  const asked: Asked = { trained: [], predicted: [], disposed: [] };
  const engine: Engine = {
    describe: () => ({ name: 'learner', version: '1', summary: 'of tests', device: 'cpu', ...more }),
    settingsOf: (given) => ({ ...given }),
    train: async (input, { checkpoints }) => {
      asked.trained.push(input);
      const count = asked.trained.length;
      await checkpoints?.save(Uint8Array.of(100 + count));
      return Uint8Array.of(count);
    },
    load: async (model) => ({
      organs: ['liver'],
      predict: async (image) => {
        asked.predicted.push(model[0]!);
        return new Uint8Array(image.hu.length).fill(1);
      },
      dispose: async () => void asked.disposed.push(model[0]!),
    }),
  };
  return { engine, asked };
}

/** A training set of mini cases with their source labels. */
export function setOf(minis: readonly MiniCase[], more: Partial<TrainingSet> = {}): TrainingSet {
  return {
    organs: ['liver'],
    engine: { name: 'learner', version: '1', settings: {} },
    seed: 1,
    cases: minis.map(({ at, labels: [liver] }) => ({
      ...at,
      imageSha256: 'ab'.repeat(32),
      licence: 'CC-BY-4.0',
      labels: [
        {
          organ: liver!.organ,
          version: liver!.version,
          origin: liver!.origin,
          voxelSha256: liver!.voxelSha256,
        },
      ],
    })),
    ...more,
  };
}

/** The newest checkpoint, read as one byte. */
export async function newestByte(checkpoints: Checkpoints): Promise<number | undefined> {
  return (await checkpoints.newest())?.[0];
}
