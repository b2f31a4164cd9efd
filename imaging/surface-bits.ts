import { type Box, boxSize, type Labels, type Triple } from './mask-box.js';

/**
 * A mask as bits: bit b of `words[w + wordsPerRow·(j + 1 + (n2 + 2)·(k + 1))]` is the voxel (32·w + b, j, k). One row of
 * zeros lies around the mask across the first axis, and at least one zero bit behind each row.
 */
export interface BitMask {
  readonly shape: Triple;
  readonly wordsPerRow: number;
  readonly words: Int32Array;
}

/** Packs the voxels of `box` whose slot is `slot`; `slotOf` has an entry for every value of the map's type. */
export function packMask(values: Labels, shape: Triple, box: Box, slotOf: Uint8Array, slot: number): BitMask {
  const size = boxSize(box);
  const wordsPerRow = (size[0] >> 5) + 1;
  const words = new Int32Array(wordsPerRow * (size[1] + 2) * (size[2] + 2));
  const row = { slotOf, slot, words, length: size[0] };
  const pack = values.BYTES_PER_ELEMENT === 1 ? packBytes : packPairs;
  const view = new DataView(values.buffer, values.byteOffset, values.byteLength);
  for (let k = 0; k < size[2]; k++) {
    for (let j = 0; j < size[1]; j++) {
      const from = box.low[0] + shape[0] * (j + box.low[1] + shape[1] * (k + box.low[2]));
      pack(view, values, from, row, wordsPerRow * (j + 1 + (size[1] + 2) * (k + 1)));
    }
  }
  return { shape: size, wordsPerRow, words };
}

interface RowTarget {
  readonly slotOf: Uint8Array;
  readonly slot: number;
  readonly words: Int32Array;
  readonly length: number;
}

/** Four voxels at a time; the same four as before, as most are, give the same bits as before. */
function packBytes(view: DataView, values: Labels, from: number, row: RowTarget, to: number): void {
  const { slotOf, slot, words, length } = row;
  const whole = length & ~3;
  let [last, lastBits] = [0, 0];
  for (let i = 0; i < whole; i += 4) {
    const four = view.getInt32(from + i, true);
    if (four === 0) continue;
    if (four !== last) {
      last = four;
      lastBits =
        (slotOf[four & 255] === slot ? 1 : 0) |
        (slotOf[(four >> 8) & 255] === slot ? 2 : 0) |
        (slotOf[(four >> 16) & 255] === slot ? 4 : 0) |
        (slotOf[four >>> 24] === slot ? 8 : 0);
    }
    words[to + (i >> 5)] |= lastBits << (i & 31);
  }
  packRest(values, from, row, to, whole);
}

/** As `packBytes`, for maps of 16 bits. */
function packPairs(view: DataView, values: Labels, from: number, row: RowTarget, to: number): void {
  const { slotOf, slot, words, length } = row;
  const whole = length & ~1;
  for (let i = 0; i < whole; i += 2) {
    const two = view.getInt32(2 * (from + i), true);
    if (two === 0) continue;
    const bits = (slotOf[two & 65535] === slot ? 1 : 0) | (slotOf[two >>> 16] === slot ? 2 : 0);
    words[to + (i >> 5)] |= bits << (i & 31);
  }
  packRest(values, from, row, to, whole);
}

function packRest(values: Labels, from: number, row: RowTarget, to: number, start: number): void {
  for (let i = start; i < row.length; i++) {
    if (row.slotOf[values[from + i]] === row.slot) row.words[to + (i >> 5)] |= 1 << (i & 31);
  }
}
