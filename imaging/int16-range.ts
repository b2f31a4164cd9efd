/** Lowest and highest of some voxels; of none, `min` is above `max`. */
export interface Range {
  readonly min: number;
  readonly max: number;
}

/**
 * `range(end)` of this WebAssembly text, assembled: the least and greatest of the int16 in the first `end` bytes of
 * memory, a multiple of 32, eight lanes at a time. Returns the address of the eight least and then eight greatest.
 *
 *     (memory (export "memory") 2)
 *     (func (export "range") (param $end i32) (result i32)
 *       (local $at i32) (local $min v128) (local $max v128) (local $v v128) (local $w v128)
 *       (local.set $min (v128.load (i32.const 0)))
 *       (local.set $max (local.get $min))
 *       (loop $next
 *         (local.set $v (v128.load (local.get $at)))
 *         (local.set $w (v128.load offset=16 (local.get $at)))
 *         (local.set $min (i16x8.min_s (local.get $min) (i16x8.min_s (local.get $v) (local.get $w))))
 *         (local.set $max (i16x8.max_s (local.get $max) (i16x8.max_s (local.get $v) (local.get $w))))
 *         (br_if $next (i32.lt_u (local.tee $at (i32.add (local.get $at) (i32.const 32))) (local.get $end))))
 *       (v128.store (i32.const 65536) (local.get $min))
 *       (v128.store (i32.const 65552) (local.get $max))
 *       (i32.const 65536))
 */
const assembled =
  'AGFzbQEAAAABBgFgAX8BfwMCAQAFAwEAAgcSAgZtZW1vcnkCAAVyYW5nZQAACmcBZQIBfwR7QQD9AAQAIQIgAiEDA0AgAf0ABAAhBCAB' +
  '/QAEECEFIAIgBCAF/ZYB/ZYBIQIgAyAEIAX9mAH9mAEhAyABQSBqIgEgAEkNAAtBgIAEIAL9CwQAQZCABCAD/QsEAEGAgAQL';

const blockBytes = 65_536;
const blockVoxels = blockBytes / 2;
const lanes = 8;
const empty: Range = { min: 32_767, max: -32_768 };

/**
 * Lowest and highest of int16 voxels: ten times as fast as a loop over them, which takes longer than hashing the
 * same volume.
 */
export function int16Range(voxels: Int16Array): Range {
  const whole = voxels.length - (voxels.length % blockVoxels);
  let found = plainRange(voxels.subarray(whole));
  if (whole === 0) return found;
  const { memory, range } = lanesOf();
  for (let from = 0; from < whole; from += blockVoxels) {
    memory.set(voxels.subarray(from, from + blockVoxels));
    const at = range(blockBytes) / 2;
    const [least, greatest] = [memory.subarray(at, at + lanes), memory.subarray(at + lanes, at + 2 * lanes)];
    found = union(found, { min: Math.min(...least), max: Math.max(...greatest) });
  }
  return found;
}

/** The same one voxel after the other. */
export function plainRange(voxels: Int16Array): Range {
  let { min, max } = empty;
  for (let n = 0; n < voxels.length; n += 1) {
    const voxel = voxels[n];
    if (voxel < min) min = voxel;
    if (voxel > max) max = voxel;
  }
  return { min, max };
}

/** Of two lots of voxels together. */
export function union(one: Range, other: Range): Range {
  return { min: Math.min(one.min, other.min), max: Math.max(one.max, other.max) };
}

let loaded: { memory: Int16Array; range: (end: number) => number } | undefined;

function lanesOf() {
  loaded ??= load();
  return loaded;
}

function load() {
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(Buffer.from(assembled, 'base64')));
  const { memory, range } = exports;
  if (!(memory instanceof WebAssembly.Memory) || typeof range !== 'function') throw new Error('unreachable');
  return { memory: new Int16Array(memory.buffer), range: (end: number) => Number(range(end)) };
}
