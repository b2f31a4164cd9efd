import type { Organ } from '../../../domain/organ.js';

/** Somebody who does nothing for this long is not at work on the case. */
const idleMs = 60_000;

/** Seconds of work on a case, as the effort ledger counts them. */
export interface ActiveTime {
  readonly activeSeconds: number;
  readonly byOrgan: Partial<Record<Organ, number>>;
}

/**
 * Counts the time in which somebody works: from one sign of work to the next, where less than a minute lies between.
 * Times are given as `now` in milliseconds, so that it can be tested without waiting.
 */
export class ActiveClock {
  private lastMs: number | undefined;
  private totalMs = 0;
  private readonly organMs = new Map<Organ, number>();

  /** A sign of work: a key, the pointer, the wheel. `organ` is the one that is being drawn, if any. */
  touch(nowMs: number, organ?: Organ): void {
    const sinceMs = this.lastMs === undefined ? 0 : nowMs - this.lastMs;
    this.lastMs = nowMs;
    if (sinceMs <= 0 || sinceMs > idleMs) return;
    this.totalMs += sinceMs;
    if (organ !== undefined) this.organMs.set(organ, (this.organMs.get(organ) ?? 0) + sinceMs);
  }

  /** What has been counted, in whole seconds. */
  read(): ActiveTime {
    const byOrgan: Partial<Record<Organ, number>> = {};
    for (const [organ, ms] of this.organMs) byOrgan[organ] = Math.round(ms / 1000);
    return { activeSeconds: Math.round(this.totalMs / 1000), byOrgan };
  }

  /** Milliseconds since the last sign of work. */
  idleMs(nowMs: number): number {
    return this.lastMs === undefined ? Number.POSITIVE_INFINITY : nowMs - this.lastMs;
  }

  /** Begins anew, after the time was handed in. */
  reset(): void {
    this.totalMs = 0;
    this.organMs.clear();
  }
}
