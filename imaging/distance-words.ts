import type { NearbyRows } from './distance-limited.js';
import type { Surface } from './surface-elements.js';

/** Steps along a row up to which one word and its two neighbours hold all that matters. */
export const maxWordReach = 31;

/**
 * What `countByElements` counts, 32 elements at a time: the other surface is widened along each row by as many steps as
 * stay within a tolerance there, and all elements of a word that it then covers are within it. `maxWordReach` steps at most.
 */
export function countByWords(from: Surface, to: Surface, rows: NearbyRows): Float64Array {
  const { words, wordsPerRow, codes, lattice } = from;
  const { levels } = rows;
  const counts = new Float64Array(256 * (levels + 1));
  const cover = new WordCover(to, rows);
  const { missing } = cover;
  let n = 0;
  for (let k = 0; k < lattice[2]; k++) {
    for (let j = 0; j < lattice[1]; j++) {
      const row = wordsPerRow * (j + lattice[1] * k);
      for (let w = 0; w < wordsPerRow; w++) {
        const elements = words[row + w];
        if (elements === 0) continue;
        cover.search(elements, w, j, k);
        for (let rest = elements; rest !== 0; rest &= rest - 1) {
          let level = 0;
          while (level < levels && (missing[level] & rest & -rest) !== 0) level++;
          counts[256 * level + codes[n++]]++;
        }
      }
    }
  }
  return counts;
}

class WordCover {
  /** Per tolerance, smallest first: the elements of the word that nothing was found for. Each holds all after it. */
  readonly missing: Int32Array;
  private readonly widened: WidenedRows;

  constructor(
    private readonly to: Surface,
    private readonly rows: NearbyRows,
  ) {
    this.missing = new Int32Array(rows.levels);
    this.widened = widenRows(to, rows.reach);
  }

  /** Sets `missing` for the elements of word `w` of the row (j, k). */
  search(elements: number, w: number, j: number, k: number): void {
    const { missing } = this;
    const { levels, offsetJ, offsetK, reach } = this.rows;
    const { wordsPerRow, lattice } = this.to;
    const { words, count, slotOf } = this.widened;
    missing.fill(elements);
    let first = 0;
    for (let r = 0; r < offsetJ.length; r++) {
      while (first < levels && reach[levels * r + first] < 0) first++;
      if (first === levels || missing[first] === 0) return;
      const toJ = j + offsetJ[r];
      const toK = k + offsetK[r];
      if (toJ < 0 || toJ >= lattice[1] || toK < 0 || toK >= lattice[2]) continue;
      const at = count * (w + wordsPerRow * (toJ + lattice[1] * toK));
      for (let level = first; level < levels && missing[level] !== 0; level++) {
        missing[level] &= ~words[at + slotOf[reach[levels * r + level]]];
      }
    }
  }
}

/** The rows of a surface, widened by each number of steps that occurs: entry `count·word + slotOf[steps]`. */
interface WidenedRows {
  readonly words: Int32Array;
  readonly count: number;
  readonly slotOf: Uint8Array;
}

function widenRows({ words, wordsPerRow }: Surface, reach: Int32Array): WidenedRows {
  const wanted = [...new Set(reach)].filter((steps) => steps >= 0).sort((a, b) => a - b);
  const slotOf = new Uint8Array(maxWordReach + 1);
  wanted.forEach((steps, slot) => {
    slotOf[steps] = slot;
  });
  const steps = Int32Array.from(wanted);
  const widened = new Int32Array(words.length * wanted.length);
  for (let at = 0; at < words.length; at++) {
    const w = at % wordsPerRow;
    const before = w > 0 ? words[at - 1] : 0;
    const after = w + 1 < wordsPerRow ? words[at + 1] : 0;
    if ((before | words[at] | after) !== 0)
      widen(before, words[at], after, steps, widened, at * steps.length);
  }
  return { words: widened, count: wanted.length, slotOf };
}

/** Writes the word between two others, widened by each of `steps` (rising), from `to` on. */
function widen(
  before: number,
  word: number,
  after: number,
  steps: Int32Array,
  into: Int32Array,
  to: number,
): void {
  let [a, b, c] = [before, word, after];
  let done = 0;
  for (let slot = 0; slot < steps.length; slot++) {
    for (; done < steps[slot]; done++) {
      const middle = b | (b << 1) | (b >>> 1) | (a >>> 31) | (c << 31);
      a |= (a << 1) | (a >>> 1) | (b << 31);
      c |= (c << 1) | (c >>> 1) | (b >>> 31);
      b = middle;
    }
    into[to + slot] = b;
  }
}
