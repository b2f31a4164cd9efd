import { z } from 'zod';

/** A kind of device with a queue of its own: `a100`, `t4`. */
export const HardwareClass = z
  .string()
  .regex(/^[a-z][a-z0-9]{0,30}$/, 'expected a lower-case letter, then letters and digits (at most 31)');

/** Which devices a campaign uses; where nothing is said, any device may. */
export const DevicePlan = z.object({
  training: HardwareClass.optional(),
  inference: HardwareClass.optional(),
  /** Where work goes for which a device was too small, from small to large. */
  larger: z.array(HardwareClass).optional(),
});
export type DevicePlan = z.infer<typeof DevicePlan>;
