import { setTimeout as sleep } from 'node:timers/promises';
import type { NativeConnection, Worker } from '@temporalio/worker';
import type { Logger } from 'pino';
import type { Dependencies } from '../activities/dependencies.js';
import { Device } from '../activities/device.js';
import type { DeviceState } from '../domain/device-state.js';
import { recordDeviceState } from '../storage/device-states.js';
import { LocalCopies } from '../storage/local-copies.js';
import type { Config } from './config.js';
import type { CheckedDevice, DeviceCheck } from './device-check.js';
import { DeviceSlots } from './device-slots.js';
import { createDeviceWorker } from './roles.js';

/** How often a device is looked at, at work and while it is out of order. */
const checkEveryMs = 30_000;
/** Weights on this machine's disk. */
const copiesBytesAtMost = 20 * 1024 ** 3;

export interface DeviceRun {
  readonly config: Config;
  readonly connection: NativeConnection;
  readonly dependencies: Dependencies;
  /** `{host}-{number}`. */
  readonly name: string;
  readonly hardwareClass: string | undefined;
  readonly check: DeviceCheck;
  readonly log: Logger;
  /** Aborting it ends the run. */
  readonly signal: AbortSignal;
  readonly checkMs?: number;
}

/**
 * Works on one device until it is told to stop. A device whose check fails takes no more work: its worker stops polling, which is
 * put on record; it polls again once the device is well.
 */
export async function runDevice(run: DeviceRun): Promise<void> {
  const { check, signal, log, checkMs = checkEveryMs } = run;
  while (!signal.aborted) {
    const first = await check();
    if (first.failure === undefined) await atWork(run, first);
    else if (!signal.aborted) await outOfOrder(run, first.failure);
    if (!signal.aborted) await sleep(checkMs, undefined, { signal }).catch(() => undefined);
  }
  await note(run, 'stopped');
  log.info('stopped');
}

async function atWork(run: DeviceRun, first: CheckedDevice): Promise<void> {
  const { log, signal, check, checkMs = checkEveryMs } = run;
  const suspicion = new Suspicion();
  const device = deviceOf(run, first, () => suspicion.raise());
  const workers = await workersOf(run, device);
  const running = workers.map((worker) => worker.run());
  await note(run, 'at-work', { memoryMb: run.config.deviceMemoryMb ?? first.memory?.totalMb });
  log.info('ready');
  const ended = Promise.all(running);
  const failure = await untilFailure({ check, checkMs, signal, suspicion, ended });
  // Said first: what runs on a lost device may never end.
  if (failure !== undefined) await outOfOrder(run, failure);
  for (const worker of workers) if (worker.getState() === 'RUNNING') worker.shutdown();
  await ended;
  await device.close();
}

/** Says that the device may be the reason of a crash, any number of times. */
class Suspicion {
  private raised = new AbortController();

  raise(): void {
    this.raised.abort();
  }

  /** Comes once something is suspected since the last time. */
  next(): AbortSignal {
    if (this.raised.signal.aborted) this.raised = new AbortController();
    return this.raised.signal;
  }
}

/** Looks at the device again and again, and at once when an engine crashed on it; undefined when the worker ends. */
async function untilFailure(watch: {
  check: DeviceCheck;
  checkMs: number;
  signal: AbortSignal;
  suspicion: Suspicion;
  ended: Promise<unknown>;
}): Promise<string | undefined> {
  const { check, checkMs, signal, suspicion, ended } = watch;
  let stop = false;
  const over = ended.then(() => {
    stop = true;
  });
  let early = suspicion.next();
  while (!signal.aborted && !stop) {
    const wake = AbortSignal.any([signal, early]);
    await Promise.race([sleep(checkMs, undefined, { signal: wake }).catch(() => undefined), over]);
    // What is suspected while the device is looked at is looked into next.
    early = suspicion.next();
    if (signal.aborted || stop) return undefined;
    const { failure } = await check();
    if (failure !== undefined) return failure;
  }
  return undefined;
}

function deviceOf(
  { config, dependencies, name, hardwareClass, check }: DeviceRun,
  first: CheckedDevice,
  crashed: () => void,
): Device {
  const { store, engineByName, now } = dependencies;
  const memoryMb = config.deviceMemoryMb ?? first.memory?.totalMb;
  const usedMb = async () => (await check()).memory?.usedMb;
  return new Device({
    store,
    engineByName,
    now,
    crashed,
    copies: new LocalCopies(store, config.modelCache, copiesBytesAtMost),
    about: {
      name,
      ...(hardwareClass === undefined ? {} : { hardwareClass }),
      ...(memoryMb === undefined ? {} : { memoryMb }),
      ...(first.memory === undefined ? {} : { usedMb }),
    },
  });
}

/** A device of a class takes that class's work and anybody's. */
function workersOf(
  { name, config, connection, dependencies, hardwareClass }: DeviceRun,
  device: Device,
): Promise<Worker[]> {
  const slots = new DeviceSlots(() => device.load);
  const queues = hardwareClass === undefined ? [undefined] : [hardwareClass, undefined];
  return Promise.all(
    queues.map((queue) =>
      createDeviceWorker(queue, config, connection, {
        name,
        dependencies: { ...dependencies, device },
        slots: slots.supplier(),
      }),
    ),
  );
}

async function outOfOrder(run: DeviceRun, reason: string): Promise<void> {
  run.log.error({ reason }, 'the device takes no work');
  await note(run, 'failed', { reason });
}

const lastNoted = new WeakMap<DeviceRun, string>();

/** Puts a state on record unless it is the one that is there; a store that is away must not stop the device. */
async function note(
  run: DeviceRun,
  state: DeviceState['state'],
  more: { reason?: string; memoryMb?: number | undefined } = {},
): Promise<void> {
  const { name: device, hardwareClass, dependencies, log } = run;
  const what = `${state} ${more.reason ?? ''}`;
  if (lastNoted.get(run) === what) return;
  const { reason, memoryMb } = more;
  const record: DeviceState = {
    device,
    state,
    at: dependencies.now().toISOString(),
    ...(hardwareClass === undefined ? {} : { hardwareClass }),
    ...(reason === undefined ? {} : { reason }),
    ...(memoryMb === undefined ? {} : { memoryMb }),
  };
  try {
    await recordDeviceState(dependencies.store, record);
    lastNoted.set(run, what);
  } catch (error) {
    log.warn({ error: error instanceof Error ? error.message : String(error) }, 'state is not on record');
  }
}
