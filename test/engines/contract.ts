import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PlusctError } from '../../domain/errors.js';
import { organs as allOrgans, type Organ, organValue } from '../../domain/organ.js';
import type { EngineSettings } from '../../domain/training-set.js';
import type { Engine, LoadedModel, RunContext, TrainingCase, TrainingInput } from '../../engines/engine.js';
import { toOrientation } from '../../imaging/orientation.js';
import type { CtVolume } from '../../imaging/volume.js';
import { dsc, recording, volumeOf } from './phantom.js';

/** An engine with all that the suite needs to put it to the test. */
export interface EngineUnderTest {
  readonly engine: Engine;
  /** Settings that work. */
  readonly settings: EngineSettings;
  readonly organs: readonly Organ[];
  /** None for an engine that learns nothing. */
  readonly cases: readonly TrainingCase[];
  /** A scan that shows the organs. */
  readonly image: CtVolume;
  /** The same image gives the same voxels, and the same training the same bytes. */
  readonly deterministic: boolean;
  /** Least DSC between the labels of a scan and those of the same scan with its axes in another order. */
  readonly turnedDsc: number;
  /** Frees what the engine under test needed. */
  readonly close?: () => Promise<void>;
}

const equal = (one: Uint8Array, other: Uint8Array) => Buffer.from(one).equals(Buffer.from(other));

