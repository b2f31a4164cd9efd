/** Bytes of the header: the number of segments and fifteen offsets (DICOM PS3.5 G.5). */
const headerBytes = 64;

/**
 * One frame of `count` 16-bit values from RLE: two segments of PackBits, the high bytes, then the low ones (DICOM PS3.5
 * G). Undefined when the segments do not come to exactly so many bytes each.
 */
export function decodeRle(frame: Uint8Array, count: number): Uint16Array | undefined {
  if (frame.length < headerBytes) return undefined;
  const view = new DataView(frame.buffer, frame.byteOffset, frame.length);
  if (view.getUint32(0, true) !== 2) return undefined;
  const [high, low] = [view.getUint32(4, true), view.getUint32(8, true)];
  const ordered = headerBytes <= high && high <= low && low <= frame.length;
  if (!ordered) return undefined;
  const bytes = new Uint8Array(2 * count);
  const whole =
    unpackBits(frame.subarray(high, low), bytes, 1, count) &&
    unpackBits(frame.subarray(low), bytes, 0, count);
  return whole ? new Uint16Array(bytes.buffer) : undefined;
}

/** Writes every second byte of `to` from `start` on; says whether `count` bytes came out. */
function unpackBits(from: Uint8Array, to: Uint8Array, start: number, count: number): boolean {
  let written = 0;
  for (let at = 0; at < from.length && written < count; ) {
    const code = from[at++];
    if (code === 128) continue;
    const length = Math.min(code < 128 ? code + 1 : 257 - code, count - written);
    const literal = code < 128;
    if (at + (literal ? length : 1) > from.length) return false;
    for (let n = 0; n < length; n++) to[start + 2 * (written + n)] = from[literal ? at + n : at];
    written += length;
    at += literal ? code + 1 : 1;
  }
  return written === count;
}
