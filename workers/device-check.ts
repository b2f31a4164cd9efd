import { execFile } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { parseDeviceMemory } from '../domain/device-state.js';
import { PlusctError } from '../domain/errors.js';

/** A check that has not answered after this has failed: drivers hang when a device is lost. */
const checkTimeoutMs = 20_000;

export interface CheckedDevice {
  /** Why the device cannot work; left out where it can. */
  readonly failure?: string;
  readonly memory?: { readonly totalMb: number; readonly usedMb: number };
}

export type DeviceCheck = () => Promise<CheckedDevice>;

/**
 * The device that a number stands for: where `CUDA_VISIBLE_DEVICES` is set already, the one in that place of its list.
 * Throws `InvalidInput` when the list is shorter.
 */
export function pinnedDevice(number: string, visible: string | undefined): string {
  if (visible === undefined || visible === '') return number;
  const device = visible.split(',')[Number(number)]?.trim();
  if (device !== undefined) return device;
  throw new PlusctError(
    'InvalidInput',
    `--device ${number}: CUDA_VISIBLE_DEVICES is ${visible}, which has no device in that place; they are counted from 0`,
  );
}

/**
 * Looks whether a device is well: by the command that is given, for which `PLUSCT_DEVICE` is the device's number, else by
 * nvidia-smi, else not at all, as a processor needs no check. A command succeeds with exit code 0, and may print
 * `total, used` memory in MB.
 */
export function deviceCheck(device: string, command: string | undefined): DeviceCheck {
  if (command !== undefined) return () => run('/bin/sh', ['-c', command], device);
  const nvidia = onPath('nvidia-smi');
  if (nvidia === undefined) return async () => ({});
  const query = ['--query-gpu=memory.total,memory.used', '--format=csv,noheader,nounits'];
  return () => run(nvidia, [`--id=${device}`, ...query], device);
}

function run(file: string, args: readonly string[], device: string): Promise<CheckedDevice> {
  const options = { timeout: checkTimeoutMs, env: { ...process.env, PLUSCT_DEVICE: device } };
  return new Promise((resolve) => {
    execFile(file, args, options, (error, stdout, stderr) => {
      if (error === null) {
        const memory = parseDeviceMemory(stdout);
        return resolve(memory === undefined ? {} : { memory });
      }
      const said = `${stderr}\n${stdout}`
        .split('\n')
        .map((line) => line.trim())
        .find((line) => line !== '');
      const why = error.killed
        ? `gave no answer in ${checkTimeoutMs / 1000} s`
        : `ended with ${error.code ?? error.signal}`;
      resolve({ failure: said === undefined ? `its check ${why}` : `its check ${why}: ${said}` });
    });
  });
}

function onPath(program: string): string | undefined {
  for (const folder of (process.env.PATH ?? '').split(delimiter)) {
    const path = join(folder, program);
    try {
      accessSync(path, constants.X_OK);
      return path;
    } catch {
      // Not in this folder.
    }
  }
  return undefined;
}
