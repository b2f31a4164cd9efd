import { constants as bufferLimits } from 'node:buffer';
import { gunzipSync, constants as zlib } from 'node:zlib';
import { DataError } from '../domain/errors.js';
import { gunzipBlocks, type InflateInto } from './inflate-blocks.js';
import { gunzipSparse } from './inflate-sparse.js';

/** Nothing that plusct reads is larger than this. */
export const maxFileBytes = 4 * 1024 ** 3;
/** Deflate cannot pack tighter than this (zlib's technical notes), so that small files get small buffers. */
const maxDeflateRatio = 1032;
/** What a look at the start of a file may inflate to. */
const maxStartBytes = 16 * 1024 ** 2;
/** Beyond this much content, files packed tighter than the ratio are taken for bombs unless they are mostly zeros, as label maps are. */
const bombFromBytes = 512 * 1024 ** 2;
const bombRatio = 200;
/** Files packed tighter than this are mostly zeros; others inflate faster with zlib. */
const sparseRatio = 50;
const suggestion = 'Download the file again and compare its size and checksum with the source.';

/**
 * The content of a file: all members of a gzip inflated and their checksums verified, anything else as it is.
 * `where` names the file in messages; `maxBytes` guards against files that inflate without end.
 * Throws FILE_EMPTY; FILE_CORRUPT on broken or cut-off gzip, a wrong checksum, or more than `maxBytes`.
 */
export function inflate(bytes: Uint8Array, where: string, maxBytes = maxFileBytes): Uint8Array {
  const content = inflateUpTo(bytes, where, maxBytes);
  if (content) return content;
  const message = `${where}: inflates to more than ${maxBytes} bytes`;
  throw new DataError({
    code: 'FILE_CORRUPT',
    field: 'gzip',
    value: `> ${maxBytes} bytes`,
    message,
    suggestion,
  });
}

/** As `inflate`, but undefined where the content is longer than `maxBytes`. */
export function inflateUpTo(bytes: Uint8Array, where: string, maxBytes: number): Uint8Array | undefined {
  return inflateKnowing(bytes, where, maxBytes)?.content;
}

/** What `inflateKnowing` finds. */
export interface Inflated {
  readonly content: Uint8Array;
  /** One per `blockBytes`: 0 where all bytes of the block are zero. Left out where that is not known. */
  readonly occupied?: Uint8Array;
}

/**
 * As `inflateUpTo`; for content that is mostly zeros, as label maps are, it also says where the rest is, and neither
 * time nor memory is spent on the zeros. Other content of a gzip goes `into` memory of the caller's, where that is given.
 */
export function inflateKnowing(
  bytes: Uint8Array,
  where: string,
  maxBytes: number,
  into?: InflateInto,
): Inflated | undefined {
  checkNotEmpty(bytes, where);
  if (!isGzip(bytes)) return bytes.length > maxBytes ? undefined : { content: bytes };
  if (storedSize(bytes) >= bytes.length * sparseRatio) {
    const capacity = Math.min(maxBytes, bytes.length * maxDeflateRatio, maxFileBytes);
    const sparse = gunzipSparse(bytes, capacity);
    if (sparse) return sparse;
  }
  const content = inflateAll(bytes, where, maxBytes, into);
  return content && { content };
}

function inflateAll(
  bytes: Uint8Array,
  where: string,
  maxBytes: number,
  into?: InflateInto,
): Uint8Array | undefined {
  const believable = Math.max(bombFromBytes, bytes.length * bombRatio);
  const limit = Math.min(maxBytes, bufferLimits.MAX_LENGTH, believable);
  // One buffer of the right size spares zlib a second copy of the volume. The stored size is only a hint: it is
  // modulo 2³² and that of the last member, and a damaged file may hold anything there.
  const hint = Math.min(storedSize(bytes), bytes.length * maxDeflateRatio, limit) + 64;
  const there = into && inflateInto(bytes, into, hint);
  if (there !== undefined && there.length <= limit) return there;
  try {
    const chunkSize = Math.min(hint, bufferLimits.MAX_LENGTH);
    return plain(gunzipSync(bytes, { chunkSize, maxOutputLength: limit }));
  } catch (cause) {
    if (codeOf(cause) !== 'ERR_BUFFER_TOO_LARGE') throw corrupt(cause, where);
    if (limit < believable) return undefined;
    const message = `${where}: ${bytes.length} bytes inflate to more than ${limit}, which no scan does`;
    const value = `> ${limit} bytes`;
    throw new DataError({ code: 'FILE_CORRUPT', field: 'gzip', value, message, suggestion });
  }
}

/** Undefined for whatever is not as it should be; the memory is free again then. */
function inflateInto(bytes: Uint8Array, into: InflateInto, capacity: number): Uint8Array | undefined {
  const target = into.memory(capacity);
  const length = gunzipBlocks(bytes, target, into.seen);
  return length === undefined ? undefined : target.subarray(0, length);
}

/** The first `wanted` bytes of a file's content, or all of them where it is shorter; little of it is inflated. */
export function inflateStart(bytes: Uint8Array, where: string, wanted: number): Uint8Array {
  checkNotEmpty(bytes, where);
  if (!isGzip(bytes)) return bytes.subarray(0, wanted);
  for (let taken = 512, tooLittle = 0; ; ) {
    const start = inflatePrefix(bytes.subarray(0, taken), where);
    if (start === undefined) {
      // A name of any length may stand before the content, and then the next bytes inflate to a thousand times their number.
      taken = (tooLittle + taken) >>> 1;
      continue;
    }
    if (start.length >= wanted || taken >= bytes.length) return start.subarray(0, wanted);
    tooLittle = taken;
    taken *= 4;
  }
}

/** Whether a file begins with the two bytes of gzip. */
export function isGzip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b;
}

/** Undefined where the part inflates to more than the start of a file can be. */
function inflatePrefix(part: Uint8Array, where: string): Uint8Array | undefined {
  try {
    return plain(gunzipSync(part, { finishFlush: zlib.Z_SYNC_FLUSH, maxOutputLength: maxStartBytes }));
  } catch (cause) {
    if (codeOf(cause) === 'ERR_BUFFER_TOO_LARGE') return undefined;
    throw corrupt(cause, where);
  }
}

/** The same bytes without the habits of Buffer, whose `slice` does not copy. */
function plain(buffer: Buffer): Uint8Array {
  return new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.length);
}

function storedSize(bytes: Uint8Array): number {
  if (bytes.length < 18) return 0;
  return new DataView(bytes.buffer, bytes.byteOffset + bytes.length - 4, 4).getUint32(0, true);
}

function checkNotEmpty(bytes: Uint8Array, where: string): void {
  if (bytes.length > 0) return;
  const message = `${where}: the file is empty`;
  throw new DataError({ code: 'FILE_EMPTY', field: 'bytes', value: '0', message, suggestion });
}

function corrupt(cause: unknown, where: string): DataError {
  const why = cause instanceof Error ? cause.message : String(cause);
  const message = `${where}: cannot be inflated (${why})`;
  return new DataError({ code: 'FILE_CORRUPT', field: 'gzip', value: codeOf(cause), message, suggestion });
}

function codeOf(cause: unknown): string {
  return cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown';
}
