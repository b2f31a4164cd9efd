import { checksumBytes, checksumZeros } from './inflate-checksum.js';
import {
  type CodeTable,
  distanceTable,
  fixedTables,
  lengthTable,
  literalTable,
  symbolKind,
} from './inflate-codes.js';

/** Content of which only some blocks were ever written. */
export interface SparseBytes {
  readonly content: Uint8Array;
  /** One per `blockBytes` of content: 0 where all its bytes are zero. */
  readonly occupied: Uint8Array;
}

const blockShift = 8;
/** Granularity of `SparseBytes.occupied`. */
export const blockBytes = 1 << blockShift;
/** Bytes of content; more is no label map. */
const mostWritten = 512 * 1024 ** 2;

/**
 * Inflates a gzip file (RFC 1951, RFC 1952; any number of members) that is mostly zeros, as label maps are. Runs
 * of zeros are skipped rather than written: fresh memory is zero already, and pages that nobody touches cost neither
 * time nor memory. Every checksum is verified.
 *
 * Returns undefined for content that is longer than `capacity` and for everything unusual or damaged: the caller then takes zlib,
 * whose verdict counts.
 */
export function gunzipSparse(bytes: Uint8Array, capacity: number): SparseBytes | undefined {
  const inflater = new SparseInflater(bytes, capacity);
  return inflater.run();
}

/** Length of the header of the gzip member at `at`; undefined if it is none that plain writers make. */
function memberHeader(bytes: Uint8Array, at: number): number | undefined {
  const flags = bytes[at + 3];
  if (bytes[at] !== 0x1f || bytes[at + 1] !== 0x8b || bytes[at + 2] !== 8) return undefined;
  // Reserved flags, and the rare checksum of the header itself.
  if ((flags & 0xe2) !== 0) return undefined;
  let end = at + 10;
  if (flags & 4) end += 2 + bytes[end] + 256 * bytes[end + 1];
  for (const flag of [8, 16]) if (flags & flag) end = bytes.indexOf(0, end) + 1 || Number.NaN;
  return end < bytes.length ? end - at : undefined;
}

/** Bits that may be compared at once: as many as the loop always holds. */
const heldBits = 16;

/** The latest match among zeros, as often as it fits into the bits that are held: long runs repeat it many times. */
class RepeatedMatch {
  /** How far back it reaches. */
  gap = Number.POSITIVE_INFINITY;
  /** Bits that it takes, and bytes of content that it stands for. */
  bits = 0;
  bytes = 0;
  mask = 0;
  pattern = 0;

  /** `held` begins with the `used` bits of a match of `run` bytes. */
  learn(held: number, used: number, run: number, gap: number): void {
    if (used > heldBits) return;
    const times = Math.floor(heldBits / used);
    const word = held & ((1 << used) - 1);
    this.gap = gap;
    this.bits = times * used;
    this.bytes = times * run;
    this.mask = (1 << this.bits) - 1;
    this.pattern = 0;
    for (let at = 0; at < this.bits; at += used) this.pattern |= word << at;
  }
}

class SparseInflater {
  private readonly content: Uint8Array;
  private readonly occupied: Uint8Array;
  /** Next byte of the input; bits already taken from it and not yet used. */
  private at = 0;
  private bits = 0;
  private bitCount = 0;
  /** Bytes of content so far, and how many of the last of them are zero. */
  private length = 0;
  private zeros = 0;
  private memberStart = 0;
  /** Blocks of content looked at, and how many of them are written. */
  private counted = 0;
  private full = 0;

  constructor(
    private readonly bytes: Uint8Array,
    private readonly capacity: number,
  ) {
    // One match may reach past the end before the loop looks again.
    this.content = new Uint8Array(capacity + 258);
    this.occupied = new Uint8Array(((capacity + 258) >>> blockShift) + 1);
  }

  run(): SparseBytes | undefined {
    const { bytes } = this;
    while (this.at < bytes.length) {
      const header = memberHeader(bytes, this.at);
      if (header === undefined) return undefined;
      this.at += header;
      this.memberStart = this.length;
      // Matches do not reach into the member before; its zeros must not be taken for this one's.
      this.zeros = 0;
      if (!this.blocks() || !this.trailer()) return undefined;
    }
    return { content: this.content.subarray(0, this.length), occupied: this.occupied };
  }

