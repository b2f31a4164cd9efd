import { setTimeout as sleep } from 'node:timers/promises';
import { MockActivityEnvironment } from '@temporalio/testing';
import { beforeEach, describe, expect, it } from 'vitest';
import { Device, type DeviceAbout } from '../../activities/device.js';
import { putTrainingSet, trainOn } from '../../activities/training.js';
import { PlusctError } from '../../domain/errors.js';
import { priorityKeys } from '../../domain/queues.js';
import type { Usage } from '../../domain/usage.js';
import type { Engine, LoadedModel } from '../../engines/engine.js';
import { memoryStore } from '../../storage/memory.js';
import type { ObjectStore } from '../../storage/object-store.js';
import { modelMemoryMb, readUsages, recordModelMemory } from '../../storage/usages.js';
import { geometryOf, volumeOf } from '../engines/phantom.js';
import { storeMiniCase } from '../workflows/mini-case.js';
import { learner, setOf } from './learner.js';

const image = volumeOf(geometryOf([2, 2, 1], [1, 1, 1]), new Int16Array(4));
const context = { signal: new AbortController().signal, progress: () => undefined };
const charged = { campaign: 'first', collection: 'lits', caseId: 'volume-0' } as const;
let store: ObjectStore;
/** What the engine does, in order: `load 1`, `ask 1`, `free 1`. */
let deeds: string[];
let busy: number;
let answer: () => Promise<Uint8Array>;

/** An engine whose models tell what they do, and whether two do something at once. */
function watched(): Engine {
  const { engine } = learner();
  return {
    ...engine,
    load: async (model): Promise<LoadedModel> => {
      deeds.push(`load ${model[0]}`);
      return {
        organs: ['liver'],
        predict: async () => {
          deeds.push(`ask ${model[0]}`);
          busy++;
          expect(busy).toBe(1);
          await sleep(1);
          busy--;
          return answer();
        },
        dispose: async () => void deeds.push(`free ${model[0]}`),
      };
    },
  };
}

/** Models whose weights are the bytes 1, 2, … */
async function models(count: number, settings = {}): Promise<string[]> {
  const mini = await storeMiniCase(store, 'first');
  const { engine } = learner();
  const ids: string[] = [];
  for (let seed = 1; seed <= count; seed++) {
    const set = setOf([mini], { seed, engine: { name: 'learner', version: '1', settings } });
    const ref = await putTrainingSet(store, set);
    ids.push((await trainOn({ store, engineByName: () => engine }, ref, context)).modelId);
  }
  return ids;
}

const deviceOf = (about: Partial<DeviceAbout> = {}, crashed?: () => void, engineByName = watched) =>
  new Device({
    store,
    engineByName,
    now: () => new Date(),
    about: { name: 'here-0', ...about },
    ...(crashed === undefined ? {} : { crashed }),
  });

async function ask(device: Device, modelId: string, own = context) {
  return (await device.model(modelId, charged)).predict(image, own);
}

beforeEach(() => {
  store = memoryStore();
  deeds = [];
  busy = 0;
  answer = async () => Uint8Array.of(1, 0, 0, 1);
});

