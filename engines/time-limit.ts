import { PlusctError } from '../domain/errors.js';
import type { RunContext } from './engine.js';

const beatMs = 1_000;

/**
 * Does work that cannot tell how far it is: beats while it goes on, with the share of the time that it may take, and aborts it after that.
 * What was too slow is an `EngineCrashed` that names `title`.
 */
export async function withinTime<T>(
  { title, timeoutSeconds }: { readonly title: string; readonly timeoutSeconds: number },
  { signal, progress }: RunContext,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const limit = AbortSignal.timeout(timeoutSeconds * 1000);
  const started = performance.now();
  const beat = () => {
    const share = (performance.now() - started) / (timeoutSeconds * 1000);
    progress(Math.min(0.99, share), `${title} is at work`);
  };
  beat();
  const timer = setInterval(beat, beatMs);
  try {
    return await work(AbortSignal.any([signal, limit]));
  } catch (error) {
    if (!limit.aborted || signal.aborted) throw error;
    throw new PlusctError('EngineCrashed', `${title} took longer than timeoutSeconds=${timeoutSeconds}`);
  } finally {
    clearInterval(timer);
  }
}
