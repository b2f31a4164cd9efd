/** What listing needs to know of a DICOM file. */
export interface DicomHead {
  readonly seriesInstanceUid?: string;
  readonly patientId?: string;
}

/** Bytes from the start of a file that hold everything up to the series, private groups included. */
export const headBytes = 32 * 1024;

const magicAt = 128;
const firstElement = 132;
const transferSyntaxTag = 0x00020010;
const patientIdTag = 0x00100020;
const seriesTag = 0x0020000e;
const itemTag = 0xfffee000;
const itemEnd = 0xfffee00d;
const sequenceEnd = 0xfffee0dd;
const undefinedLength = 0xffffffff;
const implicitLittleEndian = '1.2.840.10008.1.2';
const explicitBigEndian = '1.2.840.10008.1.2.2';
/** Value representations whose length takes four bytes after two reserved ones. */
const longForms = new Set(['OB', 'OD', 'OF', 'OL', 'OV', 'OW', 'SQ', 'SV', 'UC', 'UN', 'UR', 'UT', 'UV']);

interface Element {
  readonly tag: number;
  readonly length: number;
  readonly valueAt: number;
}

/**
 * Series and patient of a DICOM part-10 file, from its first bytes. Only little-endian files tell them; other DICOM
 * gives an empty head. Undefined when the file has no DICM magic.
 */
export function readDicomHead(start: Uint8Array): DicomHead | undefined {
  if (start.length < firstElement || textAt(start, magicAt, 4) !== 'DICM') return undefined;
  const view = new DataView(start.buffer, start.byteOffset, start.length);
  const found = new Map<number, string>();
  let depth = 0;
  for (let at = firstElement; at + 12 <= start.length; ) {
    const syntax = found.get(transferSyntaxTag) ?? '';
    // The meta group, 0002, is explicit whatever the rest of the file is.
    const implicit = view.getUint16(at, true) > 2 && syntax === implicitLittleEndian;
    if (syntax === explicitBigEndian) break;
    const { tag, length, valueAt } = elementAt(view, start, at, implicit);
    at = length === undefinedLength ? valueAt : valueAt + length;
    if (tag === itemEnd || tag === sequenceEnd) {
      depth -= 1;
      continue;
    }
    if (length === undefinedLength) depth += 1;
    if (depth > 0 || at > start.length) continue;
    if (tag === transferSyntaxTag || tag === patientIdTag || tag === seriesTag) {
      found.set(tag, textAt(start, valueAt, length));
    }
    if (tag >= seriesTag) break;
  }
  const [uid, patientId] = [found.get(seriesTag), found.get(patientIdTag)];
  return { ...(uid ? { seriesInstanceUid: uid } : {}), ...(patientId ? { patientId } : {}) };
}

function elementAt(view: DataView, bytes: Uint8Array, at: number, implicit: boolean): Element {
  const tag = view.getUint16(at, true) * 0x10000 + view.getUint16(at + 2, true);
  if (implicit || tag === itemTag || tag === itemEnd || tag === sequenceEnd) {
    return { tag, length: view.getUint32(at + 4, true), valueAt: at + 8 };
  }
  if (longForms.has(textAt(bytes, at + 4, 2))) {
    return { tag, length: view.getUint32(at + 8, true), valueAt: at + 12 };
  }
  return { tag, length: view.getUint16(at + 6, true), valueAt: at + 8 };
}

/** Text without the spaces and zeros that pad values to an even length. */
function textAt(bytes: Uint8Array, at: number, length: number): string {
  return String.fromCharCode(...bytes.subarray(at, at + length))
    .replaceAll('\0', '')
    .trim();
}
