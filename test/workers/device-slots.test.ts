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
    const supplier = new DeviceSlots(() => ({ casesAtOnce: 1 })).supplier();
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

  it('is as much as an engine takes at once, and one', async () => {
    const supplier = new DeviceSlots(() => ({ casesAtOnce: 6 })).supplier();
    for (let accepted = 0; accepted < 7; accepted++) {
      await supplier.reserveSlot(about, never);
      supplier.markSlotUsed({ slotInfo: task, permit: {} });
    }
    expect(await isOpen(supplier.reserveSlot(about, never))).toBe(false);
  });

  it('is nothing more while something trains', async () => {
    const supplier = new DeviceSlots(() => ({ casesAtOnce: 1 })).supplier();
    const training = { type: 'activity', activityType: 'trainModelOn' } as const;
    await supplier.reserveSlot(about, never);
    // From the moment in which it is accepted: what it reads first takes its time.
    supplier.markSlotUsed({ slotInfo: training, permit: {} });
    const asked = supplier.reserveSlot(about, never);
    expect(await isOpen(asked)).toBe(false);
    supplier.releaseSlot({ slotInfo: training, permit: {} });
    expect(await isOpen(asked)).toBe(true);
  });

  it('counts for all queues of the device together, and a poll that brought nothing for none', async () => {
    const slots = new DeviceSlots(() => ({ casesAtOnce: 1 }));
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
