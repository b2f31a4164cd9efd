import { Context } from '@temporalio/activity';
import type { RunContext } from '../engines/engine.js';

export const beatMs = 2000;

const reporting = new WeakSet<object>();

/** Whether an activity tells by itself how far it is. */
export function reportsItself(activity: object): boolean {
  return reporting.has(activity);
}

/** Runs long work with a heartbeat, whatever the work itself reports; cancellation arrives as the context's signal. */
export async function alive<T>(work: (context: RunContext) => Promise<T>): Promise<T> {
  const activity = Context.current();
  reporting.add(activity);
  let latest: { fraction: number; note: string } = { fraction: 0, note: 'started' };
  const timer = setInterval(() => activity.heartbeat(latest), beatMs);
  try {
    return await work({
      signal: activity.cancellationSignal,
      progress: (fraction, note) => {
        latest = { fraction, note };
      },
    });
  } finally {
    clearInterval(timer);
    reporting.delete(activity);
  }
}
