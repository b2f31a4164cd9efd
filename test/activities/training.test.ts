import { beforeEach, describe, expect, it } from 'vitest';
import { storeLabel } from '../../activities/label-store.js';
import { withForerunners } from '../../activities/model-descent.js';
import { readModel } from '../../activities/model-store.js';
import { putTrainingSet, trainOn } from '../../activities/training.js';
import { checkpointsOf } from '../../activities/training-checkpoints.js';
import { modelKey, modelsPrefix } from '../../domain/keys.js';
import { Model } from '../../domain/model.js';
import type { TrainingSet } from '../../domain/training-set.js';
import type { Engine } from '../../engines/engine.js';
import { getContent, putContent } from '../../storage/content.js';
import { sha256 } from '../../storage/hash.js';
import { publishJson } from '../../storage/json.js';
import { memoryStore } from '../../storage/memory.js';
import type { ObjectStore } from '../../storage/object-store.js';
import { type MiniCase, maskOf, storeMiniCase } from '../workflows/mini-case.js';
import { type Asked, learner, newestByte, setOf } from './learner.js';

const context = { signal: new AbortController().signal, progress: () => undefined };
let store: ObjectStore;
let mini: MiniCase;
let engine: Engine;
let asked: Asked;

const train = async (set: TrainingSet, by: Engine = engine) =>
  trainOn({ store, engineByName: () => by }, await putTrainingSet(store, set), context);

async function storedModels(): Promise<string[]> {
  const keys: string[] = [];
  for await (const key of store.list(modelsPrefix)) keys.push(key);
  return keys;
}

beforeEach(async () => {
  store = memoryStore();
  mini = await storeMiniCase(store, 'first');
  ({ engine, asked } = learner());
});

describe('a stored training set', () => {
  it('is one model in whichever campaign it was put together, and is trained once', async () => {
    const same = await storeMiniCase(store, 'second');
    const model = await train(setOf([mini]));
    expect(await train(setOf([same]))).toEqual(model);
    expect(asked.trained).toHaveLength(1);
    expect(await storedModels()).toEqual([modelKey(model.modelId)]);
    expect(model.modelId).toMatch(/^learner-liver-[0-9a-f]{16}$/);
  });

  it('is another model with other settings, another seed or another label version', async () => {
    const { cases, ...rest } = setOf([mini]);
    const other = cases.map((each) => ({
      ...each,
      labels: each.labels.map((label) => ({ ...label, version: 'human-1' })),
    }));
    const ids = [
      await train({ ...rest, cases }),
      await train({ ...rest, cases, seed: 2 }),
      await train({ ...rest, cases, engine: { ...rest.engine, settings: { epochs: 2 } } }),
      await train({ ...rest, cases: other }),
    ].map(({ modelId }) => modelId);
    expect(new Set(ids).size).toBe(4);
    expect(asked.trained).toHaveLength(4);
  });

  it('brings its cases with image and labels on one grid, voxels without a label being 0', async () => {
    await train(setOf([mini]));
    const [one] = asked.trained[0]!.cases;
    expect(one!.id).toBe('lits/volume-0');
    const { image, labels } = await one!.load();
    expect(labels).toHaveLength(image.hu.length);
    expect(labels.reduce((sum, value) => sum + value, 0)).toBe(10);
    expect([...labels.subarray(0, 11)]).toEqual([...new Array(10).fill(1), 0]);
  });

  it('tells its engine which cases a model has labelled', async () => {
    const { cases, ...rest } = setOf([mini]);
    await train({ ...rest, cases: cases.map((each) => ({ ...each, pseudo: true as const })) });
    expect(asked.trained[0]!.cases[0]).toMatchObject({ pseudo: true });
  });

  it('keeps its licences and exact label versions with the model', async () => {
    const { modelId } = await train(setOf([mini]));
    const model = await readModel(store, modelId);
    expect(model.licences).toEqual(['CC-BY-4.0']);
    expect(model.trainedOn).toEqual(setOf([mini]).cases);
  });
});

