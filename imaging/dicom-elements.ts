/** How elements are written: with or without value representations, in which byte order. */
export interface ElementEncoding {
  readonly implicit: boolean;
  readonly littleEndian: boolean;
}

/** One data element as it lies in a file. */
export interface ElementPlace {
  /** Group and element as one number: 0x7fe00010. */
  readonly tag: number;
  readonly at: number;
  readonly valueAt: number;
  /** Bytes of the value; `undefinedLength` where delimiters end it. */
  readonly length: number;
}

export const undefinedLength = 0xffffffff;
export const firstElement = 132;
const magicAt = 128;
const itemTag = 0xfffee000;
const itemEnd = 0xfffee00d;
const sequenceEnd = 0xfffee0dd;
/** Value representations whose length takes four bytes after two reserved ones (PS3.5 7.1.2). */
const longForms = new Set(['OB', 'OD', 'OF', 'OL', 'OV', 'OW', 'SQ', 'SV', 'UC', 'UN', 'UR', 'UT', 'UV']);

/** Whether these are the first bytes of a DICOM part-10 file. */
export function hasMagic(bytes: Uint8Array): boolean {
  return bytes.length >= firstElement && textAt(bytes, magicAt, 4) === 'DICM';
}

/**
 * The elements of the outermost level from `from` on, in file order; what lies inside of sequences is stepped over.
 * Ends where `bytes` do: the last element's value may reach beyond them. `encodingOf` tells how the element at a place
 * is written, from the first two bytes of its group.
 */
export function* topElements(
  bytes: Uint8Array,
  from: number,
  encodingOf: (at: number) => ElementEncoding,
): Generator<ElementPlace> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  /** For each open sequence or item of undefined length, whether its content is implicit (PS3.5 6.2.2, note 2). */
  const open: boolean[] = [];
  for (let at = from; at + 8 <= bytes.length; ) {
    const outer = encodingOf(at);
    const implicit = open[open.length - 1] ?? outer.implicit;
    const place = elementAt(view, bytes, at, { ...outer, implicit });
    if (place === undefined) return;
    if (open.length === 0) yield place;
    const undefinedEnd = place.length === undefinedLength;
    at = undefinedEnd ? place.valueAt : place.valueAt + place.length;
    if (place.tag === itemEnd || place.tag === sequenceEnd) open.pop();
    else if (undefinedEnd) open.push(implicit || isUnknown(bytes, place));
  }
}

/** An element of value representation UN and undefined length holds implicit little endian. */
function isUnknown(bytes: Uint8Array, { at, tag }: ElementPlace): boolean {
  return tag !== itemTag && textAt(bytes, at + 4, 2) === 'UN';
}

/** The element that begins at `at`; undefined where its head does not lie wholly inside. */
export function elementAt(
  view: DataView,
  bytes: Uint8Array,
  at: number,
  { implicit, littleEndian }: ElementEncoding,
): ElementPlace | undefined {
  if (at + 8 > bytes.length) return undefined;
  const tag = view.getUint16(at, littleEndian) * 0x10000 + view.getUint16(at + 2, littleEndian);
  const bare = implicit || tag === itemTag || tag === itemEnd || tag === sequenceEnd;
  if (bare) return { tag, at, length: view.getUint32(at + 4, littleEndian), valueAt: at + 8 };
  if (!longForms.has(textAt(bytes, at + 4, 2))) {
    return { tag, at, length: view.getUint16(at + 6, littleEndian), valueAt: at + 8 };
  }
  if (at + 12 > bytes.length) return undefined;
  return { tag, at, length: view.getUint32(at + 8, littleEndian), valueAt: at + 12 };
}

/** Fragments of encapsulated pixels: those behind the first item, which is the offset table (PS3.5 A.4). */
export interface Fragments {
  /** Offsets of frames from the first fragment's item; empty where the table is. */
  readonly offsets: readonly number[];
  readonly parts: readonly { readonly at: number; readonly bytes: Uint8Array }[];
  /** Whether the sequence ends as it should, before the bytes do. */
  readonly whole: boolean;
}

/** Reads the items of encapsulated pixel data (always little endian) from `from` on. Bytes are views. */
export function fragmentsAt(bytes: Uint8Array, from: number): Fragments {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const items: { at: number; bytes: Uint8Array }[] = [];
  let whole = false;
  for (let at = from; at + 8 <= bytes.length; ) {
    const { tag, length, valueAt } = elementAt(view, bytes, at, { implicit: true, littleEndian: true })!;
    whole = tag === sequenceEnd;
    if (tag !== itemTag || valueAt + length > bytes.length) break;
    items.push({ at, bytes: bytes.subarray(valueAt, valueAt + length) });
    at = valueAt + length;
  }
  const [table, ...parts] = items;
  const count = (table?.bytes.length ?? 0) >> 2;
  const offsets = Array.from({ length: count }, (_, n) => view.getUint32(table.at + 8 + 4 * n, true));
  const start = parts[0]?.at ?? 0;
  return { offsets, parts: parts.map((part) => ({ ...part, at: part.at - start })), whole };
}

/** Text without the spaces and zeros that pad values to an even length. */
export function textAt(bytes: Uint8Array, at: number, length: number): string {
  return String.fromCharCode(...bytes.subarray(at, at + length))
    .replaceAll('\0', '')
    .trim();
}
