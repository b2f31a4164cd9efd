import { Context } from '@temporalio/activity';
import type { RunContext } from '../engines/engine.js';

/** How far an activity is, as its heartbeats tell. */
export interface ActivityNote {
  readonly fraction: number;
  readonly note: string;
}

const notes = new WeakMap<object, ActivityNote>();

/** The latest note of an activity; undefined for one that does not report. */
export function noteOf(activity: object): ActivityNote | undefined {
  return notes.get(activity);
}

/** Runs long work whose progress its worker's heartbeats tell; cancellation arrives as the context's signal. */
export async function alive<T>(work: (context: RunContext) => Promise<T>): Promise<T> {
  const activity = Context.current();
  notes.set(activity, { fraction: 0, note: 'started' });
  try {
    return await work({
      signal: activity.cancellationSignal,
      progress: (fraction, note) => void notes.set(activity, { fraction, note }),
    });
  } finally {
    notes.delete(activity);
  }
}
