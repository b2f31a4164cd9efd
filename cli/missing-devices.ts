import { devicesOf } from '../activities/campaign-devices.js';
import { seenDevices } from '../activities/seen-devices.js';
import { classesWithout } from '../domain/device-plan.js';
import type { SeenDevice } from '../domain/device-state.js';
import type { DevicePlan } from '../domain/hardware-class.js';
import { styled } from './output.js';
import type { Session } from './session.js';

/** One line for each class of devices that work goes to and that no device at work is of. */
export function missingDevices(plan: DevicePlan | undefined, devices: readonly SeenDevice[]): string[] {
  return classesWithout(plan, devices).map(
    (each) =>
      `No device of class ${each} is at work: what goes there waits, for up to 48 hours. \`plusct worker --role gpu --class ${each}\` starts one.`,
  );
}

/** Says so on standard error before something is waited for. `plan` is the campaign's, unless it is not on record yet. */
export async function warnOfMissing(
  { store, client }: Session,
  campaign: string,
  plan?: DevicePlan,
): Promise<void> {
  const devices = plan ?? (await devicesOf(store, campaign)).devices;
  if (devices === undefined) return;
  for (const line of missingDevices(devices, await seenDevices(store, client)))
    process.stderr.write(`${styled('yellow', line)}\n`);
}