describe('a model that learned from models', () => {
  const teacher = { modelId: 'model', licence: 'CC-BY-SA-4.0' };

  async function storeTeacher(): Promise<void> {
    const record = {
      modelId: teacher.modelId,
      organs: ['kidney'],
      engine: { name: 'none', version: '1', settings: {}, summary: '' },
      weights: await putContent(store, Uint8Array.of(9)),
      seed: 1,
      trainedOn: [],
      licences: [teacher.licence],
    };
    await publishJson(store, modelKey(teacher.modelId), Model.parse(record));
  }

  /** A set of the mini case's kidney: as the model proposed it, or as a person corrected that. */
  async function kidneySet(corrected: boolean, more: Partial<TrainingSet> = {}): Promise<TrainingSet> {
    const proposed = mini.labels.find(({ organ }) => organ === 'kidney')!;
    const mask = maskOf([1]);
    const packed = { organ: 'kidney' as const, bytes: mask, voxelSha256: sha256(mask), voxels: 1 };
    const by = { origin: 'human', author: 'anna', reason: 'test', parent: proposed.version } as const;
    const label = corrected ? await storeLabel(store, mini.at, 'kidney', packed, by) : proposed;
    const [record] = setOf([mini]).cases;
    return setOf([mini], { organs: ['kidney'], cases: [{ ...record!, labels: [label] }], ...more });
  }

  it.each([true, false])(
    'is bound by the licences of whoever proposed its labels (corrected: %s)',
    async (corrected) => {
      await storeTeacher();
      const model = await train(await kidneySet(corrected));
      expect(model.learnedFrom).toEqual([teacher.modelId]);
      expect(model.licences).toEqual(['CC-BY-4.0', teacher.licence]);
    },
  );

  it('is bound by those of the model that it goes on from, and by those that this one learned from', async () => {
    await storeTeacher();
    const able = learner({ finetunes: true }).engine;
    const first = await train(await kidneySet(false), able);
    const second = await train(setOf([mini], { startFrom: first.modelId }), able);
    expect(second.learnedFrom).toEqual([first.modelId]);
    expect(second.licences).toEqual(['CC-BY-4.0', teacher.licence]);
    expect((await withForerunners(store, second)).map(({ modelId }) => modelId)).toEqual([
      second.modelId,
      first.modelId,
    ]);
  });

  it('of which nothing is known has an unknown licence', async () => {
    expect((await train(await kidneySet(false))).licences).toEqual(['CC-BY-4.0', 'unknown']);
  });
});

describe('of two trainings at once', () => {
  it('the first one’s result counts for both', async () => {
    const [one, other] = await Promise.all([train(setOf([mini])), train(setOf([mini]))]);
    expect(asked.trained).toHaveLength(2);
    expect(one).toEqual(other);
    const [weights] = await getContent(store, (await readModel(store, one!.modelId)).weights);
    expect([1, 2]).toContain(weights);
    expect(await storedModels()).toHaveLength(1);
  });
});

describe('an engine is not asked', () => {
  it('to train a set that is for another version of it', async () => {
    const { engine: newer } = learner({ version: '2' });
    await expect(train(setOf([mini]), newer)).rejects.toMatchObject({
      kind: 'InvalidInput',
      message: expect.stringContaining('for learner 1, this worker has version 2'),
    });
  });

  it('to go on from a model when it cannot', async () => {
    const { modelId: startFrom } = await train(setOf([mini]));
    await expect(train(setOf([mini], { startFrom }))).rejects.toThrow(`cannot go on from ${startFrom}`);
  });

  it('to go on from a model that nobody trained', async () => {
    const { engine: able } = learner({ finetunes: true });
    await expect(train(setOf([mini], { startFrom: 'none' }), able)).rejects.toMatchObject({
      kind: 'ModelNotFound',
    });
  });

  it('for a model that is there, whatever version is at work now', async () => {
    const model = await train(setOf([mini]));
    expect(await train(setOf([mini]), learner({ version: '2' }).engine)).toEqual(model);
  });
});

describe('an engine that can go on from a model', () => {
  it('is given its weights, and the result says where it began', async () => {
    const { engine: able, asked: ofAble } = learner({ finetunes: true });
    const { modelId: startFrom } = await train(setOf([mini]), able);
    const tuned = await train(setOf([mini], { startFrom }), able);
    expect(tuned.startFrom).toBe(startFrom);
    expect(ofAble.trained[1]!.startFrom).toEqual(Uint8Array.of(1));
  });
});

describe('checkpoints of a training', () => {
  it('are found again by whoever goes on with it, the newest first', async () => {
    const own = checkpointsOf(store, 'a');
    expect(await own.newest()).toBeUndefined();
    for (let n = 1; n <= 12; n++) await own.save(Uint8Array.of(n));
    expect(await newestByte(checkpointsOf(store, 'a'))).toBe(12);
    expect(await newestByte(checkpointsOf(store, 'b'))).toBeUndefined();
  });

  it('of an attempt that was given up stand in nobody’s way', async () => {
    const [given, again] = [checkpointsOf(store, 'a'), checkpointsOf(store, 'a')];
    await Promise.all([given.save(Uint8Array.of(1)), again.save(Uint8Array.of(2))]);
    await again.save(Uint8Array.of(3));
    expect(await newestByte(given)).toBe(3);
  });

  it('are those of the model that is trained', async () => {
    const { modelId } = await train(setOf([mini]));
    expect(await newestByte(checkpointsOf(store, modelId))).toBe(101);
  });
});
