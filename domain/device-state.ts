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

/** What a device check printed as `total, used` in MB, which is nvidia-smi's way too; undefined for anything else. */
export function parseDeviceMemory(text: string): { totalMb: number; usedMb: number } | undefined {
  const [, total, used] = /^\s*(\d+)\s*,\s*(\d+)\s*$/m.exec(text) ?? [];
  if (total === undefined || used === undefined) return undefined;
  return { totalMb: Number(total), usedMb: Number(used) };
}
