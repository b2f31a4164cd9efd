import { nextTurn } from '../domain/device-turn.js';
import { PlusctError } from '../domain/errors.js';

/** What asks for a device. */
export interface TurnAsked {
  /** Temporal's priority key: the smaller, the more urgent. */
  readonly rank: number;
  /** Whether what it needs is loaded, when somebody has to be chosen. */
  readonly warm: () => boolean;
  readonly signal: AbortSignal;
  /**
   * Those of one name may have the device together, so many `atOnce`; and of several names, while all of them are `ready`, as
   * making one ready may take another's place. Left out by what wants the device alone.
   */
  readonly together?: Together;
}

interface Together {
  readonly name: string;
  readonly atOnce: number;
  readonly ready: () => boolean;
}

interface Waiter extends TurnAsked {
  passedOver: number;
  readonly go: () => void;
}

/** One device and those who wait for it, chosen as `domain/device-turn` says: one at a time, or those that can share it. */
export class DeviceTurns {
  private readonly holders: Waiter[] = [];
  private readonly waiters: Waiter[] = [];

  /** Does the work once the device is free. Rejects with `Cancelled` when the signal comes before that. */
  async take<T>(asked: TurnAsked, work: () => Promise<T>): Promise<T> {
    const holder = await this.wait(asked);
    try {
      return await work();
    } finally {
      this.holders.splice(this.holders.indexOf(holder), 1);
      this.admit();
    }
  }

  private wait(asked: TurnAsked): Promise<Waiter> {
    return new Promise((resolve, reject) => {
      const leave = () => {
        const at = this.waiters.indexOf(waiter);
        if (at >= 0) this.waiters.splice(at, 1);
        reject(new PlusctError('Cancelled', 'cancelled while it waited for the device'));
      };
      const go = () => {
        asked.signal.removeEventListener('abort', leave);
        resolve(waiter);
      };
      const waiter: Waiter = { ...asked, passedOver: 0, go };
      if (asked.signal.aborted) return leave();
      asked.signal.addEventListener('abort', leave, { once: true });
      this.waiters.push(waiter);
      this.admit();
    });
  }

  /** Looks who may come in, after something has become ready. */
  admit(): void {
    for (;;) {
      const at = nextTurn(this.waiters.map((each) => ({ ...each, warm: each.warm() })));
      // Whoever is next and has to wait for the others lets nobody in before itself.
      if (at === undefined || !this.hasRoomFor(this.waiters[at]!)) return;
      const [chosen] = this.waiters.splice(at, 1);
      for (const each of this.waiters.slice(0, at)) each.passedOver++;
      this.holders.push(chosen!);
      chosen!.go();
    }
  }

  private hasRoomFor({ together }: Waiter): boolean {
    if (this.holders.length === 0) return true;
    if (together === undefined) return false;
    const all: Together[] = [together];
    for (const holder of this.holders) {
      if (holder.together === undefined) return false;
      all.push(holder.together);
    }
    if (this.holders.length >= Math.min(...all.map(({ atOnce }) => atOnce))) return false;
    return all.every(({ name }) => name === together.name) || all.every(({ ready }) => ready());
  }
}
