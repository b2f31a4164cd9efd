import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { Device } from '../../activities/device.js';
import { type Inferrer, predictOnce } from '../../activities/inference.js';
import { loadPassport } from '../../activities/label-store.js';
import { putTrainingSet, trainOn } from '../../activities/training.js';
import { workVolumesInThreads } from '../../activities/volume-pool.js';
import { Passport } from '../../domain/case.js';
import { passportKey } from '../../domain/keys.js';
import type { Engine } from '../../engines/engine.js';
import { readLabelMap } from '../../imaging/nifti.js';
import { getContent } from '../../storage/content.js';
import { canonicalJson } from '../../storage/json.js';
import { memoryStore } from '../../storage/memory.js';
import type { ObjectStore } from '../../storage/object-store.js';
import { type MiniCase, storeMiniCase } from '../workflows/mini-case.js';
import { type Asked, learner, setOf } from './learner.js';

const context = { signal: new AbortController().signal, progress: () => undefined };
const work = workVolumesInThreads(1);
let store: ObjectStore;
let mini: MiniCase;
let asked: Asked;
let around: Inferrer;
let modelId: string;

const deviceOf = (engineByName: () => Engine) =>
  new Device({ store, engineByName, now: () => new Date(), about: { name: 'here-0' } });

async function trained(seed: number): Promise<string> {
  const { engine } = learner();
  const set = await putTrainingSet(store, setOf([mini], { seed }));
  return (await trainOn({ store, engineByName: () => engine }, set, context)).modelId;
}

beforeEach(async () => {
  store = memoryStore();
  mini = await storeMiniCase(store, 'first');
  const { engine, asked: ofEngine } = learner();
  asked = ofEngine;
  around = { store, work, device: deviceOf(() => engine) };
  modelId = await trained(1);
});
afterAll(() => work.close());

describe('what a model says of a case', () => {
  it('is inferred once; whoever asks later is told from the store', async () => {
    const first = await predictOnce(around, mini.at, modelId, context);
    const later = { ...around, device: deviceOf(() => expect.fail('no engine is needed')) };
    expect(await predictOnce(later, mini.at, modelId, context)).toEqual(first);
    expect(asked.predicted).toHaveLength(1);
  });

  it('holds for the same image in another campaign', async () => {
    const first = await predictOnce(around, mini.at, modelId, context);
    const same = await storeMiniCase(store, 'second');
    expect(await predictOnce(around, same.at, modelId, context)).toEqual(first);
    expect(asked.predicted).toHaveLength(1);
  });

  it('is asked anew of another model, and where the image is placed otherwise', async () => {
    await predictOnce(around, mini.at, modelId, context);
    await predictOnce(around, mini.at, await trained(2), context);
    const moved = await storeMiniCase(store, 'third', 'volume-0', {
      mend: (geometry) => ({ ...geometry, spacingMm: [2, 2, 4] }),
    });
    await predictOnce(around, moved.at, modelId, context);
    expect(asked.predicted).toHaveLength(3);
  });

  it('is a label map under the header of the image', async () => {
    const { labelMap, organs, imageSha256 } = await predictOnce(around, mini.at, modelId, context);
    const { geometry, values } = readLabelMap(await getContent(store, labelMap), 'prediction');
    const passport = await loadPassport(store, mini.at);
    expect(geometry.affine).toEqual(passport.geometry!.affine);
    expect(values).toEqual(new Uint8Array(120).fill(1));
    expect({ organs, imageSha256 }).toEqual({ organs: ['liver'], imageSha256: passport.image!.sha256 });
  });

  it('is one answer when two ask at once', async () => {
    const two = [1, 2].map(() => predictOnce(around, mini.at, modelId, context));
    const [one, other] = await Promise.all(two);
    expect(one).toEqual(other);
  });

  it('cannot be told of a model that nobody trained', async () => {
    await expect(predictOnce(around, mini.at, 'none', context)).rejects.toMatchObject({
      kind: 'ModelNotFound',
    });
  });

  it('cannot be told of an image that is no longer what its passport says', async () => {
    const passport = await loadPassport(store, mini.at);
    const other = Passport.parse({ ...passport, image: { ...passport.image!, sha256: 'ab'.repeat(32) } });
    await store.put(passportKey(mini.at), new TextEncoder().encode(canonicalJson(other)));
    await expect(predictOnce(around, mini.at, modelId, context)).rejects.toMatchObject({
      kind: 'InvalidInput',
    });
  });
});
