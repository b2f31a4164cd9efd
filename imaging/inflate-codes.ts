/** What an entry of a code table stands for; a reader may meet `none` only in damaged data. */
export const symbolKind = { literal: 0, match: 1, end: 2, none: 3 } as const;

/**
 * One Huffman code of a deflate block (RFC 1951), looked up by as many bits as its longest word has. An entry holds
 * `base << 16 | extraBits << 8 | kind << 4 | length of the word`; for distances the kind is always `match`.
 */
export interface CodeTable {
  readonly entries: Int32Array;
  readonly bits: number;
}

const maxWordBits = 15;
/** Order in which the lengths of the code of code lengths are stored. */
const storedOrder = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];

const literalMeanings = Int32Array.from({ length: 288 }, (_, symbol) => {
  if (symbol < 256) return symbol << 16;
  if (symbol === 256) return symbolKind.end << 4;
  if (symbol > 285) return symbolKind.none << 4;
  const step = symbol - 257;
  const extra = step < 8 || symbol === 285 ? 0 : (step >> 2) - 1;
  const base = symbol === 285 ? 258 : step < 8 ? step + 3 : ((4 + (step & 3)) << extra) + 3;
  return (base << 16) | (extra << 8) | (symbolKind.match << 4);
});

const distanceMeanings = Int32Array.from({ length: 32 }, (_, symbol) => {
  if (symbol > 29) return symbolKind.none << 4;
  const extra = symbol < 4 ? 0 : (symbol >> 1) - 1;
  const base = symbol < 4 ? symbol + 1 : ((2 + (symbol & 1)) << extra) + 1;
  return (base << 16) | (extra << 8) | (symbolKind.match << 4);
});

const lengthMeanings = Int32Array.from({ length: 19 }, (_, symbol) => symbol << 16);

/** Codes of literals, lengths and the end of the block. Undefined unless the words fill the code exactly. */
export function literalTable(lengths: Uint8Array): CodeTable | undefined {
  return lengths[256] === 0 ? undefined : tableOf(lengths, literalMeanings, false);
}

/** Codes of distances: one word alone may leave half of the code empty, and there may be none at all. */
export function distanceTable(lengths: Uint8Array): CodeTable | undefined {
  return tableOf(lengths, distanceMeanings, true);
}

/** The code in which the lengths of the other two are written; `read` gives the next three bits. */
export function lengthTable(count: number, read: () => number): CodeTable | undefined {
  const lengths = new Uint8Array(19);
  for (let n = 0; n < count; n++) lengths[storedOrder[n]] = read();
  return tableOf(lengths, lengthMeanings, false);
}

/** The two codes that blocks of type 1 use. */
export function fixedTables(): { literals: CodeTable | undefined; distances: CodeTable | undefined } {
  const lengths = new Uint8Array(288).fill(8);
  lengths.fill(9, 144, 256).fill(7, 256, 280);
  return { literals: literalTable(lengths), distances: distanceTable(new Uint8Array(32).fill(5)) };
}

function tableOf(lengths: Uint8Array, meanings: Int32Array, mayBePartial: boolean): CodeTable | undefined {
  const counts = new Int32Array(maxWordBits + 1);
  for (const length of lengths) counts[length]++;
  counts[0] = 0;
  let bits = maxWordBits;
  while (bits > 0 && counts[bits] === 0) bits--;
  const next = new Int32Array(maxWordBits + 2);
  for (let length = 1; length <= maxWordBits; length++) {
    next[length + 1] = (next[length] + counts[length]) << 1;
    if (next[length] + counts[length] > 1 << length) return undefined;
  }
  const words = counts.reduce((sum, count) => sum + count, 0);
  const full = bits > 0 && next[bits] + counts[bits] === 1 << bits;
  if (!full && !(mayBePartial && (words === 0 || (words === 1 && bits === 1)))) return undefined;
  const entries = new Int32Array(1 << bits).fill((symbolKind.none << 4) | 1);
  for (let symbol = 0; symbol < lengths.length; symbol++) {
    const length = lengths[symbol];
    if (length === 0) continue;
    const entry = meanings[symbol] | length;
    for (let at = reversed(next[length]++, length); at < entries.length; at += 1 << length)
      entries[at] = entry;
  }
  return { entries, bits };
}

/** Words are stored with their first bit lowest. */
function reversed(word: number, length: number): number {
  let turned = 0;
  for (let bit = 0; bit < length; bit++) turned |= ((word >> bit) & 1) << (length - 1 - bit);
  return turned;
}
