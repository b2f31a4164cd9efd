import { z } from 'zod';
import { SeenDevice } from '../../../domain/device-state.js';

const seconds = z.number().nonnegative();

/** Seconds of device time under one name, as `plusct usage` adds them up. */
export const UsageLine = z.object({
  name: z.string(),
  trainings: z.number().int().nonnegative(),
  inferences: z.number().int().nonnegative(),
  seconds,
  failedSeconds: seconds,
  /** Share of the time between first and last use in which a device worked; of devices only. */
  utilisation: z.number().min(0).max(1).optional(),
});
export type UsageLine = z.infer<typeof UsageLine>;

/** Every device that ever worked for this installation, and what devices were used for in the campaign. */
export const DeviceList = z.object({
  devices: z.array(SeenDevice),
  byDevice: z.array(UsageLine),
  byModel: z.array(UsageLine),
});
export type DeviceList = z.infer<typeof DeviceList>;