describe('a device', () => {
  it('does one thing at a time, and those for the loaded model first', async () => {
    // Room for one model: every change of the model is a load.
    const ids = await models(2, { memoryMb: 600 });
    const device = deviceOf({ memoryMb: 1000 });
    await Promise.all([0, 1, 0, 1, 0, 1].map((n) => ask(device, ids[n]!)));
    expect(deeds).toEqual([
      ...['load 1', 'ask 1', 'ask 1', 'ask 1', 'free 1'],
      ...['load 2', 'ask 2', 'ask 2', 'ask 2'],
    ]);
  });

  it('gives cases of one model to an engine that takes several at once, and waits for all before another model', async () => {
    const ids = await models(2, { memoryMb: 600 });
    let most = 0;
    const several = (): Engine => {
      const engine = watched();
      const load: Engine['load'] = async (model) => ({
        ...(await engine.load(model)),
        predict: async (_, { onDevice }) => {
          deeds.push(`ask ${model[0]}`);
          busy++;
          most = Math.max(most, busy);
          await sleep(5);
          busy--;
          onDevice?.(2);
          return answer();
        },
      });
      return { ...engine, load, describe: () => ({ ...engine.describe(), casesAtOnce: 3 }) };
    };
    const device = deviceOf({ memoryMb: 1000 }, undefined, several);
    await Promise.all([0, 1, 0, 1, 0, 0, 0].map((n) => ask(device, ids[n]!)));
    expect(most).toBe(3);
    expect(deeds).toEqual([
      ...['load 1', 'ask 1', 'ask 1', 'ask 1', 'ask 1', 'ask 1', 'free 1'],
      ...['load 2', 'ask 2', 'ask 2'],
    ]);
    for (const { seconds, loadSeconds } of await readUsages(store))
      expect(seconds).toBeCloseTo(2 + loadSeconds, 6);
  });

  it('does first what Temporal calls urgent', async () => {
    const ids = await models(3);
    const device = deviceOf();
    const asActivity = (priorityKey: number, modelId: string) =>
      new MockActivityEnvironment({ priority: { priorityKey } }).run(() => ask(device, modelId));
    let release = (_: Uint8Array) => {};
    const held = new Promise<Uint8Array>((resolve) => {
      release = resolve;
    });
    answer = () => held;
    const first = ask(device, ids[0]!);
    const bulk = asActivity(priorityKeys.bulk, ids[1]!);
    const begun = asActivity(priorityKeys.begun, ids[2]!);
    while (device.load.stays < 3) await sleep(1);
    release(new Uint8Array(4));
    await Promise.all([first, bulk, begun]);
    expect(deeds.filter((each) => each.startsWith('ask'))).toEqual(['ask 1', 'ask 3', 'ask 2']);
  });

  it('keeps several models loaded while they fit, and frees the longest unused', async () => {
    const ids = await models(3, { memoryMb: 400 });
    const device = deviceOf({ memoryMb: 1000 });
    for (const n of [0, 1, 0, 2, 0]) await ask(device, ids[n]!);
    expect(deeds.filter((each) => !each.startsWith('ask'))).toEqual(['load 1', 'load 2', 'free 2', 'load 3']);
    await device.close();
    await device.close();
    expect(deeds.slice(-2).sort()).toEqual(['free 1', 'free 3']);
  });

  it('keeps a few models where nobody knows what they need', async () => {
    const ids = await models(5);
    const device = deviceOf();
    for (const id of ids) await ask(device, id);
    expect(deeds.filter((each) => each.startsWith('free'))).toEqual(['free 1']);
  });

  it('refuses a model that needs more memory than it has, as given or as measured', async () => {
    const [given] = await models(1, { memoryMb: 8000 });
    await expect(ask(deviceOf({ memoryMb: 6000 }), given!)).rejects.toMatchObject({
      kind: 'DeviceTooSmall',
      message: expect.stringContaining('needs 8000 MB, the device here-0 has 6000 MB'),
    });
    expect(await ask(deviceOf(), given!)).toHaveLength(4);
    const [measured] = await models(1, { other: true });
    await recordModelMemory(store, measured!, 700);
    await recordModelMemory(store, measured!, 7000);
    await expect(ask(deviceOf({ memoryMb: 6000 }), measured!)).rejects.toThrow('needs 7168 MB');
  });

  it('puts on record what a model needed of it, where it can tell', async () => {
    const [modelId] = await models(1);
    // Others have 500 MB of it.
    const usedMb = async () => (deeds.length === 0 ? 500 : 1500);
    await ask(deviceOf({ usedMb }), modelId!);
    expect(await modelMemoryMb(store, modelId!)).toBe(1024);
    expect(await readUsages(store)).toMatchObject([{ peakMemoryMb: 1500 }]);
  });

  it('never puts on record that a model needs more than the device had on which it ran', async () => {
    const [modelId] = await models(1);
    const device = deviceOf({ memoryMb: 24_564, usedMb: async () => (deeds.length === 0 ? 0 : 24_500) });
    for (let n = 0; n < 3; n++) await ask(device, modelId!);
    expect(await modelMemoryMb(store, modelId!)).toBe(24_564);
  });

  it('refuses nothing by what was measured where the engine can do with less', async () => {
    const [modelId] = await models(1);
    await recordModelMemory(store, modelId!, 7000);
    const saving = (): Engine => {
      const engine = watched();
      return { ...engine, describe: () => ({ ...engine.describe(), savesMemory: true }) };
    };
    expect(await ask(deviceOf({ memoryMb: 6000 }, undefined, saving), modelId!)).toHaveLength(4);
  });

  describe('whose engine takes several cases at once', () => {
    let most: number;
    let atWork: string[];
    const several = (): Engine => {
      const engine = watched();
      const load: Engine['load'] = async (model) => ({
        ...(await engine.load(model)),
        predict: async () => {
          atWork.push(String(model[0]));
          most = Math.max(most, new Set(atWork).size);
          await sleep(5);
          atWork.splice(atWork.indexOf(String(model[0])), 1);
          return answer();
        },
      });
      return { ...engine, load, describe: () => ({ ...engine.describe(), casesAtOnce: 3 }) };
    };
    beforeEach(() => {
      [most, atWork] = [0, []];
    });

    it('has cases of all loaded models together', async () => {
      const ids = await models(3);
      const device = deviceOf({}, undefined, several);
      await Promise.all([0, 1, 2].map((n) => ask(device, ids[n]!)));
      // Each was loaded alone.
      expect(most).toBe(1);
      await Promise.all([0, 1, 2, 0, 1, 2].map((n) => ask(device, ids[n]!)));
      expect(most).toBe(3);
    });

    it('has a model alone while nobody knows what memory it needs', async () => {
      const ids = await models(2);
      const device = deviceOf({ memoryMb: 1500 }, undefined, several);
      for (let turn = 0; turn < 2; turn++) await Promise.all([0, 1].map((n) => ask(device, ids[n]!)));
      expect(most).toBe(1);
      for (const id of ids) await recordModelMemory(store, id, 300);
      await Promise.all([0, 1].map((n) => ask(device, ids[n]!)));
      expect(most).toBe(2);
      // Together they need more than there is.
      most = 0;
      await recordModelMemory(store, ids[0]!, 800);
      await Promise.all([0, 1].map((n) => ask(device, ids[n]!)));
      expect(most).toBe(1);
    });
  });

  it('lets go whoever is cancelled while waiting', async () => {
    const ids = await models(2);
    const device = deviceOf();
    const stop = new AbortController();
    const [first, second] = [ask(device, ids[0]!), ask(device, ids[1]!, { ...context, signal: stop.signal })];
    const refused = expect(second).rejects.toMatchObject({ kind: 'Cancelled' });
    stop.abort();
    await Promise.all([first, refused]);
    expect(deeds.join()).not.toContain('load 2');
    expect(await ask(device, ids[1]!)).toHaveLength(4);
  });

  it('trains alone, with nothing loaded beside it', async () => {
    const [modelId] = await models(1);
    const device = deviceOf();
    await ask(device, modelId!);
    const what = { modelId: 'new', organs: ['liver'], campaign: 'first', settings: {} } as const;
    const training = device.train(what, context.signal, async () => {
      deeds.push('train');
      return Uint8Array.of(9);
    });
    const later = ask(device, modelId!);
    expect(device.load.stays).toBe(1);
    await expect(device.train(what, context.signal, () => expect.fail('two'))).rejects.toMatchObject({
      kind: 'DeviceBusy',
    });
    expect(await training).toEqual(Uint8Array.of(9));
    await later;
    expect(deeds).toEqual(['load 1', 'ask 1', 'free 1', 'train', 'load 1', 'ask 1']);
    expect(device.load.stays).toBe(0);
    const large = { ...what, settings: { memoryMb: 20_000 } };
    const refused = deviceOf({ memoryMb: 16_000 }).train(large, context.signal, () =>
      expect.fail('too large'),
    );
    await expect(refused).rejects.toMatchObject({ kind: 'DeviceTooSmall' });
  });
});

