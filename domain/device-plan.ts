import type { DevicePlan } from './hardware-class.js';

/** The classes to try for a deed, in order; undefined stands for any device. */
export function classesToTry(
  plan: DevicePlan | undefined,
  deed: 'training' | 'inference',
): (string | undefined)[] {
  return [plan?.[deed], ...(plan?.larger ?? []).filter((each) => each !== plan?.[deed])];
}
