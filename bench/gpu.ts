import { execFile } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs, promisify } from 'node:util';
import { PlusctError } from '../domain/errors.js';
import { type Organ, organs } from '../domain/organ.js';
import type { EngineSettings } from '../domain/training-set.js';
import { settingsFrom } from '../engines/engine-settings.js';
import { engineByName } from '../engines/registry.js';
import { generateSamples } from '../sources/samples/generate.js';
import { type GpuCase, gpuCases } from './gpu-cases.js';
import { deviceName } from './gpu-device.js';
import { gpuPage } from './gpu-page.js';
import { GpuProgress } from './gpu-progress.js';
import type { GpuRun } from './gpu-run.js';
import { enlarged, type Speed, speedOf, type Use, useOf } from './gpu-speed.js';
import { type OrganRow, organRow, type TrainingTime, trainedModel } from './gpu-training.js';

const sets = ['phantoms', 'mini'] as const;
type CaseSet = (typeof sets)[number];
const parts = ['organs', 'speed', 'use'] as const;
type Part = (typeof parts)[number];

/** What a run does. */
interface Extent {
  /** The page that it writes, below docs; none where its figures say nothing. */
  readonly page?: string;
  readonly parts: readonly Part[];
  readonly sets: readonly CaseSet[];
  readonly settings: EngineSettings;
  readonly organs: readonly Organ[];
  readonly unseen: number;
  readonly scans: { readonly sidecar: number; readonly command: number; readonly large: number };
  /** How many times as large as a phantom the scans are with which use is measured. */
  readonly times: number;
}
/** On a GPU: what half an hour of a large one suffices for. */
const full: Extent = {
  page: 'benchmarks-gpu.md',
  parts,
  sets,
  settings: { configuration: '3d_fullres', epochs: 50, iterationsPerEpoch: 100, saveEvery: 50 },
  organs,
  unseen: Number.POSITIVE_INFINITY,
  scans: { sidecar: 60, command: 5, large: 60 },
  times: 3,
};
/** On a processor: slices, and nothing about the use of a device that there is not. */
const small: Extent = {
  page: 'benchmarks-cpu.md',
  parts: ['organs', 'speed'],
  sets,
  settings: { configuration: '2d', epochs: 10, iterationsPerEpoch: 50, batchSize: 12, saveEvery: 10 },
  organs,
  unseen: Number.POSITIVE_INFINITY,
  scans: { sidecar: 20, command: 5, large: 8 },
  times: 2,
};
/** Shows on any machine that it runs. */
const tiny: Extent = {
  parts,
  sets: ['phantoms'],
  settings: { configuration: '2d', epochs: 1, iterationsPerEpoch: 2, batchSize: 2 },
  organs: ['spleen'],
  unseen: 1,
  scans: { sidecar: 2, command: 1, large: 2 },
  times: 1,
};
/**
 * `npm run bench:gpu`: nnU-Net beside the atlas, its sidecar beside its command, and the use of the device. What is found is kept, so that a
 * run that is cut off goes on; the page is written after each part.
 */
export async function run(root: string, say: (line: string) => void, args: readonly string[]): Promise<void> {
  const { extent, anywhere } = optionsOf(args);
  const device = await deviceName();
  if (!device.gpu && !anywhere) {
    const why = `there is no GPU here (${device.name}): --cpu measures the processor, --tiny shows that it runs`;
    throw new PlusctError('InvalidInput', why);
  }
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort());
  const own: GpuRun = { say, signal: stop.signal };
  const { version } = engineByName('nnunet').describe();
  const progress = GpuProgress.open(root, { device: device.name, version, settings: extent.settings });
  const about = {
    device: device.name,
    settings: extent.settings,
    date: new Date(),
    state: await stateOf(root, version),
  };
  const tell = () => {
    const page = gpuPage({ ...about, ...found(progress) });
    if (extent.page !== undefined) writeFileSync(join(root, 'docs', extent.page), page);
    return page;
  };
  try {
    for (const set of extent.sets) await measureSet(root, set, extent, { progress, own, tell });
  } catch (error) {
    if (stop.signal.aborted) say('Cut off: started again with the same settings it goes on from here.');
    throw error;
  }
  console.log(tell());
  say(`Figures are kept in ${progress.folder}.`);
  if (extent.page === undefined)
    say('A tiny run shows that the bench runs; its figures say nothing and make no page.');
}

