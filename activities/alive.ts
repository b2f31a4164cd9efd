import { Context } from '@temporalio/activity';
import type { RunContext } from '../engines/engine.js';

const beatMs = 2000;

/** Runs long work with a heartbeat, whatever the work itself reports; cancellation arrives as the context's signal. */
export async function alive<T>(work: (context: RunContext) => Promise<T>): Promise<T> {
  const activity = Context.current();
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
  }
}
