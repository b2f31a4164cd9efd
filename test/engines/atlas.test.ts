import { gunzipSync, gzipSync } from 'node:zlib';
import { beforeAll, describe, expect, it } from 'vitest';
import { atlasEngine } from '../../engines/atlas/atlas-engine.js';
import { toOrientation } from '../../imaging/orientation.js';
import { dsc, geometryOf, organCases, phantom, predict, recording, volumeOf } from './phantom.js';

const engine = atlasEngine();
const input = { organ: 'liver', cases: organCases([1, 2, 3]), seed: 7 } as const;

describe('the atlas engine on phantoms', { timeout: 90_000 }, () => {
  let bytes: Uint8Array;
  const training = recording();
  beforeAll(async () => {
    bytes = await engine.train(input, training.context);
  });

  it('finds an organ in a scan that it has not seen', async () => {
    const unseen = phantom(10);
    const model = await engine.load(bytes);
    const mask = await predict(model, unseen.image, recording().context);
    expect(mask).toHaveLength(unseen.image.hu.length);
    expect(new Set(mask)).toEqual(new Set([0, 1]));
    expect(dsc(mask, unseen.mask)).toBeGreaterThan(0.9);
  });

  it('finds the organ in another contrast phase', async () => {
    const late = phantom(11, 70);
    const model = await engine.load(bytes);
    expect(dsc(await predict(model, late.image, recording().context), late.mask)).toBeGreaterThan(0.85);
  });

  it('finds the organ when the field of view ends lower', async () => {
    const { image, mask } = phantom(12);
    const [nx, ny] = image.geometry.shape;
    const [from, to] = [4 * nx * ny, 31 * nx * ny];
    const cut = volumeOf(geometryOf([nx, ny, 27], [5, 5, 5]), image.hu.slice(from, to));
    const model = await engine.load(bytes);
    expect(dsc(await predict(model, cut, recording().context), mask.slice(from, to))).toBeGreaterThan(0.85);
  });

  it('gives the same mask whatever the order of the axes', async () => {
    const { image } = phantom(10);
    const turned = toOrientation(image.geometry, image.hu, 'IPL');
    expect(turned.geometry.axisCodes).toBe('IPL');
    const model = await engine.load(bytes);
    const plain = await predict(model, image, recording().context);
    const mask = await predict(model, volumeOf(turned.geometry, turned.voxels), recording().context);
    expect(Buffer.from(turned.back(mask)).equals(Buffer.from(plain))).toBe(true);
  });

  it('trains the same bytes and predicts the same mask again', async () => {
    const again = await engine.train(input, recording().context);
    expect(Buffer.from(again).equals(Buffer.from(bytes))).toBe(true);
    const model = await engine.load(bytes);
    const { image } = phantom(13);
    const [one, other] = [
      await predict(model, image, recording().context),
      await predict(model, image, recording().context),
    ];
    expect(Buffer.from(one).equals(Buffer.from(other))).toBe(true);
  });

  it('leaves the image and the training data usable by the caller', async () => {
    const kept = phantom(10);
    const model = await engine.load(bytes);
    await predict(model, kept.image, recording().context);
    expect(kept.image.hu).toHaveLength(58 * 46 * 36);
  });

  it('reports progress that grows from 0 to 1 and names the cases', () => {
    const fractions = training.told.map(({ fraction }) => fraction);
    expect(fractions).toEqual([...fractions].sort((one, other) => one - other));
    expect(fractions[0]).toBe(0);
    expect(fractions.at(-1)).toBe(1);
    expect(training.told.map(({ note }) => note).join()).toContain('phantom-2');
  });

  it('refuses to predict with a model that was disposed of, and disposes twice without harm', async () => {
    const model = await engine.load(bytes);
    await model.dispose();
    await model.dispose();
    await expect(predict(model, phantom(10).image, recording().context)).rejects.toMatchObject({
      kind: 'InvalidInput',
    });
  });

  it('ends a running prediction when the model is disposed of', async () => {
    const model = await engine.load(bytes);
    const running = predict(model, phantom(10).image, recording().context);
    await model.dispose();
    await expect(running).rejects.toMatchObject({ kind: 'Cancelled' });
  });

  it('refuses bytes that are no model of its own', async () => {
    const unpacked = gunzipSync(bytes);
    const newer = Buffer.from(unpacked.toString('latin1').replace('"version":1', '"version":9'), 'latin1');
    const foreign = [
      new Uint8Array([1, 2, 3]),
      bytes.slice(0, 1000),
      gzipSync('hello'),
      gzipSync(unpacked.subarray(0, -1)),
    ];
    for (const each of foreign)
      await expect(engine.load(each)).rejects.toMatchObject({
        kind: 'SchemaViolation',
        message: expect.stringContaining('not a model of the atlas engine'),
      });
    await expect(engine.load(gzipSync(newer))).rejects.toThrow('this engine reads version 1');
  });
});

describe('the atlas engine on bad input', { timeout: 60_000 }, () => {
  it('refuses training cases without the organ', async () => {
    const { image, mask } = phantom(1);
    const empty = [{ id: 'empty', load: async () => ({ image, mask: mask.slice().fill(0) }) }];
    const run = engine.train({ organ: 'spleen', cases: empty, seed: 1 }, recording().context);
    await expect(run).rejects.toMatchObject({
      kind: 'InvalidInput',
      message: expect.stringContaining('none of the training cases shows the spleen'),
    });
  });

  it('refuses a mask on another grid and names the case', async () => {
    const cases = [{ id: 'odd', load: async () => ({ image: phantom(1).image, mask: new Uint8Array(5) }) }];
    const run = engine.train({ organ: 'spleen', cases, seed: 1 }, recording().context);
    await expect(run).rejects.toThrow('case odd has 5 mask voxels, 96048 image voxels');
  });

  it('refuses a scan of nothing but air', async () => {
    const cases = organCases([1]);
    const model = await engine.load(
      await engine.train({ organ: 'liver', cases, seed: 1 }, recording().context),
    );
    const air = volumeOf(geometryOf([40, 40, 20], [5, 5, 5]), new Int16Array(32000).fill(-1000));
    await expect(predict(model, air, recording().context)).rejects.toMatchObject({
      kind: 'InvalidInput',
      message: expect.stringContaining('holds no body'),
    });
  });

  it('stops training when it is cancelled, without loading further cases', async () => {
    const stop = new AbortController();
    const loaded: string[] = [];
    const cases = organCases([1, 2, 3]).map(({ id, load }) => ({
      id,
      load: async () => {
        loaded.push(id);
        stop.abort();
        return load();
      },
    }));
    const run = engine.train({ organ: 'liver', cases, seed: 1 }, recording(stop.signal).context);
    await expect(run).rejects.toMatchObject({ kind: 'Cancelled' });
    expect(loaded).toHaveLength(1);
  });

  it('calls itself a baseline', () => {
    const { name, device, summary } = engine.describe();
    expect({ name, device }).toEqual({ name: 'atlas', device: 'cpu' });
    expect(summary).toContain('baseline');
  });
});