/** What is measured: versions, and the commit where git tells. */
async function stateOf(root: string, nnunet: string): Promise<string> {
  const node = `Node.js ${process.versions.node}, nnU-Net ${nnunet}`;
  try {
    const { stdout } = await promisify(execFile)('git', ['describe', '--always', '--dirty'], { cwd: root });
    return `${node}, commit ${stdout.trim()}`;
  } catch {
    return node;
  }
}

function optionsOf(args: readonly string[]): { extent: Extent; anywhere: boolean } {
  const { values } = parseArgs({
    args: [...args],
    options: {
      tiny: { type: 'boolean', default: false },
      cpu: { type: 'boolean', default: false },
      setting: { type: 'string', multiple: true, default: [] },
      set: { type: 'string', multiple: true },
      only: { type: 'string', multiple: true },
    },
  });
  const wrong = (message: string) => new PlusctError('InvalidInput', message);
  if (values.cpu) process.env.CUDA_VISIBLE_DEVICES = '';
  const extent = values.tiny ? tiny : values.cpu ? small : full;
  const settings = { ...extent.settings, ...settingsFrom(values.setting, '--setting', wrong) };
  engineByName('nnunet').settingsOf(settings);
  return {
    anywhere: values.tiny || values.cpu,
    extent: {
      ...extent,
      settings,
      sets: known('--set', values.set ?? extent.sets, sets),
      parts: known('--only', values.only ?? extent.parts, parts),
    },
  };
}

function known<Name extends string>(
  option: string,
  asked: readonly string[],
  all: readonly Name[],
): readonly Name[] {
  const strange = asked.find((each) => !all.some((name) => name === each));
  if (strange === undefined) return all.filter((name) => asked.includes(name));
  throw new PlusctError('InvalidInput', `${option} ${strange}: there are ${all.join(', ')}`);
}

interface Measuring {
  readonly progress: GpuProgress;
  readonly own: GpuRun;
  readonly tell: () => unknown;
}

/** Trains what is asked about, and no more. */
async function measureSet(
  root: string,
  set: CaseSet,
  { parts: asked, organs: trained, settings, unseen, scans, times }: Extent,
  { progress, own, tell }: Measuring,
): Promise<void> {
  const cases = await casesOf(root, set, own);
  if (cases === undefined) return;
  const about = (organ: Organ) => ({ set, organ, cases, settings, unseen });
  const modelOf = (organ: Organ) => trainedModel(about(organ), progress, own);
  if (asked.includes('organs')) {
    for (const organ of trained) {
      const model = await modelOf(organ);
      tell();
      await progress.once(`${set}-${organ}`, () => organRow(about(organ), model, own));
      tell();
    }
  }
  if (set !== 'phantoms') return;
  const images = cases.map(({ image }) => image);
  const first = trained[0]!;
  if (asked.includes('speed'))
    await progress.once('speed', async () => speedOf(await modelOf(first), images, scans, own));
  tell();
  if (!asked.includes('use')) return;
  const large = images.slice(0, 4).map((image) => enlarged(image, times));
  for (const [name, turn] of [
    ['use-1', [first]],
    ['use-all', trained],
  ] as const) {
    if (name === 'use-all' && trained.length === 1) return;
    await progress.once(name, async () => {
      const models = new Map<Organ, Uint8Array>();
      for (const organ of turn) models.set(organ, await modelOf(organ));
      return useOf(models, large, scans.large, own);
    });
    tell();
  }
}

async function casesOf(root: string, set: CaseSet, { say }: GpuRun): Promise<GpuCase[] | undefined> {
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