  private blocks(): boolean {
    for (;;) {
      const last = this.take(1);
      const type = this.take(2);
      if (type === 3) return false;
      const done = type === 0 ? this.storedBlock() : this.codedBlock(type === 1);
      if (!done || this.tooFull()) return false;
      if (last) return true;
    }
  }

  /** Whether more is written than any label map has: such content is zlib's affair, and bound there. */
  private tooFull(): boolean {
    for (const end = this.length >>> blockShift; this.counted < end; this.counted++)
      this.full += this.occupied[this.counted];
    return this.full * blockBytes > mostWritten;
  }

  /** The next `count` bits, at most 16. */
  private take(count: number): number {
    while (this.bitCount < count) {
      this.bits |= this.bytes[this.at++] << this.bitCount;
      this.bitCount += 8;
    }
    const value = this.bits & ((1 << count) - 1);
    this.bits >>>= count;
    this.bitCount -= count;
    return value;
  }

  /** Gives whole bytes back to the input and drops the rest of the current one. */
  private alignToByte(): void {
    this.at -= this.bitCount >> 3;
    this.bits = 0;
    this.bitCount = 0;
  }

  private storedBlock(): boolean {
    this.alignToByte();
    const { bytes, at } = this;
    const size = bytes[at] | (bytes[at + 1] << 8);
    const complement = bytes[at + 2] | (bytes[at + 3] << 8);
    const end = at + 4 + size;
    if ((size ^ complement) !== 0xffff || end > bytes.length) return false;
    if (this.length + size > this.capacity) return false;
    this.content.set(bytes.subarray(at + 4, end), this.length);
    this.length += size;
    this.at = end;
    this.markStored(size);
    return true;
  }

  /** A stored block is taken as it is; zeros in it count as content. */
  private markStored(size: number): void {
    const start = this.length - size;
    if (size > 0) this.occupied.fill(1, start >>> blockShift, ((this.length - 1) >>> blockShift) + 1);
    this.zeros = 0;
  }

  private codedBlock(fixed: boolean): boolean {
    const { literals, distances } = fixed ? fixedTables() : this.readTables();
    return literals !== undefined && distances !== undefined && this.symbols(literals, distances);
  }

  private readTables(): { literals: CodeTable | undefined; distances: CodeTable | undefined } {
    const none = { literals: undefined, distances: undefined };
    const [literals, distances, stored] = [this.take(5) + 257, this.take(5) + 1, this.take(4) + 4];
    const code = lengthTable(stored, () => this.take(3));
    if (!code || literals > 286 || distances > 30) return none;
    const lengths = new Uint8Array(literals + distances);
    for (let n = 0; n < lengths.length; ) {
      const symbol = this.symbol(code);
      if (symbol < 16) {
        lengths[n++] = symbol;
        continue;
      }
      if (symbol === 16 && n === 0) return none;
      const value = symbol === 16 ? lengths[n - 1] : 0;
      const times = symbol === 16 ? 3 + this.take(2) : symbol === 17 ? 3 + this.take(3) : 11 + this.take(7);
      if (n + times > lengths.length) return none;
      lengths.fill(value, n, n + times);
      n += times;
    }
    return {
      literals: literalTable(lengths.subarray(0, literals)),
      distances: distanceTable(lengths.subarray(literals)),
    };
  }

  private symbol(code: CodeTable): number {
    while (this.bitCount < 7) {
      this.bits |= this.bytes[this.at++] << this.bitCount;
      this.bitCount += 8;
    }
    const entry = code.entries[this.bits & (code.entries.length - 1)];
    this.bits >>>= entry & 15;
    this.bitCount -= entry & 15;
    return entry >> 16;
  }

  /** Literals and matches up to the end of the block. */
  private symbols(literals: CodeTable, distances: CodeTable): boolean {
    const { entries } = literals;
    const again = new RepeatedMatch();
    while (this.at <= this.bytes.length + 4 && this.length <= this.capacity) {
      this.hold();
      if (this.zeros >= again.gap && this.repeatZeros(again)) continue;
      const held = this.bits;
      const word = entries[held & (entries.length - 1)];
      this.drop(word & 15);
      const kind = (word >> 4) & 15;
      if (kind === symbolKind.literal) this.literal(word >> 16);
      else if (kind !== symbolKind.match) return kind === symbolKind.end;
      else if (!this.match(word, held, distances, again)) return false;
    }
    return false;
  }

