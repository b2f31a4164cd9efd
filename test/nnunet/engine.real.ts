import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { organValue } from '../../domain/organ.js';
import type { EngineSettings } from '../../domain/training-set.js';
import { type Engine, type RunContext, type TrainingVolume, unlabelled } from '../../engines/engine.js';
import { unpackArchive } from '../../engines/nnunet/archive.js';
import { datasetName, writeDataset } from '../../engines/nnunet/dataset.js';
import { verifyDataset } from '../../engines/nnunet/integrity.js';
import { nnunetEngine } from '../../engines/nnunet/nnunet-engine.js';
import { engineEnvironment, enginePin } from '../../infra/engine-environment.js';
import { resolveHome } from '../../infra/home.js';
import { hostName } from '../../infra/host-name.js';
import { generateSamples } from '../../sources/samples/generate.js';
import { killWhenRunning, runningGroups } from './running-groups.js';
import { spleenCrop, trainingCases } from './sample-cases.js';

/** Small enough for a CPU, long enough to be killed in. */
const chosen: EngineSettings = {
  configuration: '2d',
  epochs: 4,
  fineTuneEpochs: 1,
  iterationsPerEpoch: 15,
  batchSize: 4,
  largestPatch: 48,
  saveEvery: 1,
  device: 'cpu',
};
const size = [40, 40, 20] as const;

let directory: string;
let volumes: Map<string, TrainingVolume>;
let held: TrainingVolume;
let model: Uint8Array;

/** A machine with an installation and a work folder of its own; the installation itself is shared. */
function machine(name: string): { engines: string; environment: Record<string, string> } {
  const engines = join(directory, name);
  const { dir } = engineEnvironment(resolveHome(), enginePin('nnunet'));
  mkdirSync(engines);
  symlinkSync(dir, join(engines, basename(dir)));
  return { engines, environment: { PLUSCT_ENGINES: engines, PATH: process.env.PATH! } };
}

const saved: Uint8Array[] = [];
const checkpoints = {
  save: async (bytes: Uint8Array) => void saved.push(bytes),
  newest: async () => saved.at(-1),
};
const quiet: RunContext = { signal: new AbortController().signal, progress: () => undefined };

function training(engine: Engine, progress: RunContext['progress'], startFrom?: Uint8Array) {
  return engine.train(
    {
      identity: `of these tests${startFrom === undefined ? '' : ', going on'}`,
      organs: ['spleen'],
      cases: trainingCases(volumes),
      seed: 1,
      settings: engine.settingsOf(chosen),
      ...(startFrom === undefined ? {} : { startFrom }),
    },
    { ...quiet, progress, ...(startFrom === undefined ? { checkpoints } : {}) },
  );
}

const epochIn = (note: string) => Number(/^epoch (\d+)\//.exec(note)?.[1] ?? -1);

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'plusct-nn-'));
  const samples = join(directory, 'samples');
  await generateSamples({ directory: samples, seed: 1 });
  const ids = ['spleen_2', 'spleen_3', 'spleen_6'];
  volumes = new Map(ids.map((id) => [id, spleenCrop(samples, id, size)]));
  held = spleenCrop(samples, 'spleen_8', size);
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

