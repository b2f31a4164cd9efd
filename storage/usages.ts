import { modelMemoryKey, modelMemoryPrefix, usageKey, usagePrefix, usagesPrefix } from '../domain/keys.js';
import { Usage } from '../domain/usage.js';
import { hashOf, publishJson, requireJson } from './json.js';
import { mapBounded } from './map-bounded.js';
import type { ObjectStore } from './object-store.js';

const readsAtOnce = 16;

/** Puts one stay on a device on record. */
export async function recordUsage(store: ObjectStore, usage: Usage): Promise<void> {
  const checked = Usage.parse(usage);
  await publishJson(store, usageKey(checked.campaign, checked.at, hashOf(checked)), checked);
}

/** Every stay on a device for a campaign, or for all, in order of time within a campaign. */
export async function readUsages(store: ObjectStore, campaign?: string): Promise<Usage[]> {
  const keys: string[] = [];
  const prefix = campaign === undefined ? usagesPrefix : usagePrefix(campaign);
  for await (const key of store.list(prefix)) keys.push(key);
  return mapBounded(keys, readsAtOnce, (key) => requireJson(store, key, Usage));
}

/** Device memory is kept in steps of this: more would be noise. */
const memoryStepMb = 256;

/** Puts on record how much device memory a model was seen to need, which is no more than that device has. */
export async function recordModelMemory(
  store: ObjectStore,
  modelId: string,
  usedMb: number,
  deviceMb = Number.POSITIVE_INFINITY,
): Promise<void> {
  const memoryMb = Math.min(Math.ceil(usedMb / memoryStepMb) * memoryStepMb, deviceMb);
  await publishJson(store, modelMemoryKey(modelId, memoryMb), { memoryMb });
}

/** The most device memory that a model was seen to need, in MB; undefined when nobody has measured. */
export async function modelMemoryMb(store: ObjectStore, modelId: string): Promise<number | undefined> {
  let most: number | undefined;
  const prefix = modelMemoryPrefix(modelId);
  for await (const key of store.list(prefix)) most = Number.parseInt(key.slice(prefix.length), 10);
  return most;
}
