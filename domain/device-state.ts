import { z } from 'zod';
import { HardwareClass } from './hardware-class.js';

/** What became of a device: it takes work, its check has failed, or its worker was stopped in order. */
export const DeviceState = z.object({
  /** `{host}-{number}`. */
  device: z.string().regex(/^[A-Za-z0-9._-]{1,120}$/),
  hardwareClass: HardwareClass.optional(),
  state: z.enum(['at-work', 'failed', 'stopped']),
  /** Why it failed. */
  reason: z.string().optional(),
  memoryMb: z.number().positive().optional(),
  at: z.iso.datetime(),
});
export type DeviceState = z.infer<typeof DeviceState>;

/** A device as it looks now: one that is said to be at work, and is not heard of any more, is lost. */
export const SeenDevice = DeviceState.extend({ state: z.enum([...DeviceState.shape.state.options, 'lost']) });
export type SeenDevice = z.infer<typeof SeenDevice>;

/** Workers tell the server every minute that they are there. */
const lostAfterMs = 150_000;

/** `lastHeard` is when the device's worker last said that it is there; undefined where the server knows of none. */
export function seenDevice(recorded: DeviceState, lastHeard: Date | undefined, now: Date): SeenDevice {
  const last = Math.max(Date.parse(recorded.at), lastHeard?.getTime() ?? 0);
  if (recorded.state !== 'at-work' || now.getTime() - last <= lostAfterMs) return recorded;
  const at = new Date(last).toISOString();
  return { ...recorded, state: 'lost', at, reason: 'its worker was killed, or its machine is away' };
}

/** What a device check printed as `total, used` in MB, which is nvidia-smi's way too; undefined for anything else. */
export function parseDeviceMemory(text: string): { totalMb: number; usedMb: number } | undefined {
  const [, total, used] = /^\s*(\d+)\s*,\s*(\d+)\s*$/m.exec(text) ?? [];
  if (total === undefined || used === undefined) return undefined;
  return { totalMb: Number(total), usedMb: Number(used) };
}
