import { Piscina } from 'piscina';
import { threadEntry } from '../engines/thread.js';
import { arrived, type Crossing } from './crossing.js';

const idleTimeoutMs = 30_000;

/** A pool of threads over the functions that one file exports. */
export interface ThreadPool {
  run<Input, Output>(name: string, input: Input): Promise<Output>;
  close(): Promise<void>;
}

/** Threads start when there is work and end when there is none; `entry` is a file beside `metaUrl`. */
export function threadPool(metaUrl: string, entry: string, threads: number): ThreadPool {
  const pool = new Piscina({
    filename: threadEntry(metaUrl, entry).href,
    minThreads: 0,
    maxThreads: threads,
    idleTimeout: idleTimeoutMs,
  });
  return {
    async run<Input, Output>(name: string, input: Input): Promise<Output> {
      const crossed: Crossing<Output> = await pool.run(input, { name });
      return arrived(crossed);
    },
    close: () => pool.destroy(),
  };
}

/** A thread's result whose buffers are handed over, not copied; the thread must not use them any more. */
export function handedOver(value: object, buffers: readonly ArrayBuffer[]): unknown {
  if (buffers.length === 0) return value;
  const moved = { [Piscina.transferableSymbol]: buffers, [Piscina.valueSymbol]: value };
  // Piscina types its symbols as any symbol, so that no object of this form has its type.
  return Piscina.move(moved as unknown as Parameters<typeof Piscina.move>[0]);
}
