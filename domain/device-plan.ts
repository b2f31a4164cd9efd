import type { SeenDevice } from './device-state.js';
import type { DevicePlan } from './hardware-class.js';

/** The classes to try for a deed, in order; undefined stands for any device. */
export function classesToTry(
  plan: DevicePlan | undefined,
  deed: 'training' | 'inference',
): (string | undefined)[] {
  return [plan?.[deed], ...(plan?.larger ?? []).filter((each) => each !== plan?.[deed])];
}

/** Classes that work goes to first and that no device at work is of: it waits for one. */
export function classesWithout(
  plan: DevicePlan | undefined,
  devices: readonly Pick<SeenDevice, 'hardwareClass' | 'state'>[],
): string[] {
  const atWork = devices.filter(({ state }) => state === 'at-work').map((each) => each.hardwareClass);
  const wanted = new Set([plan?.training, plan?.inference].filter((each) => each !== undefined));
  return [...wanted].filter((each) => !atWork.includes(each)).sort();
}
