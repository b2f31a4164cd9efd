import { DataError } from '../domain/errors.js';
import type { FindingCode } from '../domain/finding-catalogue.js';
import { decodeFrame } from './dicom-codecs.js';
import type { DicomFile, EncodedPixels } from './dicom-file.js';

/** How pixels are stored, the same in every frame of a file. */
export interface PixelLayout {
  readonly rows: number;
  readonly columns: number;
  readonly frames: number;
  readonly bitsStored: number;
  readonly highBit: number;
  readonly signed: boolean;
}

/** Larger than any CT slice; keeps a hostile header from asking for the memory of thousands. */
const maxSidePixels = 4096;

/** Checks what a file says of its pixels. Throws DICOM_SERIES, DATATYPE_UNSUPPORTED, HEADER_INVALID or FILE_TRUNCATED. */
export function pixelLayoutOf(file: DicomFile): PixelLayout {
  const first = (tag: Parameters<DicomFile['numbers']>[0]): number | undefined => file.numbers(tag)?.[0];
  const [rows, columns] = [sideOf(file, 'rows'), sideOf(file, 'columns')];
  const frames = first('numberOfFrames') ?? 1;
  const allocated = first('bitsAllocated') ?? 0;
  const samples = first('samplesPerPixel') ?? 1;
  if (allocated !== 16 || samples !== 1) {
    const what = `has ${samples} samples of ${allocated} bits per pixel, not one of 16`;
    const remedy = 'Export the series as 16-bit greyscale.';
    throw fault('DATATYPE_UNSUPPORTED', file.path, 'bitsAllocated', String(allocated), what, remedy);
  }
  const bitsStored = first('bitsStored') ?? 16;
  const highBit = first('highBit') ?? bitsStored - 1;
  const whole = [bitsStored, highBit, frames].every(Number.isInteger);
  if (!whole || bitsStored < 1 || highBit > 15 || highBit + 1 < bitsStored || frames < 1) {
    const what = `says that ${bitsStored} bits end at bit ${highBit} of 16, in ${frames} frames`;
    throw fault('HEADER_INVALID', file.path, 'highBit', String(highBit), what, 'Export the series again.');
  }
  const signed = first('pixelRepresentation') === 1;
  const layout = { rows, columns, frames, bitsStored, highBit, signed };
  checkAmount(file, layout);
  return layout;
}

function sideOf(file: DicomFile, tag: 'rows' | 'columns'): number {
  const side = file.numbers(tag)?.[0] ?? 0;
  if (Number.isInteger(side) && side >= 1 && side <= maxSidePixels) return side;
  const what = `has no usable ${tag} (${file.text(tag) ?? 'none'})`;
  const remedy = 'Leave out scouts and reports, or fetch the series again.';
  throw fault('DICOM_SERIES', file.path, tag, file.text(tag) ?? 'none', what, remedy);
}

function checkAmount({ path, pixels }: DicomFile, { rows, columns, frames }: PixelLayout): void {
  const needed = rows * columns * frames * 2;
  const there = pixels?.kind === 'open' ? pixels.bytes.length : (pixels?.parts.length ?? 0);
  const enough = pixels?.kind === 'open' ? there >= needed : there >= frames;
  if (enough) return;
  const of = pixels?.kind === 'fragments' ? `${frames} frames` : `${needed} bytes of pixels`;
  const what = `holds ${there} of ${of}`;
  throw fault('FILE_TRUNCATED', path, 'pixelData', String(there), what, 'Download the file again.');
}

/**
 * The stored values of one frame, row by row: a copy, decoded where packed, sign extended. Throws FILE_CORRUPT when a
 * packed frame cannot be decoded.
 */
export function framePixels(file: DicomFile, layout: PixelLayout, frame: number): Int16Array | Uint16Array {
  const { bitsStored, highBit, signed } = layout;
  return signExtended(storedBits(file, layout, frame), bitsStored, highBit, signed);
}

function storedBits(file: DicomFile, layout: PixelLayout, frame: number): Uint16Array {
  const { path, pixels, syntax } = file;
  const count = layout.rows * layout.columns;
  if (pixels?.kind === 'open') {
    const own = new Uint8Array(pixels.bytes.subarray(2 * count * frame, 2 * count * (frame + 1)));
    if (pixels.bigEndian) Buffer.from(own.buffer).swap16();
    return new Uint16Array(own.buffer);
  }
  const number = layout.frames === 1 ? '' : `frame ${frame + 1}: `;
  try {
    if (pixels === undefined || syntax.codec === undefined) throw new Error('no method is known');
    return decodeFrame(syntax.codec, frameBytes(pixels, layout.frames, frame), layout);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    const what = `${number}${syntax.name} cannot be decoded: ${why}`;
    const remedy = 'Download the file again; if it is whole, decompress it with dcmdjpeg or gdcmconv --raw.';
    throw fault('FILE_CORRUPT', path, 'pixelData', syntax.name, what, remedy);
  }
}

/** A frame's fragments as one: all of them, those from its offset on, or the one with its number (PS3.5 A.4). */
function frameBytes(
  { offsets, parts }: Extract<EncodedPixels, { kind: 'fragments' }>,
  frames: number,
  frame: number,
): Uint8Array {
  if (frames === 1) return joined(parts.map(({ bytes }) => bytes));
  if (parts.length === frames) return parts[frame].bytes;
  if (offsets.length !== frames) {
    throw new Error(
      `${parts.length} fragments and ${offsets.length} offsets do not tell ${frames} frames apart`,
    );
  }
  const [from, to] = [offsets[frame], offsets[frame + 1] ?? Number.POSITIVE_INFINITY];
  return joined(parts.filter(({ at }) => at >= from && at < to).map(({ bytes }) => bytes));
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  return parts.length === 1 ? parts[0] : new Uint8Array(Buffer.concat(parts));
}

/** Moves the stored bits to the top, then down again, which drops what lies beside them and extends the sign. */
function signExtended(
  raw: Uint16Array,
  stored: number,
  high: number,
  signed: boolean,
): Int16Array | Uint16Array {
  const values = signed ? new Int16Array(raw.buffer, raw.byteOffset, raw.length) : raw;
  if (stored === 16) return values;
  const left = 31 - high;
  const right = 32 - stored;
  for (let n = 0; n < raw.length; n++) {
    values[n] = signed ? (raw[n] << left) >> right : (raw[n] << left) >>> right;
  }
  return values;
}

function fault(
  code: FindingCode,
  path: string,
  field: string,
  value: string,
  what: string,
  suggestion: string,
): DataError {
  return new DataError({ code, field, value, message: `${path}: ${what}`, suggestion });
}
