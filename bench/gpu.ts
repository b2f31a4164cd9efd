import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Organ } from '../domain/organ.js';
import { organs, organValue } from '../domain/organ.js';
import type { EngineSettings } from '../domain/training-set.js';
import type { Engine, LoadedModel, RunContext } from '../engines/engine.js';
import { nnunetEngine } from '../engines/nnunet/nnunet-engine.js';
import type { Asking } from '../engines/nnunet/prediction.js';
import { engineByName } from '../engines/registry.js';
import { generateSamples } from '../sources/samples/generate.js';
import { type GpuCase, gpuCases, trainingOf, unseenBy } from './gpu-cases.js';
import { deviceName, watchUse } from './gpu-device.js';
import { type GpuPage, gpuPage, type OrganRow, type Speed } from './gpu-page.js';

/** What a run does: all of it on a GPU; `--tiny` shows on any machine that it runs, and writes nothing. */
interface Extent {
  readonly settings: EngineSettings;
  readonly organs: readonly Organ[];
  readonly unseen: number;
  readonly speedCases: number;
}
const full: Extent = {
  settings: { configuration: '3d_fullres', epochs: 50, saveEvery: 50 },
  organs,
  unseen: Number.POSITIVE_INFINITY,
  speedCases: 20,
};
const tiny: Extent = {
  settings: { configuration: '2d', epochs: 1, iterationsPerEpoch: 2, batchSize: 2 },
  organs: ['spleen'],
  unseen: 1,
  speedCases: 1,
};

type Say = (line: string) => void;

/** `npm run bench:gpu`: nnU-Net beside the atlas, its sidecar beside its command, and the use of the device. */
export async function run(root: string, say: Say, args: readonly string[]): Promise<void> {
  const isTiny = args.includes('--tiny');
  const extent = isTiny ? tiny : full;
  const device = await deviceName();
  const rows: OrganRow[] = [];
  let speed: GpuPage['speed'] | undefined;
  for (const set of await setsOf(root, isTiny, say)) {
    const cases = await gpuCases(set.directory);
    for (const organ of extent.organs) {
      say(`${set.name}, ${organ}: training …`);
      const found = await organRow(set.name, organ, cases, extent, say);
      rows.push(found.row);
      speed ??= await speedOf(found.model, cases.slice(0, extent.speedCases), say);
    }
  }
  const page = gpuPage({
    device: device.name,
    rows,
    speed: speed!,
    settings: extent.settings,
    date: new Date(),
  });
  console.log(page);
  if (isTiny) say('A tiny run shows that the bench runs; its figures say nothing and are not written.');
  else writeFileSync(join(root, 'docs', 'benchmarks-gpu.md'), page);
}

async function setsOf(
  root: string,
  isTiny: boolean,
  say: Say,
): Promise<{ name: string; directory: string }[]> {
  const phantoms = join(root, '.plusct', 'bench', 'gpu-samples');
  await generateSamples({ directory: phantoms, seed: 1 });
  const sets = [{ name: 'phantoms', directory: phantoms }];
  const mini = join(root, '..', 'shared', 'data', 'collections');
  if (isTiny) return sets;
  if (existsSync(mini)) return [...sets, { name: 'mini collections', directory: mini }];
  say(`${mini} is not there: only phantoms are measured.`);
  return sets;
}

function context(say: Say): RunContext {
  let told = '';
  return {
    signal: new AbortController().signal,
    progress: (_, note) => {
      const epoch = /^epoch \d+/.exec(note)?.[0] ?? note;
      if (/^epoch/.test(epoch) && epoch !== told) say(`  ${note}`);
      told = epoch;
    },
  };
}

async function organRow(
  set: string,
  organ: Organ,
  cases: readonly GpuCase[],
  extent: Extent,
  say: Say,
): Promise<{ row: OrganRow; model: Uint8Array }> {
  const unseen = unseenBy(cases, organ).slice(0, extent.unseen);
  const nnunet = nnunetEngine();
  const startedMs = Date.now();
  const stopWatching = watchUse();
  const model = await trained(nnunet, organ, cases, extent.settings, say);
  const use = await stopWatching();
  const trainingSeconds = (Date.now() - startedMs) / 1000;
  const atlas = engineByName('atlas');
  const row = {
    set,
    organ,
    cases: unseen.length,
    trainingSeconds,
    use,
    nnunet: await meanDsc(await nnunet.load(model), organ, unseen, say),
    atlas: await meanDsc(await atlas.load(await trained(atlas, organ, cases, {}, say)), organ, unseen, say),
  };
  return { row, model };
}

function trained(
  engine: Engine,
  organ: Organ,
  cases: readonly GpuCase[],
  settings: EngineSettings,
  say: Say,
): Promise<Uint8Array> {
  const input = {
    organs: [organ],
    cases: trainingOf(cases, organ),
    seed: 1,
    settings: engine.settingsOf(settings),
  };
  return engine.train(input, context(say));
}

async function meanDsc(
  model: LoadedModel,
  organ: Organ,
  cases: readonly GpuCase[],
  say: Say,
): Promise<number> {
  let sum = 0;
  for (const { image, reference } of cases)
    sum += dscOf(await model.predict(image, context(say)), reference!, organValue[organ]);
  await model.dispose();
  return sum / cases.length;
}

function dscOf(prediction: Uint8Array, reference: Uint8Array, value: number): number {
  let [both, all] = [0, 0];
  for (let n = 0; n < reference.length; n++) {
    const [a, b] = [prediction[n] === value, reference[n] === value];
    if (a && b) both += 1;
    all += Number(a) + Number(b);
  }
  return (2 * both) / all;
}

/** Cases in a minute by the process that stays, its start not counted, and by one command for each case. */
async function speedOf(bytes: Uint8Array, cases: readonly GpuCase[], say: Say): Promise<GpuPage['speed']> {
  const sidecar = await speedBy('sidecar', bytes, cases, say);
  const command = await speedBy('command', bytes, cases.slice(0, Math.min(cases.length, 5)), say);
  return { sidecar, command };
}

async function speedBy(
  asking: Asking,
  bytes: Uint8Array,
  cases: readonly GpuCase[],
  say: Say,
): Promise<Speed> {
  say(`${cases.length} cases by ${asking} …`);
  const engine = nnunetEngine({ asking });
  const model = await engine.load(bytes);
  if (asking === 'sidecar') await model.predict(cases[0]!.image, context(say));
  let deviceSeconds = 0;
  const own: RunContext = {
    ...context(say),
    onDevice: (seconds) => {
      deviceSeconds += seconds;
    },
  };
  const waiting = [...cases];
  const lane = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift())
      await model.predict(next.image, own);
  };
  const lanes = asking === 'sidecar' ? (engine.describe().casesAtOnce ?? 1) : 1;
  const startedMs = Date.now();
  const stopWatching = watchUse();
  await Promise.all(Array.from({ length: lanes }, lane));
  const seconds = (Date.now() - startedMs) / 1000;
  const use = await stopWatching();
  await model.dispose();
  const computing = asking === 'sidecar' ? { computing: (100 * deviceSeconds) / seconds } : {};
  return { perMinute: cases.length / (seconds / 60), use, ...computing };
}
