import { readdirSync } from 'node:fs';
import { totalmem } from 'node:os';
import { PlusctError } from '../../domain/errors.js';
import { runGroup } from '../process-group.js';
import { failureOf } from './failures.js';
import type { Workshop } from './workshop.js';

export type Device = 'cuda' | 'cpu';

/** Devices that share this machine's processors and memory: its GPUs, and one where there is none. */
export function devicesHere(): number {
  try {
    return Math.max(1, readdirSync('/dev').filter((name) => /^nvidia\d+$/.test(name)).length);
  } catch {
    return 1;
  }
}

/** Main memory that this process may have, in bytes: a container's share of the machine's. */
export function memoryHere(): number {
  const limit = process.constrainedMemory();
  return limit > 0 ? Math.min(limit, totalmem()) : totalmem();
}

/**
 * What `auto` comes to on this machine: asked of torch itself.
 * @throws PlusctError EngineCrashed as `requireSeen` does
 */
export async function foundDevice(workshop: Workshop, cwd: string, signal: AbortSignal): Promise<Device> {
  let found: Device = 'cpu';
  const onLine = (line: string) => {
    if (line.trim() === 'cuda') found = 'cuda';
  };
  const ending = await runGroup({ ...workshop.program('device.py', [], cwd), onLine }, signal);
  if (ending.code !== 0) throw failureOf('device.py', ending);
  await requireSeen(workshop, found);
  return found;
}

/**
 * A processor in place of a GPU would take days, and nobody would know why.
 * @throws PlusctError EngineCrashed where `auto` came to the processor of a machine that has a GPU
 */
export async function requireSeen(workshop: Workshop, found: Device): Promise<void> {
  const gpu = found === 'cpu' ? await workshop.seenGpu() : undefined;
  if (gpu === undefined) return;
  throw new PlusctError(
    'EngineCrashed',
    `torch does not see the GPU that this machine has (${gpu}): run \`plusct engine check nnunet\`; most often the driver is ` +
      'older than the CUDA that torch is built for. To compute on the processor, hide the GPU from the worker: CUDA_VISIBLE_DEVICES=-1',
  );
}
