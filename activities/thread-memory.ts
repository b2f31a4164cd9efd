import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

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
