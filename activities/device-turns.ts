import { nextTurn } from '../domain/device-turn.js';
import { PlusctError } from '../domain/errors.js';

/** What asks for a device. */
export interface TurnAsked {
  /** Temporal's priority key: the smaller, the more urgent. */
  readonly rank: number;
  /** Whether what it needs is loaded, when somebody has to be chosen. */
  readonly warm: () => boolean;
  readonly signal: AbortSignal;
}

interface Waiter extends TurnAsked {
  passedOver: number;
  readonly go: () => void;
}

/** One device and those who wait for it: one at a time, chosen as `domain/device-turn` says. */
export class DeviceTurns {
  private taken = false;
  private readonly waiters: Waiter[] = [];

  /** Does the work once the device is free. Rejects with `Cancelled` when the signal comes before that. */
  async take<T>(asked: TurnAsked, work: () => Promise<T>): Promise<T> {
    await this.wait(asked);
    try {
      return await work();
    } finally {
      this.taken = false;
      this.admitNext();
    }
  }

  private wait(asked: TurnAsked): Promise<void> {
    return new Promise((resolve, reject) => {
      const leave = () => {
        const at = this.waiters.indexOf(waiter);
        if (at >= 0) this.waiters.splice(at, 1);
        reject(new PlusctError('Cancelled', 'cancelled while it waited for the device'));
      };
      const go = () => {
        asked.signal.removeEventListener('abort', leave);
        resolve();
      };
      const waiter: Waiter = { ...asked, passedOver: 0, go };
      if (asked.signal.aborted) return leave();
      asked.signal.addEventListener('abort', leave, { once: true });
      this.waiters.push(waiter);
      this.admitNext();
    });
  }

  private admitNext(): void {
    if (this.taken) return;
    const at = nextTurn(this.waiters.map((each) => ({ ...each, warm: each.warm() })));
    if (at === undefined) return;
    const [chosen] = this.waiters.splice(at, 1);
    for (const each of this.waiters.slice(0, at)) each.passedOver++;
    this.taken = true;
    chosen!.go();
  }
}
