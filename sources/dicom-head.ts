import {
  type ElementEncoding,
  firstElement,
  hasMagic,
  textAt,
  topElements,
} from '../imaging/dicom-elements.js';
import { transferSyntaxOf } from '../imaging/dicom-syntax.js';

/** What listing needs to know of a DICOM file. */
export interface DicomHead {
  readonly seriesInstanceUid?: string;
  readonly patientId?: string;
}

/** Bytes from the start of a file that hold everything up to the series, private groups included. */
export const headBytes = 32 * 1024;

const transferSyntaxTag = 0x00020010;
const patientIdTag = 0x00100020;
const seriesTag = 0x0020000e;
const explicit: ElementEncoding = { implicit: false, littleEndian: true };

/**
 * Series and patient of a DICOM part-10 file, from its first bytes. A deflated file gives an empty head. Undefined when
 * the file has no DICM magic.
 */
export function readDicomHead(start: Uint8Array): DicomHead | undefined {
  if (!hasMagic(start)) return undefined;
  const found = new Map<number, string>();
  const view = new DataView(start.buffer, start.byteOffset, start.length);
  const encodingOf = (at: number): ElementEncoding => {
    // The meta group, 0002, is explicit little endian whatever the rest of the file is.
    if (view.getUint16(at, true) === 2) return explicit;
    const { implicit, bigEndian } = transferSyntaxOf(found.get(transferSyntaxTag) ?? '');
    return { implicit: implicit === true, littleEndian: bigEndian !== true };
  };
  for (const { tag, valueAt, length } of topElements(start, firstElement, encodingOf)) {
    if (tag > seriesTag) break;
    const wanted = tag === transferSyntaxTag || tag === patientIdTag || tag === seriesTag;
    if (wanted && valueAt + length <= start.length) found.set(tag, textAt(start, valueAt, length));
    const deflated = tag === transferSyntaxTag && transferSyntaxOf(found.get(tag) ?? '').deflated;
    if (deflated) break;
  }
  const [uid, patientId] = [found.get(seriesTag), found.get(patientIdTag)];
  return { ...(uid ? { seriesInstanceUid: uid } : {}), ...(patientId ? { patientId } : {}) };
}
