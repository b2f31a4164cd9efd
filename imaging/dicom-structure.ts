import { DataError } from '../domain/errors.js';
import type { FindingCode } from '../domain/finding-catalogue.js';

/** After the preamble and `DICM`. */
const firstElement = 132;
/** Real objects nest sequences a handful deep; every level costs a reader another pass over what is inside. */
const deepest = 32;
const undefinedLength = 0xffffffff;
const pixelData = 0x7fe00010;
const item = 0xfffee000;
const itemEnd = 0xfffee00d;
const sequenceEnd = 0xfffee0dd;
/** Value representations whose length takes four bytes after two reserved ones (PS3.5 table 7.1-1). */
const longForms = new Set(['OB', 'OD', 'OF', 'OL', 'OV', 'OW', 'SQ', 'SV', 'UC', 'UN', 'UR', 'UT', 'UV']);
const implicitSyntax = '1.2.840.10008.1.2';
const bigEndianSyntax = '1.2.840.10008.1.2.2';
const deflatedSyntax = '1.2.840.10008.1.2.1.99';

interface Element {
  readonly tag: number;
  readonly vr: string;
  readonly length: number;
  readonly valueAt: number;
}

/**
 * Looks once over the lengths of all elements before a library reads them, for lengths beyond the end and endless nesting cost readers
 * memory and time without bound. Bytes that are no part-10 file are left to the reader. Throws FILE_CORRUPT for an element that reaches past
 * what holds it, pixels apart, which are checked when they are read and for sequences too deep.
 */
export function checkDicomStructure(path: string, bytes: Uint8Array): void {
  if (bytes.length < firstElement + 8) return;
  new StructureWalk(path, bytes).whole();
}

class StructureWalk {
  private readonly view: DataView;
  private littleEndian = true;
  private implicit = false;

  constructor(
    private readonly path: string,
    private readonly bytes: Uint8Array,
  ) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  }

  whole(): void {
    const { bytes } = this;
    let at = firstElement;
    while (at + 8 <= bytes.length && this.view.getUint16(at, true) === 2) {
      const element = this.elementAt(at);
      at = this.after(element, bytes.length, 0);
      if (element.tag === 0x00020010 && this.begin(element)) return;
    }
    this.implicit = this.syntax === implicitSyntax;
    this.littleEndian = this.syntax !== bigEndianSyntax;
    this.elements(at, bytes.length, 0);
  }

  private syntax = '';

  /** Notes the transfer syntax; true where the rest cannot be looked at, for it is compressed as a whole. */
  private begin({ valueAt, length }: Element): boolean {
    const text = Buffer.from(this.bytes.subarray(valueAt, valueAt + length)).toString('latin1');
    this.syntax = text.replaceAll('\0', '').trim();
    return this.syntax === deflatedSyntax;
  }

  private elementAt(at: number): Element {
    const { view, littleEndian } = this;
    const tag = view.getUint16(at, littleEndian) * 0x10000 + view.getUint16(at + 2, littleEndian);
    const bare = this.implicit || tag >= 0xfffe0000;
    const vr = bare ? '' : String.fromCharCode(this.bytes[at + 4], this.bytes[at + 5]);
    if (longForms.has(vr)) {
      if (at + 12 > this.bytes.length)
        throw this.fault('FILE_CORRUPT', tag, 'no length', 'ends inside an element');
      return { tag, vr, length: view.getUint32(at + 8, littleEndian), valueAt: at + 12 };
    }
    const length = bare ? view.getUint32(at + 4, littleEndian) : view.getUint16(at + 6, littleEndian);
    return { tag, vr, length, valueAt: at + 8 };
  }

  /** Elements up to `end` or the end of the item that they are in; returns where they end. */
  private elements(from: number, end: number, depth: number): number {
    let at = from;
    while (at + 8 <= end) {
      const element = this.elementAt(at);
      if (element.tag === itemEnd || element.tag === sequenceEnd) return element.valueAt;
      at = this.after(element, end, depth);
    }
    return end;
  }

  /** Where the next element begins. */
  private after({ tag, vr, length, valueAt }: Element, end: number, depth: number): number {
    if (length === undefinedLength) return this.items(tag, valueAt, end, depth + 1);
    const next = valueAt + length;
    if (next > end) {
      if (tag === pixelData) return end;
      throw this.fault(
        'FILE_CORRUPT',
        tag,
        `${length} bytes`,
        `has ${end - valueAt} bytes where an element promises ${length}`,
      );
    }
    if (vr === 'SQ') this.items(tag, valueAt, next, depth + 1);
    return next;
  }

  private items(tag: number, from: number, end: number, depth: number): number {
    if (depth > deepest)
      throw this.fault('FILE_CORRUPT', tag, String(depth), `nests sequences more than ${deepest} deep`);
    let at = from;
    while (at + 8 <= end) {
      const { tag: found, length, valueAt } = this.elementAt(at);
      if (found === sequenceEnd) return valueAt;
      if (found !== item) return end;
      if (length === undefinedLength) at = this.elements(valueAt, end, depth);
      else if (valueAt + length > end) {
        if (tag === pixelData) return end;
        throw this.fault(
          'FILE_CORRUPT',
          tag,
          `${length} bytes`,
          `has ${end - valueAt} bytes where an item promises ${length}`,
        );
      } else {
        if (tag !== pixelData) this.elements(valueAt, valueAt + length, depth);
        at = valueAt + length;
      }
    }
    return end;
  }

  private fault(code: FindingCode, tag: number, value: string, what: string): DataError {
    const field = tag.toString(16).toUpperCase().padStart(8, '0');
    const message = `${this.path}: ${what} (${field})`;
    const suggestion = 'Download the file again and compare its size with the source.';
    return new DataError({ code, field, value, message, suggestion });
  }
}