/** What holds for every engine, whatever it is made of. Each step may take `timeoutMs`. */
export function engineContract(
  name: string,
  make: () => Promise<EngineUnderTest>,
  { timeoutMs = 60_000 } = {},
): void {
  describe(`the engine ${name} keeps the contract:`, { timeout: timeoutMs }, () => {
    let own: EngineUnderTest;
    let bytes: Uint8Array;
    let told: { fraction: number; note: string }[];
    let model: LoadedModel;
    let labels: Uint8Array;

    const input = (more: Partial<TrainingInput> = {}): TrainingInput => ({
      organs: own.organs,
      cases: own.cases,
      seed: 1,
      settings: own.engine.settingsOf(own.settings),
      ...more,
    });

    beforeAll(async () => {
      own = await make();
      const training = recording();
      bytes = await own.engine.train(input(), training.context);
      told = training.told;
      model = await own.engine.load(bytes);
      labels = await model.predict(own.image, recording().context);
    }, timeoutMs);
    afterAll(async () => {
      await model?.dispose();
      await own?.close?.();
    });

    it('it describes itself', () => {
      const { name: described, version, summary, device } = own.engine.describe();
      expect(described).toBe(name);
      expect(version).not.toBe('');
      expect(summary).toMatch(/^\p{L}.{20,}\.$/su);
      expect(['cpu', 'gpu']).toContain(device);
      expect(own.engine.describe()).toEqual(own.engine.describe());
    });

    it('it fills in settings once and for all, and names one that it does not know', () => {
      const settings = own.engine.settingsOf(own.settings);
      expect(own.engine.settingsOf(settings)).toEqual(settings);
      expect(JSON.parse(JSON.stringify(settings))).toEqual(settings);
      const refused = () => own.engine.settingsOf({ ...own.settings, noSuchSetting: 1 });
      expect(refused).toThrow(PlusctError);
      expect(refused).toThrow('noSuchSetting');
    });

    it('training gives bytes that are all a model needs, and tells how far it is', async () => {
      expect(bytes.length).toBeGreaterThan(0);
      expectToRise(told);
      const again = await own.engine.load(Uint8Array.from(bytes));
      expect([...again.organs].sort()).toEqual([...model.organs].sort());
      for (const organ of own.organs) expect(model.organs).toContain(organ);
      await again.dispose();
    });

    it('a label map has the size of its image and values of the model’s organs alone', () => {
      expect(labels).toHaveLength(own.image.hu.length);
      const allowed = [0, ...model.organs.map((organ) => organValue[organ])];
      expect(allowed).toEqual(expect.arrayContaining([...new Set(labels)]));
      expect(labels.some((value) => value > 0)).toBe(true);
    });

    it('a label map lies on its image’s own grid, whatever the order of the axes', async () => {
      const turned = toOrientation(own.image.geometry, own.image.hu, 'IPL');
      const answer = await model.predict(volumeOf(turned.geometry, turned.voxels), recording().context);
      expect(dsc(turned.back(answer), labels)).toBeGreaterThanOrEqual(own.turnedDsc);
    });

    it('asked twice it gives labels of the same size, and the same labels where it says so', async () => {
      const again = await model.predict(own.image, recording().context);
      expect(again).toHaveLength(labels.length);
      if (!own.deterministic) return;
      expect(equal(again, labels)).toBe(true);
      expect(equal(await own.engine.train(input(), recording().context), bytes)).toBe(true);
    });

    it('a judgement holds the same kind of labels, and doubts of the model’s organs alone', async () => {
      if (model.judge === undefined) return;
      const judged = await model.judge(own.image, recording().context);
      expect(judged.labels).toHaveLength(labels.length);
      expect(model.organs).toEqual(expect.arrayContaining(Object.keys(judged.doubts)));
    });

    it('it tells while it infers how far it is, never less than before', async () => {
      const { context, told: heard } = recording();
      await model.predict(own.image, context);
      expectToRise(heard);
    });

    it('it does not begin what is cancelled, and stops what is cancelled on the way', async () => {
      const before = recording(AbortSignal.abort());
      await expect(model.predict(own.image, before.context)).rejects.toMatchObject({ kind: 'Cancelled' });
      const stop = new AbortController();
      const context: RunContext = { signal: stop.signal, progress: () => stop.abort() };
      await expect(model.predict(own.image, context)).rejects.toMatchObject({ kind: 'Cancelled' });
      expect(await model.predict(own.image, recording().context)).toHaveLength(labels.length);
    });

    it('training that is cancelled stops', async () => {
      if (own.engine.describe().fixed) return;
      const stop = new AbortController();
      const context: RunContext = { signal: stop.signal, progress: () => stop.abort() };
      await expect(own.engine.train(input(), context)).rejects.toMatchObject({ kind: 'Cancelled' });
    });

    it('a model is disposed of as often as one likes, and answers no more', async () => {
      const other = await own.engine.load(bytes);
      await other.dispose();
      await other.dispose();
      await expect(other.predict(own.image, recording().context)).rejects.toBeInstanceOf(PlusctError);
      expect(await model.predict(own.image, recording().context)).toHaveLength(labels.length);
    });

    it('bytes that are no model of it are refused for good', async () => {
      const foreign = [
        new Uint8Array(0),
        new Uint8Array(64),
        Buffer.from('{"engine":"other"}'),
        bytes.slice(1),
      ];
      for (const each of [...foreign, bytes.slice(0, Math.floor(bytes.length / 2))]) {
        const refused = own.engine
          .load(each)
          .then((loaded) => loaded.predict(own.image, recording().context));
        await expect(refused).rejects.toMatchObject({ permanent: true });
      }
    });

    it('labels that do not fit their image are refused', async () => {
      if (own.engine.describe().fixed) return;
      const wrong = own.cases.map((each) => ({
        ...each,
        load: async () => {
          const { image, labels: full } = await each.load();
          return { image, labels: full.slice(1) };
        },
      }));
      const refused = own.engine.train(input({ cases: wrong }), recording().context);
      await expect(refused).rejects.toMatchObject({ kind: 'InvalidInput' });
    });

    it('an organ that an engine without training does not know is refused', async () => {
      const unknown = allOrgans.find((organ) => !model.organs.includes(organ));
      if (!own.engine.describe().fixed || unknown === undefined) return;
      const refused = own.engine.train(input({ organs: [unknown] }), recording().context);
      await expect(refused).rejects.toThrow(unknown);
    });
  });
}

function expectToRise(told: readonly { fraction: number }[]): void {
  const fractions = told.map(({ fraction }) => fraction);
  expect(fractions.length).toBeGreaterThan(0);
  expect([...fractions].sort((one, other) => one - other)).toEqual(fractions);
  for (const each of fractions) {
    expect(each).toBeGreaterThanOrEqual(0);
    expect(each).toBeLessThanOrEqual(1);
  }
}
