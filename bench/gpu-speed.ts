import { availableParallelism } from 'node:os';
import { Device } from '../activities/device.js';
import { modelKey } from '../domain/keys.js';
import { Model } from '../domain/model.js';
import type { Organ } from '../domain/organ.js';
import type { Usage } from '../domain/usage.js';
import { nnunetEngine } from '../engines/nnunet/nnunet-engine.js';
import { engineByName } from '../engines/registry.js';
import type { CtVolume } from '../imaging/volume.js';
import { putContent } from '../storage/content.js';
import { publishJson } from '../storage/json.js';
import { memoryStore } from '../storage/memory.js';
import type { ObjectStore } from '../storage/object-store.js';
import { readUsages } from '../storage/usages.js';
import { deviceCheck, pinnedDevice } from '../workers/device-check.js';
import { aheadAtMost } from '../workers/device-slots.js';
import { meanUse, watchUse } from './gpu-device.js';
import { contextOf, type GpuRun, inLanes } from './gpu-run.js';

/** Scans in a minute by the process that stays, its start not counted, and by one command for each scan. */
export interface Speed {
  readonly sidecar: number;
  readonly command: number;
  readonly scans: string;
}

/** How well a device was used while there was a queue. */
export interface Use {
  readonly models: number;
  readonly perMinute: number;
  /** Mean of what the device says, in percent; undefined where nothing tells. */
  readonly use?: number | undefined;
  /** Time in which a model computed, added up over models, in percent of the time. */
  readonly computing: number;
  readonly scans: string;
}

/** Asks the process that stays and nnU-Net's own command for the same small scans; the latter for a few of them only. */
export async function speedOf(
  bytes: Uint8Array,
  images: readonly CtVolume[],
  asked: { readonly sidecar: number; readonly command: number },
  run: GpuRun,
): Promise<Speed> {
  const scans = Array.from({ length: asked.sidecar }, (_, n) => images[n % images.length]!);
  const sidecar = await perMinute('sidecar', bytes, scans, run);
  const command = await perMinute('command', bytes, scans.slice(0, asked.command), run);
  return { sidecar, command, scans: sizeOf(images[0]!) };
}

async function perMinute(
  asking: 'sidecar' | 'command',
  bytes: Uint8Array,
  images: readonly CtVolume[],
  run: GpuRun,
): Promise<number> {
  run.say(`${images.length} scans by ${asking} …`);
  const engine = nnunetEngine({ asking });
  const model = await engine.load(bytes);
  try {
    if (asking === 'sidecar') await model.predict(images[0]!, contextOf(run));
    const lanes = asking === 'sidecar' ? (engine.describe().casesAtOnce ?? 1) : 1;
    const startedMs = performance.now();
    await inLanes(images, lanes, (image) => model.predict(image, contextOf(run)));
    return images.length / ((performance.now() - startedMs) / 60_000);
  } finally {
    await model.dispose();
  }
}

/**
 * Predicts as a worker does, through the device with its turns, model after model for each scan, and looks at the device from the first
 * scan to the moment in which the last one was begun.
 */
export async function useOf(
  models: ReadonlyMap<Organ, Uint8Array>,
  images: readonly CtVolume[],
  count: number,
  run: GpuRun,
): Promise<Use> {
  run.say(`${count} scans of ${sizeOf(images[0]!)}, ${models.size} models in turn …`);
  const store = memoryStore();
  const ids = await storeModels(store, models);
  const about = { name: 'bench-0', ...(await memoryOf(process.env.CUDA_VISIBLE_DEVICES)) };
  const device = new Device({ store, engineByName, now: () => new Date(), about });
  const predict = async (id: string, image: CtVolume) =>
    (await device.model(id, { campaign: 'bench' })).predict(image, contextOf(run));
  const watching = watchUse();
  try {
    for (const id of ids) await predict(id, images[0]!);
    const scans = Array.from({ length: count }, (_, n) => images[n % images.length]!);
    const { casesAtOnce = 1 } = engineByName('nnunet').describe();
    const lanes = 1 + Math.max(aheadAtMost, casesAtOnce);
    const startedMs = performance.now();
    const queueEndedMs = await inLanes(scans, lanes, async (image) => {
      for (const id of ids) await predict(id, image);
    });
    const seconds = (performance.now() - startedMs) / 1000;
    const stays = await readUsages(store);
    return {
      models: ids.length,
      perMinute: (count * ids.length) / (seconds / 60),
      use: meanUse(watching.samples, startedMs, queueEndedMs),
      computing: sharePercent(stays, startedMs, queueEndedMs),
      scans: `${count} of ${sizeOf(images[0]!)}, ${lanes} at once on ${availableParallelism()} cores`,
    };
  } finally {
    watching.stop();
    await device.close();
  }
}

/** Time of stays on the device between two moments of `performance.now()`, added up, in percent of the time between them. */
export function sharePercent(
  stays: readonly Pick<Usage, 'at' | 'seconds'>[],
  fromMs: number,
  toMs: number,
): number {
  const within = stays.map(({ at, seconds }) => {
    const beganMs = Date.parse(at) - performance.timeOrigin;
    return Math.max(0, Math.min(toMs, beganMs + 1000 * seconds) - Math.max(fromMs, beganMs));
  });
  return (100 * within.reduce((sum, each) => sum + each, 0)) / (toMs - fromMs);
}

/** What a worker knows of its device's memory. */
async function memoryOf(visible: string | undefined) {
  if (visible === '') return {};
  const check = deviceCheck(pinnedDevice('0', visible), undefined);
  const { memory } = await check();
  if (memory === undefined) return {};
  return { memoryMb: memory.totalMb, usedMb: async () => (await check()).memory?.usedMb };
}

async function storeModels(store: ObjectStore, models: ReadonlyMap<Organ, Uint8Array>): Promise<string[]> {
  const { name, version } = engineByName('nnunet').describe();
  const ids: string[] = [];
  for (const [organ, bytes] of models) {
    const modelId = `bench-${organ}`;
    const model: Model = {
      modelId,
      organs: [organ],
      engine: { name, version, settings: {}, summary: '' },
      weights: await putContent(store, bytes),
      seed: 1,
      trainedOn: [],
      licences: [],
    };
    await publishJson(store, modelKey(modelId), Model.parse(model));
    ids.push(modelId);
  }
  return ids;
}

/** The same scan, so many times as large in every direction: voxels stay as they are, and there are more of them. */
export function enlarged(image: CtVolume, times: number): CtVolume {
  const { geometry, hu } = image;
  const [columns, rows, slices] = geometry.shape;
  const shape = [columns * times, rows * times, slices * times] as [number, number, number];
  const large = new Int16Array(shape[0] * shape[1] * shape[2]);
  let at = 0;
  for (let k = 0; k < shape[2]; k++)
    for (let j = 0; j < shape[1]; j++) {
      const row = (Math.floor(k / times) * rows + Math.floor(j / times)) * columns;
      for (let i = 0; i < shape[0]; i++) large[at++] = hu[row + Math.floor(i / times)]!;
    }
  return { ...image, geometry: { ...geometry, shape }, hu: large };
}

function sizeOf({ geometry }: CtVolume): string {
  return geometry.shape.join('×');
}
