import type { RunContext } from '../engines/engine.js';

/** What every part of a run needs: how to say something, and how it ends early. */
export interface GpuRun {
  readonly say: (line: string) => void;
  readonly signal: AbortSignal;
}

/** The context of one training or prediction; epochs are told, and the first of them is noted. */
export function contextOf({ say, signal }: GpuRun, more: { firstEpoch?: () => void } = {}): RunContext {
  let told = '';
  return {
    signal,
    progress: (_, note) => {
      const epoch = /^epoch \d+/.exec(note)?.[0];
      if (epoch === undefined || epoch === told) return;
      if (told === '') more.firstEpoch?.();
      say(`  ${note}`);
      told = epoch;
    },
  };
}

/** So many at once take what waits, until nothing does. Resolves to when the last was begun, in ms of `performance.now()`. */
export async function inLanes<Item>(
  items: readonly Item[],
  lanes: number,
  work: (item: Item) => Promise<unknown>,
): Promise<number> {
  const waiting = [...items];
  let lastBegunMs = performance.now();
  const lane = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      lastBegunMs = performance.now();
      await work(next);
    }
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  return lastBegunMs;
}
