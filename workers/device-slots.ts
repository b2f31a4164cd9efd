import type { ActivitySlotInfo, CustomSlotSupplier } from '@temporalio/worker';
import type { ModelDeeds } from '../activities/models.js';

/** What the device has to do, as `Device.load` tells. */
interface Load {
  readonly casesAtOnce: number;
}

/** What a worker accepts beyond what its device is at: it reads, writes and fetches weights for these meanwhile. */
export const aheadAtMost = 3;
/** Activities that may take days. */
const trainings: ReadonlySet<string> = new Set<keyof ModelDeeds>(['trainOrgan', 'trainModelOn']);

/**
 * How many activities a device worker accepts. An idle device asks for one; while it infers it asks for a few more, so that it
 * never waits for the store and can go on with the model that is loaded. While something trains it asks for nothing: that may
 * take days, which other devices should not lose.
 */
export class DeviceSlots {
  private accepted = 0;
  private acceptedTrainings = 0;
  private readonly waiting = new Set<() => void>();

  constructor(private readonly load: () => Load) {}

  /** For one of the device's workers, of which each polls a queue. */
  supplier(): CustomSlotSupplier<ActivitySlotInfo> {
    let asking = 0;
    const open = () => asking === 0 && this.open();
    return {
      type: 'custom',
      reserveSlot: async (_, abort) => {
        while (!open()) await this.change(abort);
        asking++;
        return {};
      },
      // Eager tasks would come past the order of the queue.
      tryReserveSlot: () => null,
      markSlotUsed: ({ slotInfo }) => {
        asking--;
        this.count(slotInfo, 1);
      },
      releaseSlot: ({ slotInfo }) => {
        if (slotInfo === undefined) asking--;
        this.count(slotInfo, -1);
      },
    };
  }

  private count(slotInfo: ActivitySlotInfo | undefined, by: 1 | -1): void {
    if (slotInfo !== undefined) this.accepted += by;
    if (slotInfo !== undefined && trainings.has(slotInfo.activityType)) this.acceptedTrainings += by;
    this.tell();
  }

  private open(): boolean {
    if (this.accepted === 0) return true;
    const { casesAtOnce } = this.load();
    // A training counts as soon as it is accepted, and not only once it has read what it trains on.
    return this.acceptedTrainings === 0 && this.accepted <= Math.max(aheadAtMost, casesAtOnce);
  }

  private tell(): void {
    for (const go of this.waiting) go();
    this.waiting.clear();
  }

  private change(abort: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const end = () => {
        this.waiting.delete(go);
        reject(abort.reason);
      };
      const go = () => {
        abort.removeEventListener('abort', end);
        resolve();
      };
      if (abort.aborted) return end();
      abort.addEventListener('abort', end, { once: true });
      this.waiting.add(go);
    });
  }
}
