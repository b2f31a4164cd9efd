import type { RunContext } from './engine.js';

/** Often enough for whoever takes silence for death. */
const beatMs = 1_000;

/** Reports how far the work is, a fraction and a note, again and again while it goes on. */
export async function beating<T>(
  { progress }: RunContext,
  report: () => readonly [number, string],
  work: () => Promise<T>,
): Promise<T> {
  const beat = () => progress(...report());
  beat();
  const timer = setInterval(beat, beatMs);
  try {
    return await work();
  } finally {
    clearInterval(timer);
  }
}