describe('what an engine answers', () => {
  it.each([
    ['too few labels', Uint8Array.of(1), '1 labels for an image of 4 voxels'],
    [
      'an organ that is not the model’s',
      Uint8Array.of(0, 0, 3, 0),
      'gave the value 3; its model is of liver',
    ],
    ['the value of voxels without a label', Uint8Array.of(255, 0, 0, 0), 'gave the value 255'],
  ])('is not believed where it is %s', async (_, labels, message) => {
    const [modelId] = await models(1);
    answer = async () => labels;
    await expect(ask(deviceOf(), modelId!)).rejects.toMatchObject({
      kind: 'SchemaViolation',
      message: expect.stringContaining(message),
    });
  });

  it('after a crash comes from a model that is loaded anew, and the device is looked at', async () => {
    const [modelId] = await models(1);
    let suspected = 0;
    const device = deviceOf({}, () => void suspected++);
    answer = () => Promise.reject(new PlusctError('EngineCrashed', 'CUDA error: device-side assert'));
    await expect(ask(device, modelId!)).rejects.toThrow('device-side assert');
    answer = async () => new Uint8Array(4);
    await ask(device, modelId!);
    expect(deeds).toEqual(['load 1', 'ask 1', 'free 1', 'load 1', 'ask 1']);
    expect(suspected).toBe(1);
    const what = { modelId: 'new', organs: ['liver'], campaign: 'first', settings: {} } as const;
    const crash = () => Promise.reject(new PlusctError('EngineCrashed', 'CUDA error'));
    await expect(device.train(what, context.signal, crash)).rejects.toThrow('CUDA error');
    expect(suspected).toBe(2);
  });
});

