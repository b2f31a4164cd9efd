import { inflateStart } from './inflate.js';
import { maxHeaderBytes, parseNiftiHeader } from './nifti-header.js';

/** Text that a header holds beside the numbers, where people and programs leave names. */
export interface FreeText {
  /** Header field, or `extension` and its code. */
  readonly field: string;
  readonly text: string;
}

/** Offset and length of the text fields; all that NIfTI-1 inherited from Analyze 7.5 included. */
const fields = {
  1: [
    ['data_type', 4, 10],
    ['db_name', 14, 18],
    ['descrip', 148, 80],
    ['aux_file', 228, 24],
    ['intent_name', 328, 16],
  ],
  2: [
    ['descrip', 240, 80],
    ['aux_file', 320, 24],
    ['intent_name', 508, 16],
  ],
} as const;

/** Of extensions no more is read: those that are seen in practice have some kilobytes. */
const maxExtensionBytes = 1 << 20;

/**
 * The header's text fields that are not empty, and every extension as Latin-1 text (`extension 2`: by its code; 2 is DICOM, 4 AFNI, 6 comment).
 * Throws as `parseNiftiHeader` does.
 */
export function niftiFreeText(bytes: Uint8Array, where: string): FreeText[] {
  const { raw, version, littleEndian, voxOffset } = parseNiftiHeader(
    inflateStart(bytes, where, maxHeaderBytes),
    where,
  );
  const own = fields[version].map(([field, at, length]) => ({
    field,
    text: latin(raw.subarray(at, at + length)),
  }));
  const end = Math.min(voxOffset, raw.length + maxExtensionBytes);
  const start = voxOffset > raw.length + 4 ? inflateStart(bytes, where, end) : raw;
  return [...own.filter(({ text }) => text !== ''), ...extensions(start, raw.length, end, littleEndian)];
}

/** Extensions lie between header and voxels, each with its size and code in front; a size that cannot be ends the list. */
function extensions(start: Uint8Array, header: number, end: number, littleEndian: boolean): FreeText[] {
  const found: FreeText[] = [];
  if (start[header] === 0 || start[header] === undefined) return found;
  const view = new DataView(start.buffer, start.byteOffset, start.length);
  for (let at = header + 4; at + 8 <= Math.min(end, start.length); ) {
    const size = view.getInt32(at, littleEndian);
    const code = view.getInt32(at + 4, littleEndian);
    if (size < 8) break;
    found.push({ field: `extension ${code}`, text: latin(start.subarray(at + 8, at + size)) });
    at += size;
  }
  return found;
}

/** Text up to the first zero byte, without the blanks around it. */
function latin(bytes: Uint8Array): string {
  const end = bytes.indexOf(0);
  return Buffer.from(bytes.subarray(0, end < 0 ? bytes.length : end))
    .toString('latin1')
    .trim();
}