  /** Holds at least 16 bits and at most 31, so that they never look negative. */
  private hold(): void {
    if (this.bitCount >= heldBits) return;
    this.bits |= (this.bytes[this.at] | (this.bytes[this.at + 1] << 8)) << this.bitCount;
    this.at += 2;
    this.bitCount += 16;
  }

  private drop(count: number): void {
    this.bits >>= count;
    this.bitCount -= count;
  }

  private literal(byte: number): void {
    this.zeros++;
    if (byte !== 0) {
      this.content[this.length] = byte;
      this.occupied[this.length >>> blockShift] = 1;
      this.zeros = 0;
    }
    this.length++;
  }

  private match(word: number, held: number, distances: CodeTable, again: RepeatedMatch): boolean {
    this.hold();
    const extra = (word >> 8) & 15;
    const run = (word >> 16) + (this.bits & ((1 << extra) - 1));
    this.drop(extra);
    this.hold();
    const gapWord = distances.entries[this.bits & (distances.entries.length - 1)];
    this.drop(gapWord & 15);
    this.hold();
    const gapExtra = (gapWord >> 8) & 15;
    const gap = (gapWord >> 16) + (this.bits & ((1 << gapExtra) - 1));
    this.drop(gapExtra);
    if (gap === 0 || gap > this.length - this.memberStart) return false;
    if (gap > this.zeros) this.zeros = this.copy(this.length, gap, run, this.zeros);
    else {
      this.zeros += run;
      again.learn(held, (word & 15) + extra + (gapWord & 15) + gapExtra, run, gap);
    }
    this.length += run;
    return true;
  }

  /** Takes the match that `again` knows as often as it follows; false if it does not. Most of a label map goes here. */
  private repeatZeros({ mask, pattern, bits: used, bytes: run }: RepeatedMatch): boolean {
    const { bytes } = this;
    let { at, bits, bitCount } = this;
    let times = 0;
    while ((bits & mask) === pattern && at < bytes.length) {
      times++;
      bits >>= used;
      bitCount -= used;
      if (bitCount < heldBits) {
        bits |= (bytes[at] | (bytes[at + 1] << 8)) << bitCount;
        at += 2;
        bitCount += 16;
      }
    }
    this.at = at;
    this.bits = bits;
    this.bitCount = bitCount;
    this.zeros += times * run;
    this.length += times * run;
    return times > 0;
  }

  /** Repeats `run` bytes from `gap` back; returns how many zeros the content then ends with. */
  private copy(to: number, gap: number, run: number, zerosBefore: number): number {
    const { content } = this;
    let zeros = zerosBefore;
    for (let n = to; n < to + run; n++) {
      const byte = content[n - gap];
      zeros++;
      if (byte !== 0) {
        content[n] = byte;
        zeros = 0;
      }
    }
    if (zeros < zerosBefore + run) {
      const last = (to + run - 1) >>> blockShift;
      for (let block = to >>> blockShift; block <= last; block++) this.occupied[block] = 1;
    }
    return zeros;
  }

  /** Checksum and length of the member that has just ended. */
  private trailer(): boolean {
    this.alignToByte();
    const { bytes, at, content, occupied, memberStart, length } = this;
    if (at + 8 > bytes.length || length > this.capacity) return false;
    const view = new DataView(bytes.buffer, bytes.byteOffset + at, 8);
    this.at = at + 8;
    let crc = -1;
    for (let n = memberStart; n < length; ) {
      const block = n >>> blockShift;
      let next = block + 1;
      while (next * blockBytes < length && occupied[next] === occupied[block]) next++;
      const end = Math.min(length, next * blockBytes);
      crc = occupied[block] ? checksumBytes(crc, content, n, end) : checksumZeros(crc, end - n);
      n = end;
    }
    const stated = view.getInt32(0, true);
    return ~crc === stated && (length - memberStart) % 2 ** 32 === view.getUint32(4, true);
  }
}
