import { ActivityFailure, ApplicationFailure } from '@temporalio/workflow';
import { classesToTry } from '../domain/device-plan.js';
import type { FailureKind } from '../domain/errors.js';
import type { DevicePlan } from '../domain/hardware-class.js';
import type { Urgency } from '../domain/queues.js';
import { onDevice, training } from './deeds.js';

const tooSmall: readonly FailureKind[] = ['DeviceTooSmall', 'DeviceOutOfMemory'];

/** Does a deed on a device of the plan; one that is too small, or whose memory gave out, hands it on to the next larger class. */
export async function onFittingDevice<T>(
  of: {
    readonly deed: 'training' | 'inference';
    readonly plan: DevicePlan | undefined;
    readonly urgency: Urgency;
  },
  work: (device: ReturnType<typeof onDevice>) => Promise<T>,
): Promise<T> {
  const [first, ...larger] = classesToTry(of.plan, of.deed);
  const devices = of.deed === 'training' ? training : onDevice;
  let hardwareClass = first;
  for (;;) {
    try {
      return await work(devices(of.urgency, hardwareClass));
    } catch (error) {
      if (!isTooSmall(error) || larger.length === 0) throw error;
      hardwareClass = larger.shift();
    }
  }
}

function isTooSmall(error: unknown): boolean {
  return (
    error instanceof ActivityFailure &&
    error.cause instanceof ApplicationFailure &&
    tooSmall.some((kind) => kind === (error.cause as ApplicationFailure).type)
  );
}
