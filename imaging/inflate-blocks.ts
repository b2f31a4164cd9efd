import { createGunzip, constants as zlib } from 'node:zlib';
import type { TakeMemory } from './take-memory.js';

/** Small enough to stay in a processor's own cache between inflating and what is done next. */
export const inflatedBlockBytes = 256 * 1024;

/** Where inflated content goes, and who looks at it while it is in the processor's cache. */
export interface InflateInto {
  readonly memory: TakeMemory;
  /** The first `upTo` bytes of `content` are final. */
  seen(content: Uint8Array, upTo: number): void;
}

/** One step of zlib: flush, input with offset and length, output with offset and length. */
type Step = (
  flush: number,
  input: Uint8Array,
  inputAt: number,
  inputLength: number,
  output: Uint8Array,
  outputAt: number,
  outputLength: number,
) => void;

interface Stepper {
  readonly step: Step;
  /** What the latest step left: free bytes of output, unused bytes of input. */
  readonly left: Uint32Array;
  failed(): boolean;
  close(): void;
}

/**
 * Inflates all members of a gzip into `target`, a block at a time. Returns the length of the content; undefined where it is
 * damaged, does not leave a byte of `target` free, or where this Node.js has no such steps: the caller then takes zlib's public
 * functions, whose verdict counts.
 */
export function gunzipBlocks(
  bytes: Uint8Array,
  target: Uint8Array,
  seen: InflateInto['seen'],
): number | undefined {
  const zlibSteps = stepper();
  if (zlibSteps === undefined) return undefined;
  try {
    return inflateSteps(zlibSteps, bytes, target, seen);
  } finally {
    zlibSteps.close();
  }
}

function inflateSteps(
  { step, left, failed }: Stepper,
  bytes: Uint8Array,
  target: Uint8Array,
  seen: InflateInto['seen'],
): number | undefined {
  let unused = bytes.length;
  for (let length = 0; length < target.length; ) {
    const room = Math.min(inflatedBlockBytes, target.length - length);
    step(zlib.Z_FINISH, bytes, bytes.length - unused, unused, target, length, room);
    if (failed()) return undefined;
    const [free, rest] = left;
    length += room - free;
    unused = rest;
    seen(target, length);
    if (free > 0) return length;
  }
  return undefined;
}

/**
 * zlib's streams work in steps on memory of the caller's, which none of their public functions offers: `gunzipSync` touches fresh
 * memory for all of the content, and streams copy it. The fields have been there since Node.js 0.11.
 */
function stepper(): Stepper | undefined {
  const stream = createGunzip();
  const handle: unknown = Reflect.get(stream, '_handle');
  const left: unknown = Reflect.get(stream, '_writeState');
  const step: unknown = handle instanceof Object ? Reflect.get(handle, 'writeSync') : undefined;
  const known = handle instanceof Object && 'onerror' in handle;
  if (!known || typeof step !== 'function' || !(left instanceof Uint32Array)) {
    stream.close();
    return undefined;
  }
  let failed = false;
  handle.onerror = () => {
    failed = true;
  };
  return {
    step: (...args) => void step.apply(handle, args),
    left,
    failed: () => failed,
    close: () => stream.close(),
  };
}
