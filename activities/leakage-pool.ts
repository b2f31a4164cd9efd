import type { SameScan } from '../domain/same-scan.js';
import type { FileSketch } from './leakage-thread.js';
import type { ThreadPool } from './thread-pool.js';

/** Work on files of a split, in threads: each holds two volumes at most. */
export interface LeakagePool {
  sketch(path: string): Promise<FileSketch>;
  compare(input: { one: string; other: string; kind: 'ct' | 'labels' }): Promise<SameScan | undefined>;
  close(): Promise<void>;
}

export async function leakageInThreads(threads: number): Promise<LeakagePool> {
  const { threadPool } = await import('./thread-pool.js');
  const pool: ThreadPool = threadPool(import.meta.url, './leakage-thread.js', threads);
  return {
    sketch: (path) => pool.run('sketch', { path }),
    compare: (input) => pool.run('compare', input),
    close: () => pool.close(),
  };
}
