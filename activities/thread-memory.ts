import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { TakeMemory } from '../imaging/take-memory.js';

/** Room for most scans; memory that nobody touches costs nothing. */
const leastBytes = 128 * 1024 ** 2;

/**
 * Memory for one volume that a thread uses again and again: touching fresh memory takes as long as hashing a quarter of it.
 * Memory that was handed over to another thread is replaced.
 */
export class VolumeMemory {
  private buffer = new ArrayBuffer(0);

  /** That many bytes, of any content; what was taken before is overwritten. */
  readonly take: TakeMemory = (bytes) => {
    if (this.buffer.byteLength < bytes) {
      const outgrown = this.buffer.byteLength > 0;
      this.buffer = new ArrayBuffer(0);
      if (outgrown) dropVolumes();
      this.buffer = new ArrayBuffer(Math.max(leastBytes, bytes));
    }
    return new Uint8Array(this.buffer, 0, bytes);
  };

  holds({ buffer }: Uint8Array): boolean {
    return buffer === this.buffer;
  }
}

let collect: (() => void) | undefined;

/**
 * Gives the memory of volumes that are no longer used back at once. Left to itself the collector, which sees the small
 * objects and not the large arrays that they hold, lets two or three volumes of a thread pile up.
 */
export function dropVolumes(): void {
  collect ??= exposed();
  collect();
}

/**
 * V8 shows its collector to contexts that are made after the flag is set. The flag belongs to the process and stays set:
 * a thread that took it back could do so just before another makes its context.
 */
function exposed(): () => void {
  setFlagsFromString('--expose-gc');
  const found: unknown = runInNewContext('globalThis.gc');
  return typeof found === 'function' ? () => found() : () => undefined;
}