describe('training with nnU-Net', () => {
  it('that is killed between two epochs goes on on another machine from the last epoch that was finished', async () => {
    const first = machine('a');
    let killed: Promise<number> | undefined;
    const kill = (_: number, note: string) => {
      if (epochIn(note) >= 2 && saved.length >= 2)
        killed ??= killWhenRunning(first.engines, 'nnUNetv2_train');
    };
    await expect(training(nnunetEngine(first), kill)).rejects.toMatchObject({
      kind: 'EngineCrashed',
      message: expect.stringContaining('killed'),
    });
    await killed;
    expect(runningGroups(first.engines, 'nnUNetv2')).toEqual([]);
    const finished = unpackArchive(saved.at(-1)!, 'checkpoint').facts.epochs;
    expect(finished).toBeGreaterThanOrEqual(2);

    const notes: string[] = [];
    model = await training(nnunetEngine(machine('b')), (_, note) => notes.push(note));
    const epochs = notes.map(epochIn).filter((epoch) => epoch >= 0);
    expect(Math.min(...epochs)).toBe(finished);
    expect(epochs.at(-1)).toBe(4);
    const { facts, files } = unpackArchive(model, 'model');
    expect(facts).toMatchObject({ organs: ['spleen'], configuration: '2d', epochs: 4 });
    expect(Object.keys(files).sort()).toEqual([
      'checkpoint.pth',
      'dataset.json',
      'dataset_fingerprint.json',
      'plans.json',
    ]);
    // A checkpoint holds the optimiser's momentum too.
    expect(model.length).toBeLessThan(0.6 * saved.at(-1)!.length);
  });

  it('goes on from a model with cases of which only some slices are labelled', async () => {
    for (const [id, { image, labels }] of volumes) {
      const partly = labels.map((value, at) =>
        Math.floor(at / (size[0] * size[1])) % 2 === 0 ? value : unlabelled,
      );
      volumes.set(id, { image, labels: partly });
    }
    const { engines, environment } = machine('c');
    const notes: string[] = [];
    const tuned = await training(nnunetEngine({ environment }), (_, note) => notes.push(note), model);
    expect(unpackArchive(tuned, 'model').facts.epochs).toBe(5);
    expect(notes.map(epochIn).find((epoch) => epoch >= 0)).toBe(4);
    const [folder] = readdirSync(join(engines, 'work', hostName())).filter((name) =>
      /^train-[0-9a-f]+$/.test(name),
    );
    const log = readdirSync(join(engines, 'work', hostName(), folder!), { recursive: true, encoding: 'utf8' })
      .filter((name) => /training_log_.*\.txt$/.test(name))
      .map((name) => readFileSync(join(engines, 'work', hostName(), folder!, name), 'utf8'))
      .join('\n');
    // The rate falls to where the last of five epochs has it.
    expect(log).toContain(`Current learning rate: ${(0.01 * (1 - 4 / 5) ** 0.9).toFixed(5)}`);
    expect(log).toContain('Epoch 4');
    expect(log).not.toContain('Epoch 0');
  });
});

describe('prediction with nnU-Net', () => {
  it('gives labels on the image’s grid from a process that stays, and again after that was killed', async () => {
    const { engines, environment } = machine('d');
    const loaded = await nnunetEngine({ environment }).load(model);
    try {
      const labels = await loaded.predict(held.image, quiet);
      expect(labels.length).toBe(held.image.hu.length);
      expect([...new Set(labels)].filter((value) => value !== 0 && value !== organValue.spleen)).toEqual([]);
      const [process] = runningGroups(engines, 'sidecar.py');
      const beats: string[] = [];
      const cut = loaded.predict(held.image, { ...quiet, progress: (_, note) => beats.push(note) });
      await killWhenRunning(engines, 'sidecar.py');
      await expect(cut).rejects.toMatchObject({ kind: 'EngineCrashed' });
      expect(await loaded.predict(held.image, quiet)).toEqual(labels);
      expect(runningGroups(engines, 'sidecar.py')).not.toContain(process);

      const asked = await nnunetEngine({ environment, asking: 'command' }).load(model);
      expect(await asked.predict(held.image, quiet)).toEqual(labels);
      await asked.dispose();
    } finally {
      await loaded.dispose();
    }
    expect(runningGroups(engines, 'sidecar.py')).toEqual([]);
    expect(
      readdirSync(join(engines, 'work', hostName())).filter((name) => name.startsWith('model-')),
    ).toEqual([]);
  });

  it('finds the organ that it was trained on', async () => {
    const loaded = await nnunetEngine(machine('e')).load(model);
    const labels = await loaded.predict(held.image, quiet);
    await loaded.dispose();
    const both = labels.filter((value, at) => value !== 0 && held.labels[at] !== 0).length;
    const all = [labels, held.labels].reduce(
      (sum, map) => sum + map.filter((value) => value !== 0).length,
      0,
    );
    const dsc = (2 * both) / all;
    console.log(`DSC of the spleen after ${4 * 15} iterations: ${dsc.toFixed(3)}`);
    expect(dsc).toBeGreaterThan(0.5);
  });
});

describe('the layout of a dataset', () => {
  it('passes nnU-Net’s own integrity check, and fails it with a label that it does not announce', async () => {
    const folder = join(directory, 'raw');
    await writeDataset(folder, ['spleen'], trainingCases(volumes), () => undefined);
    const dataset = join(folder, datasetName);
    expect(await verifyDataset(dataset, quiet.signal)).toContain('verify_dataset_integrity Done');
    const broken = join(directory, 'broken');
    await writeDataset(broken, ['spleen'], trainingCases(volumes), () => undefined);
    const contents = join(broken, datasetName, 'dataset.json');
    const { labels: _, ...rest } = JSON.parse(readFileSync(contents, 'utf8'));
    writeFileSync(contents, JSON.stringify({ ...rest, labels: { background: 0, spleen: 1 } }));
    await expect(verifyDataset(join(broken, datasetName), quiet.signal)).rejects.toMatchObject({
      kind: 'InvalidInput',
    });
  });
});
