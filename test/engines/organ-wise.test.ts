import { describe, expect, it } from 'vitest';
import type { Organ } from '../../domain/organ.js';
import type { TrainingCase } from '../../engines/engine.js';
import type { OrganEngine } from '../../engines/organ-engine.js';
import { organWise } from '../../engines/organ-wise.js';
import { geometryOf, recording, volumeOf } from './phantom.js';

const image = volumeOf(geometryOf([4, 1, 1], [1, 1, 1]), new Int16Array(4));
const doubt = { boundaryEntropy: 0.5, selfLoss: 0.5 };

/** Knows each organ by heart: its model is the mask of the first case. */
const rote: OrganEngine = {
  describe: () => ({ name: 'rote', version: '1', summary: 'repeats what it saw', device: 'cpu' }),
  train: async ({ cases }, { progress }) => {
    progress(1, 'seen');
    return (await cases[0]!.load()).mask;
  },
  load: async (model) => ({ judge: async () => ({ mask: model.slice(), doubt }), dispose: async () => {} }),
};
const engine = organWise(rote);
const cases: TrainingCase[] = [
  { id: 'one', load: async () => ({ image, labels: Uint8Array.of(1, 4, 255, 0) }) },
];
const train = (organs: readonly Organ[]) =>
  engine.train({ organs, cases, seed: 1, settings: {} }, recording().context);

describe('an engine of several organs made of one of a single organ', () => {
  it('trains and asks organ by organ and gives one label map, voxels without a label being nobody’s', async () => {
    const model = await engine.load(await train(['liver', 'pancreas']));
    expect(model.organs).toEqual(['liver', 'pancreas']);
    expect([...(await model.predict(image, recording().context))]).toEqual([1, 4, 0, 0]);
    const { doubts } = await model.judge!(image, recording().context);
    expect(doubts).toEqual({ liver: doubt, pancreas: doubt });
  });

  it('leaves a voxel that two organs claim to the smaller one', async () => {
    const everywhere = organWise({ ...rote, train: async () => Uint8Array.of(1, 1, 1, 1) });
    const input = { organs: ['liver', 'spleen'] as const, cases, seed: 1, settings: {} };
    const model = await everywhere.load(await everywhere.train(input, recording().context));
    expect([...(await model.predict(image, recording().context))]).toEqual([3, 3, 3, 3]);
  });

  it('tells progress over all organs', async () => {
    const { context, told } = recording();
    await engine.train({ organs: ['liver', 'pancreas'], cases, seed: 1, settings: {} }, context);
    expect(told.map(({ fraction }) => fraction)).toEqual([0.5, 1]);
  });

  it('has nothing to set, and names what was to be set', () => {
    expect(engine.settingsOf({})).toEqual({});
    expect(() => engine.settingsOf({ epochs: 5 })).toThrow('the engine rote has no setting "epochs"');
  });

  it('refuses bytes that are not its own', async () => {
    const bytes = await train(['liver']);
    const foreign = [
      bytes.slice(1),
      bytes.slice(0, -1),
      new Uint8Array(3),
      Uint8Array.of(255, 255, 255, 255),
    ];
    for (const each of foreign)
      await expect(engine.load(each)).rejects.toMatchObject({ kind: 'SchemaViolation' });
  });
});
