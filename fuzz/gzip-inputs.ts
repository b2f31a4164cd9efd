import { gzipSync } from 'node:zlib';
import { type Dice, damaged, joined, truncated } from './dice.js';
import { niftiInputs, promising } from './nifti-inputs.js';

const mib = 1024 ** 2;
const bombs = new Map<number, Uint8Array>();

/** A member that inflates to `bytes` bytes of one value; made once, for making it takes longer than reading it. */
function bomb(bytes: number, value: number): Uint8Array {
  const key = bytes * 256 + value;
  const known = bombs.get(key) ?? gzipSync(Buffer.alloc(bytes, value), { level: 9 });
  bombs.set(key, known);
  return known;
}

const ordinary = (dice: Dice): Uint8Array => niftiInputs['nifti ordinary'](dice);

function packed(dice: Dice): Uint8Array {
  const level = dice.of([0, 1, 6, 9]);
  return gzipSync(dice.chance(0.8) ? ordinary(dice) : niftiInputs['nifti fields'](dice), { level });
}

/** Small header, enormous content; or a header that promises much and gets little. */
function bombed(dice: Dice): Uint8Array {
  const large = dice.chance(0.004);
  const shape = dice.of<[number, number, number]>(
    large
      ? [
          [32767, 32767, 1],
          [512, 512, 600],
        ]
      : [
          [4, 4, 4],
          [512, 512, 1],
          [200, 200, 20],
        ],
  );
  const size = dice.of(large ? [64 * mib, 256 * mib] : [1000, 100_000, mib]);
  const members = Array.from({ length: dice.of([1, 1, 2, 20]) }, () => bomb(size, dice.of([0, 0, 1, 200])));
  const head = promising(shape);
  return dice.chance(0.5) ? joined(gzipSync(head), ...members) : gzipSync(joined(head, ...members));
}

/** Length and checksum at the end do not fit, or say what they like. */
function lengthsChanged(dice: Dice): Uint8Array {
  const bytes = new Uint8Array(packed(dice));
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const at = bytes.length - dice.of([4, 8]);
  view.setUint32(at, dice.of([0, 1, 2 ** 31, 2 ** 32 - 1, dice.below(2 ** 32), bytes.length * 60]), true);
  return bytes;
}

/** Optional header fields, some of them without an end. */
function headerChanged(dice: Dice): Uint8Array {
  const bytes = packed(dice);
  const name = dice.chance(0.5) ? dice.bytes(dice.below(3000)).map((byte) => byte | 1) : new Uint8Array();
  const extra = Uint8Array.of(dice.below(256), dice.below(256));
  const head = new Uint8Array(bytes.subarray(0, 10));
  head[3] = dice.of([4, 8, 16, 2, 0xe0, 12, 31, dice.below(256)]);
  return joined(
    head,
    dice.chance(0.5) ? extra : new Uint8Array(),
    name,
    Uint8Array.of(0),
    bytes.subarray(10),
  );
}

function members(dice: Dice): Uint8Array {
  const bytes = ordinary(dice);
  const cut = dice.below(bytes.length);
  const [first, second] = [gzipSync(bytes.subarray(0, cut)), gzipSync(bytes.subarray(cut))];
  const empty = gzipSync(new Uint8Array());
  return dice.of([
    joined(first, second),
    joined(empty, first, empty, second),
    joined(first, dice.bytes(1 + dice.below(20)), second),
    joined(first, second, new Uint8Array(dice.below(100))),
    joined(first, second.subarray(0, dice.below(second.length))),
    gzipSync(joined(first, second)),
  ]);
}

/** Kinds of damage to gzip streams. */
export const gzipInputs: Readonly<Record<string, (dice: Dice) => Uint8Array>> = {
  'gzip ordinary': packed,
  'gzip bytes': (dice) => damaged(dice, packed(dice)),
  'gzip truncated': (dice) => truncated(dice, packed(dice)),
  'gzip lengths': lengthsChanged,
  'gzip header': headerChanged,
  'gzip members': members,
  'gzip blocks': (dice) => joined(packed(dice).subarray(0, 10), dice.bytes(1 + dice.below(400))),
  'gzip bomb': bombed,
};