describe('a stay on a device', () => {
  const bare = ({ at: _, seconds: __, loadSeconds: ___, ...rest }: Usage) => rest;

  it('is on record with whom it was for, whether it succeeded or not', async () => {
    const [modelId] = await models(1);
    const device = deviceOf({ hardwareClass: 'a100' });
    await ask(device, modelId!);
    answer = () => Promise.reject(new Error('lost'));
    await expect(ask(device, modelId!)).rejects.toThrow('lost');
    const usages = await readUsages(store, 'first');
    const own = { device: 'here-0', hardwareClass: 'a100', deed: 'infer', modelId, organs: ['liver'] };
    const known = usages.map(bare).sort((one, other) => (one.outcome < other.outcome ? -1 : 1));
    expect(known).toEqual([
      { ...own, ...charged, outcome: 'done' },
      { ...own, ...charged, outcome: 'failed' },
    ]);
    expect(usages.every(({ seconds, loadSeconds }) => seconds >= loadSeconds)).toBe(true);
  });

  it('of a training counts what the engine says that it was on the device', async () => {
    const what = { modelId: 'new', organs: ['liver'], campaign: 'first', settings: {} } as const;
    await deviceOf().train(what, context.signal, async ({ onDevice }) => {
      onDevice?.(3);
      return Uint8Array.of(9);
    });
    expect(await readUsages(store)).toMatchObject([{ deed: 'train', seconds: 3, loadSeconds: 0 }]);
  });

  it('of a training is charged to the campaign of its cases', async () => {
    const mini = await storeMiniCase(store, 'first');
    const device = deviceOf();
    const { modelId } = await trainOn(
      { store, engineByName: watched, device },
      await putTrainingSet(store, setOf([mini])),
      context,
    );
    expect((await readUsages(store)).map(bare)).toEqual([
      { device: 'here-0', deed: 'train', outcome: 'done', modelId, organs: ['liver'], campaign: 'first' },
    ]);
  });
});
