import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { PlusctError } from '../domain/errors.js';
import { type Organ, organs } from '../domain/organ.js';
import type { EngineSettings } from '../domain/training-set.js';
import { engineByName } from '../engines/registry.js';
import { generateSamples } from '../sources/samples/generate.js';
import { type GpuCase, gpuCases } from './gpu-cases.js';
import { deviceName } from './gpu-device.js';
import { gpuPage } from './gpu-page.js';
import { GpuProgress } from './gpu-progress.js';
import type { GpuRun } from './gpu-run.js';
import { enlarged, type Speed, speedOf, type Use, useOf } from './gpu-speed.js';
import { type OrganRow, organRow, type TrainingTime, trainedModel } from './gpu-training.js';

/** What a run does: all of it on a GPU; `--tiny` shows on any machine that it runs, and writes no page. */
interface Extent {
  readonly settings: EngineSettings;
  readonly organs: readonly Organ[];
  readonly unseen: number;
  readonly scans: { readonly sidecar: number; readonly command: number; readonly large: number };
  /** How many times as large as a phantom the scans are with which use is measured. */
  readonly times: number;
}
const full: Extent = {
  settings: { configuration: '3d_fullres', epochs: 50, saveEvery: 50 },
  organs,
  unseen: Number.POSITIVE_INFINITY,
  scans: { sidecar: 60, command: 5, large: 60 },
  times: 3,
};
const tiny: Extent = {
  settings: { configuration: '2d', epochs: 1, iterationsPerEpoch: 2, batchSize: 2 },
  organs: ['spleen'],
  unseen: 1,
  scans: { sidecar: 2, command: 1, large: 2 },
  times: 1,
};
const sets = ['phantoms', 'mini'] as const;
const parts = ['organs', 'speed', 'use'] as const;

interface Options {
  readonly extent: Extent;
  readonly isTiny: boolean;
  readonly sets: readonly string[];
  readonly parts: readonly string[];
}

/**
 * `npm run bench:gpu`: nnU-Net beside the atlas, its sidecar beside its command, and the use of the device. What is found is kept, so that a
 * run that is cut off goes on; the page is written after each part.
 */
export async function run(root: string, say: (line: string) => void, args: readonly string[]): Promise<void> {
  const options = optionsOf(args);
  const { extent, isTiny } = options;
  const device = await deviceName();
  if (!device.gpu && !isTiny)
    throw new PlusctError('InvalidInput', `there is no GPU here (${device.name}): --tiny shows that it runs`);
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort());
  const own: GpuRun = { say, signal: stop.signal };
  const { version } = engineByName('nnunet').describe();
  const progress = GpuProgress.open(root, { device: device.name, version, settings: extent.settings });
  const tell = () => {
    const page = gpuPage({
      ...found(progress),
      device: device.name,
      settings: extent.settings,
      date: new Date(),
    });
    if (!isTiny) writeFileSync(join(root, 'docs', 'benchmarks-gpu.md'), page);
    return page;
  };
  for (const set of options.sets) await measureSet(root, set, options, { progress, own, tell });
  console.log(tell());
  say(`Figures are kept in ${progress.folder}.`);
  if (isTiny) say('A tiny run shows that the bench runs; its figures say nothing and make no page.');
}

function optionsOf(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      tiny: { type: 'boolean', default: false },
      epochs: { type: 'string' },
      set: { type: 'string', multiple: true },
      only: { type: 'string', multiple: true },
    },
  });
  const { tiny: isTiny, epochs } = values;
  const extent = isTiny ? tiny : full;
  const settings = epochs === undefined ? {} : { epochs: Number(epochs), saveEvery: Number(epochs) };
  return {
    isTiny,
    extent: { ...extent, settings: { ...extent.settings, ...settings } },
    sets: known('--set', values.set ?? (isTiny ? ['phantoms'] : sets), sets),
    parts: known('--only', values.only ?? parts, parts),
  };
}

function known(option: string, asked: readonly string[], all: readonly string[]): readonly string[] {
  const strange = asked.find((each) => !all.includes(each));
  if (strange === undefined) return asked;
  throw new PlusctError('InvalidInput', `${option} ${strange}: there are ${all.join(', ')}`);
}

interface Measuring {
  readonly progress: GpuProgress;
  readonly own: GpuRun;
  readonly tell: () => unknown;
}

async function measureSet(
  root: string,
  set: string,
  { extent, parts: asked }: Options,
  { progress, own, tell }: Measuring,
): Promise<void> {
  const cases = await casesOf(root, set, own);
  if (cases === undefined) return;
  const models = new Map<Organ, Uint8Array>();
  for (const organ of extent.organs) {
    const about = { set, organ, cases, settings: extent.settings, unseen: extent.unseen };
    const model = await trainedModel(about, progress, own);
    models.set(organ, model);
    if (asked.includes('organs')) await progress.once(`${set}-${organ}`, () => organRow(about, model, own));
    tell();
  }
  if (set !== 'phantoms') return;
  const images = cases.map(({ image }) => image);
  const { scans, times } = extent;
  const [[organ, first]] = [...models] as [[Organ, Uint8Array]];
  if (asked.includes('speed')) await progress.once('speed', () => speedOf(first, images, scans, own));
  tell();
  if (!asked.includes('use')) return;
  const large = images.slice(0, 4).map((image) => enlarged(image, times));
  await progress.once('use-1', () => useOf(new Map([[organ, first]]), large, scans.large, own));
  tell();
  if (models.size > 1) await progress.once('use-all', () => useOf(models, large, scans.large, own));
  tell();
}

async function casesOf(root: string, set: string, { say }: GpuRun): Promise<GpuCase[] | undefined> {
  if (set === 'phantoms') {
    const directory = join(root, '.plusct', 'bench', 'gpu-samples');
    await generateSamples({ directory, seed: 1 });
    return gpuCases(directory);
  }
  const mini = join(root, '..', 'shared', 'data', 'collections');
  if (existsSync(mini)) return gpuCases(mini);
  say(`${mini} is not there: the mini collections are left out.`);
  return undefined;
}

/** Everything that was found so far. */
function found(progress: GpuProgress) {
  const rows = sets.flatMap((set) =>
    organs.flatMap((organ) => {
      const row = progress.known<OrganRow>(`${set}-${organ}`);
      return row === undefined ? [] : [{ ...row, ...progress.known<TrainingTime>(`${set}-${organ}-time`) }];
    }),
  );
  const uses = ['use-1', 'use-all'].flatMap((name) => progress.known<Use>(name) ?? []);
  return { rows, speed: progress.known<Speed>('speed'), uses };
}
