/**
 * CRC-32 of content whose empty blocks need not be read: a run of n zero bytes multiplies the register by
 * x^(8n) modulo the polynomial, which takes a few table look-ups however long the run is (as crc32_combine of zlib).
 */

const polynomial = 0xedb88320;
const slices = 8;

/** `tables[256·s + b]`: the register after byte b and then s zero bytes. */
const tables = sliceTables();

function sliceTables(): Int32Array {
  const result = new Int32Array(256 * slices);
  for (let byte = 0; byte < 256; byte++) {
    let crc = byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ polynomial : crc >>> 1;
    result[byte] = crc;
  }
  for (let at = 256; at < result.length; at++) {
    const before = result[at - 256];
    result[at] = (before >>> 8) ^ result[before & 255];
  }
  return result;
}

/** The register after the bytes from `start` to `end`. It starts at −1; the checksum is its complement. */
export function checksumBytes(register: number, bytes: Uint8Array, start: number, end: number): number {
  let crc = register;
  let at = start;
  for (const whole = end - 7; at < whole; at += 8) {
    const low = crc ^ (bytes[at] | (bytes[at + 1] << 8) | (bytes[at + 2] << 16) | (bytes[at + 3] << 24));
    crc =
      tables[1792 + (low & 255)] ^
      tables[1536 + ((low >>> 8) & 255)] ^
      tables[1280 + ((low >>> 16) & 255)] ^
      tables[1024 + (low >>> 24)] ^
      tables[768 + bytes[at + 4]] ^
      tables[512 + bytes[at + 5]] ^
      tables[256 + bytes[at + 6]] ^
      tables[bytes[at + 7]];
  }
  for (; at < end; at++) crc = (crc >>> 8) ^ tables[(crc ^ bytes[at]) & 255];
  return crc;
}

/** For each power of two p from 2⁰ on: what p zero bytes make of the four bytes of a register. */
const runTables: Int32Array[] = [];

/** The register after `count` zero bytes. */
export function checksumZeros(register: number, count: number): number {
  let crc = register;
  for (let power = 0, rest = count; rest > 0; power++, rest = Math.floor(rest / 2)) {
    if (rest % 2 === 1) crc = afterRun(runTable(power), crc);
  }
  return crc;
}

function afterRun(table: Int32Array, crc: number): number {
  return (
    table[crc & 255] ^
    table[256 + ((crc >>> 8) & 255)] ^
    table[512 + ((crc >>> 16) & 255)] ^
    table[768 + (crc >>> 24)]
  );
}

function runTable(power: number): Int32Array {
  for (let p = runTables.length; p <= power; p++) {
    const shorter = runTables[p - 1];
    runTables[p] = Int32Array.from({ length: 1024 }, (_, at) => {
      const crc = (at & 255) << (8 * (at >> 8));
      if (shorter) return afterRun(shorter, afterRun(shorter, crc));
      return (crc >>> 8) ^ tables[crc & 255];
    });
  }
  return runTables[power];
}
