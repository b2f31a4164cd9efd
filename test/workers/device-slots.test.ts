import { describe, expect, it } from 'vitest';
import { aheadAtMost, DeviceSlots } from '../../workers/device-slots.js';

const about = {
  slotType: 'activity',
  taskQueue: '',
  workerIdentity: '',
  workerBuildId: '',
  isSticky: false,
} as const;
const never = new AbortController().signal;
const task = { type: 'activity', activityType: 'predictOrgan' } as const;

/** Whether a promise is fulfilled by now. */
async function isOpen(promise: Promise<unknown>): Promise<boolean> {
  return Promise.race([
    promise.then(() => true),
    new Promise<boolean>((resolve) => setImmediate(resolve, false)),
  ]);
}

describe('what a device worker accepts', () => {
  it('is one activity while it is idle, and a few ahead while it is at work', async () => {
    const supplier = new DeviceSlots(() => ({ trainings: 0 })).supplier();
    let accepted = 0;
    let waiting = supplier.reserveSlot(about, never);
    while (await isOpen(waiting)) {
      const second = new AbortController();
      const another = supplier.reserveSlot(about, second.signal);
      expect(await isOpen(another)).toBe(false);
      second.abort(new Error('not needed'));
      await expect(another).rejects.toThrow('not needed');
      supplier.markSlotUsed({ slotInfo: task, permit: {} });
      accepted++;
      waiting = supplier.reserveSlot(about, never);
    }
    expect(accepted).toBe(1 + aheadAtMost);
    supplier.releaseSlot({ slotInfo: task, permit: {} });
    expect(await isOpen(waiting)).toBe(true);
  });

  it('is nothing more while something trains', async () => {
    const load = { trainings: 0 };
    const supplier = new DeviceSlots(() => load).supplier();
    await supplier.reserveSlot(about, never);
    load.trainings = 1;
    supplier.markSlotUsed({ slotInfo: task, permit: {} });
    const asked = supplier.reserveSlot(about, never);
    expect(await isOpen(asked)).toBe(false);
    load.trainings = 0;
    supplier.releaseSlot({ slotInfo: task, permit: {} });
    expect(await isOpen(asked)).toBe(true);
  });

  it('counts for all queues of the device together, and a poll that brought nothing for none', async () => {
    const slots = new DeviceSlots(() => ({ trainings: 0 }));
    const [own, anybodys] = [slots.supplier(), slots.supplier()];
    await Promise.all([own.reserveSlot(about, never), anybodys.reserveSlot(about, never)]);
    anybodys.releaseSlot({ permit: {} });
    await anybodys.reserveSlot(about, never);
    own.markSlotUsed({ slotInfo: task, permit: {} });
    anybodys.markSlotUsed({ slotInfo: task, permit: {} });
    for (let n = 2; n <= aheadAtMost; n++) {
      await own.reserveSlot(about, never);
      own.markSlotUsed({ slotInfo: task, permit: {} });
    }
    expect(await isOpen(anybodys.reserveSlot(about, never))).toBe(false);
    expect(anybodys.tryReserveSlot(about)).toBeNull();
  });
});
