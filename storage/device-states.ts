import { DeviceState } from '../domain/device-state.js';
import { devicePrefix, deviceStateKey, devicesPrefix } from '../domain/keys.js';
import { canonicalJson, requireJson } from './json.js';
import { mapBounded } from './map-bounded.js';
import type { ObjectStore } from './object-store.js';

const readsAtOnce = 16;

/** Puts on record what became of a device. */
export async function recordDeviceState(store: ObjectStore, state: DeviceState): Promise<void> {
  const bytes = new TextEncoder().encode(canonicalJson(DeviceState.parse(state)));
  let number = (await numbersOf(store, state.device)) + 1;
  // Two workers that believe to own one device both count.
  while (!(await store.putIfAbsent(deviceStateKey(state.device, number), bytes))) number++;
}

/** The newest state of every device that ever worked for this store, by name. */
export async function readDeviceStates(store: ObjectStore): Promise<DeviceState[]> {
  const devices = (await store.folders(devicesPrefix)).sort();
  return mapBounded(devices, readsAtOnce, async (device) =>
    requireJson(store, deviceStateKey(device, await numbersOf(store, device)), DeviceState),
  );
}

/** States are numbered without gaps: the newest number is how many there are. */
async function numbersOf(store: ObjectStore, device: string): Promise<number> {
  let count = 0;
  for await (const _ of store.list(devicePrefix(device))) count++;
  return count;
}
