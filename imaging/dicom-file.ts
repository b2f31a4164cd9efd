import { inflateRawSync } from 'node:zlib';
import { data, log } from 'dcmjs';
import { DataError } from '../domain/errors.js';
import type { FindingCode } from '../domain/finding-catalogue.js';
import {
  type ElementEncoding,
  type ElementPlace,
  type Fragments,
  firstElement,
  fragmentsAt,
  hasMagic,
  textAt,
  topElements,
  undefinedLength,
} from './dicom-elements.js';
import { checkDicomStructure } from './dicom-structure.js';
import { deflatedUid, explicitUid, type TransferSyntax, transferSyntaxOf } from './dicom-syntax.js';
import { type DicomTag, dicomTag } from './dicom-tags.js';

/** Elements of a file, or of an item of a sequence. */
export interface DicomItem {
  /** First value as text without padding; undefined when absent or empty. */
  text(tag: DicomTag): string | undefined;
  /** All values as text without padding. */
  texts(tag: DicomTag): string[];
  /** All values as finite numbers; undefined when absent, empty or not numbers. */
  numbers(tag: DicomTag): number[] | undefined;
  /** Items of a sequence; none when absent. */
  items(tag: DicomTag): DicomItem[];
}

/** Pixels as they lie in the file: open, or in fragments. Bytes are views on the file. */
export type EncodedPixels =
  | { readonly kind: 'open'; readonly bytes: Uint8Array; readonly bigEndian: boolean }
  | ({ readonly kind: 'fragments' } & Fragments);

/** One DICOM part-10 file, opened. */
export interface DicomFile extends DicomItem {
  readonly path: string;
  /** UID of the transfer syntax. */
  readonly transferSyntax: string;
  readonly syntax: TransferSyntax;
  /** Absent where the file holds none. */
  readonly pixels: EncodedPixels | undefined;
}

/** An element to write: value representation and values; items of a sequence are elements again. */
export type DicomValue = readonly [
  vr: string,
  value: string | number | ArrayBuffer | readonly string[] | readonly number[] | readonly DicomElements[],
];
export type DicomElements = { readonly [tag in DicomTag]?: DicomValue };

const pixelDataTag = 0x7fe00010;
const transferSyntaxTag = 0x00020010;
/** Deflated CT is a quarter to a half of its size; blank images in tests are small. */
const maxDeflateRatio = 64;
const inflatedAnyway = 32 * 1024 ** 2;
const suggestion = 'Download the file again and compare its size with the source.';

/**
 * Reads one file. Pixels are not decoded, and only what lies before them goes through dcmjs: it fills what is missing
 * with zeros, which would read as grey tissue, and follows offset tables wherever they lead.
 * Throws FILE_EMPTY, FILE_CORRUPT or FILE_TRUNCATED; `path` names the file in messages.
 */
export function readDicomFile(path: string, bytes: Uint8Array): DicomFile {
  const { meta, dict, uid, syntax, content, place, encoding } = openFile(path, bytes);
  return {
    ...itemOf({ ...meta, ...dict }),
    path,
    transferSyntax: uid,
    syntax,
    pixels: place && encodedPixels(path, content, place, encoding),
  };
}

/** What lies before the pixels, parsed, and where the pixels are. */
function openFile(path: string, bytes: Uint8Array) {
  if (bytes.length === 0) throw fault('FILE_EMPTY', 'bytes', '0', `${path}: the file is empty`);
  if (!hasMagic(bytes)) {
    const message = `${path}: no readable DICOM file (no DICM at byte 128)`;
    throw fault('FILE_CORRUPT', 'part 10', textAt(bytes, 128, 4) || 'none', message);
  }
  const { uid, endsAt } = metaOf(path, bytes);
  const syntax = transferSyntaxOf(uid);
  const content = syntax.deflated ? inflated(path, bytes, endsAt) : bytes;
  const encoding: ElementEncoding = {
    implicit: syntax.implicit === true,
    littleEndian: syntax.bigEndian !== true,
  };
  const place = pixelsPlace(path, content, endsAt, encoding);
  const { meta, dict } = open(path, content.subarray(0, place?.at ?? content.length));
  return { meta, dict, uid, syntax, content, place, encoding };
}

/** A part-10 file of these elements, explicit little endian. Same elements, same bytes. */
export function writeDicomFile(meta: DicomElements, elements: DicomElements): Uint8Array {
  quieten();
  const file = new data.DicomDict(asElements(meta));
  file.dict = asElements(elements);
  return new Uint8Array(file.write());
}

const explicit: ElementEncoding = { implicit: false, littleEndian: true };

/** The transfer syntax, and where the meta group ends, which is explicit little endian in every file. */
function metaOf(path: string, bytes: Uint8Array): { uid: string; uidAt: number; endsAt: number } {
  let uid = '';
  let uidAt = 0;
  for (const { tag, at, valueAt, length } of topElements(bytes, firstElement, () => explicit)) {
    // Read in either byte order, the group behind the meta group is none of 0002.
    if (tag >>> 16 !== 2) return { uid, uidAt, endsAt: at };
    if (valueAt + length > bytes.length) throw cutOff(path, tag, length, bytes.length - valueAt);
    if (tag === transferSyntaxTag) [uid, uidAt] = [textAt(bytes, valueAt, length), valueAt];
  }
  return { uid, uidAt, endsAt: bytes.length };
}

/** The file as if it had never been deflated. */
function inflated(path: string, bytes: Uint8Array, from: number): Uint8Array {
  const maxOutputLength = Math.max(inflatedAnyway, maxDeflateRatio * bytes.length);
  let content: Uint8Array;
  try {
    content = inflateRawSync(bytes.subarray(from), { maxOutputLength });
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    const message = `${path}: what follows the meta group cannot be inflated (${why})`;
    throw fault('FILE_CORRUPT', 'transferSyntax', deflatedUid, message);
  }
  const whole = new Uint8Array(from + content.length);
  whole.set(bytes.subarray(0, from));
  whole.set(content, from);
  const { uidAt } = metaOf(path, bytes.subarray(0, from));
  whole.set(Buffer.from(explicitUid.padEnd(deflatedUid.length, '\0'), 'latin1'), uidAt);
  return whole;
}

/** Where the pixels are. Every element before them must lie wholly inside the file. */
function pixelsPlace(
  path: string,
  bytes: Uint8Array,
  from: number,
  encoding: ElementEncoding,
): ElementPlace | undefined {
  for (const place of topElements(bytes, from, () => encoding)) {
    if (place.tag === pixelDataTag) return place;
    const missing = place.length !== undefinedLength && place.valueAt + place.length > bytes.length;
    if (missing) throw cutOff(path, place.tag, place.length, bytes.length - place.valueAt);
  }
  return undefined;
}

function encodedPixels(
  path: string,
  bytes: Uint8Array,
  { tag, valueAt, length }: ElementPlace,
  { littleEndian }: ElementEncoding,
): EncodedPixels {
  if (length !== undefinedLength) {
    if (valueAt + length > bytes.length) throw cutOff(path, tag, length, bytes.length - valueAt);
    return { kind: 'open', bytes: bytes.subarray(valueAt, valueAt + length), bigEndian: !littleEndian };
  }
  const fragments = fragmentsAt(bytes, valueAt);
  if (fragments.whole) return { kind: 'fragments', ...fragments };
  const message = `${path}: ends within the fragments of its pixels, after ${fragments.parts.length} of them`;
  throw fault('FILE_TRUNCATED', 'pixelData', `${fragments.parts.length} fragments`, message);
}

function cutOff(path: string, tag: number, length: number, there: number): DataError {
  const hex = tag.toString(16).toUpperCase().padStart(8, '0');
  const field = Object.entries(dicomTag).find(([, each]) => each === hex)?.[0] ?? hex;
  const message = `${path}: ends after ${Math.max(0, there)} of the ${length} bytes of ${field} that it promises`;
  return fault('FILE_TRUNCATED', field, `${length} bytes`, message);
}

function fault(code: FindingCode, field: string, value: string, message: string): DataError {
  return new DataError({ code, field, value, message, suggestion });
}

/** dcmjs reports readable elements that it finds odd on the console, several per slice. */
function quieten(): void {
  log.setLevel('silent');
  log.getLogger('validation.dcmjs').setLevel('silent');
}

type Opened = InstanceType<typeof data.DicomDict>;

function open(path: string, bytes: Uint8Array): Opened {
  quieten();
  checkDicomStructure(path, bytes);
  try {
    return data.DicomMessage.readFile(new Uint8Array(bytes).buffer);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw fault('FILE_CORRUPT', 'part 10', why, `${path}: no readable DICOM file (${why})`);
  }
}

function itemOf(elements: Opened['dict']): DicomItem {
  const values = (tag: DicomTag): unknown[] => {
    const value: unknown = elements[dicomTag[tag]]?.Value;
    return Array.isArray(value) ? value : [];
  };
  return {
    text: (tag) => shown(values(tag)[0]) || undefined,
    texts: (tag) => values(tag).map(shown),
    numbers: (tag) => {
      const all = values(tag).map((value) => (value === null || value === '' ? Number.NaN : Number(value)));
      return all.length > 0 && all.every(Number.isFinite) ? all : undefined;
    },
    items: (tag) => values(tag).filter(isItem).map(itemOf),
  };
}

/** One value as text; of a person's name the alphabetic form. */
function shown(value: unknown): string {
  if (typeof value === 'object' && value !== null) {
    return 'Alphabetic' in value ? shown(value.Alphabetic) : '';
  }
  return value === undefined
    ? ''
    : String(value ?? '')
        .replaceAll('\0', '')
        .trim();
}

/** Elements of an item are keyed by tag. */
function isItem(value: unknown): value is Opened['dict'] {
  return typeof value === 'object' && value !== null && !(value instanceof ArrayBuffer);
}

interface WrittenElement {
  vr: string;
  Value: unknown[];
}

function asElements(values: DicomElements): Record<string, WrittenElement> {
  const written: Record<string, WrittenElement> = {};
  for (const [name, tag] of Object.entries(dicomTag) as [DicomTag, string][]) {
    const element = values[name];
    if (element === undefined) continue;
    const [vr, value] = element;
    const all: readonly unknown[] = Array.isArray(value) ? value : [value];
    written[tag] = {
      vr,
      Value: vr === 'SQ' ? all.map((item) => asElements(item as DicomElements)) : [...all],
    };
  }
  return written;
}

/** One element that has a value, however deep in sequences; binary values show no text. */
export interface DicomText {
  /** Eight hex digits in upper case. */
  readonly tag: string;
  /** Its keyword in the standard; the tag where that has none. */
  readonly name: string;
  readonly vr: string;
  readonly text: string;
}

/** Every element before the pixels that has a value. Throws FILE_EMPTY or FILE_CORRUPT. */
export function readDicomTexts(path: string, bytes: Uint8Array): DicomText[] {
  const { dict } = openFile(path, bytes);
  return textsOf(dict, 0);
}

const deepestSequence = 20;

function textsOf(elements: Opened['dict'], depth: number): DicomText[] {
  if (depth > deepestSequence) return [];
  return Object.entries(elements).flatMap(([tag, { vr, Value: values }]) => {
    // The element that reading stopped at has no list.
    const Value: unknown[] = Array.isArray(values) ? values : [];
    if (vr === 'SQ') return Value.flatMap((item) => (isElements(item) ? textsOf(item, depth + 1) : []));
    const text = Value.map(shownValue).join('\\').trim();
    const binary = Value.some((value) => value instanceof ArrayBuffer && value.byteLength > 0);
    if (text.replaceAll('\\', '') === '' && !binary) return [];
    const upper = tag.toUpperCase();
    const known = data.DicomMetaDictionary.dictionary[`(${upper.slice(0, 4)},${upper.slice(4)})`];
    return [{ tag: upper, name: known?.name ?? upper, vr, text }];
  });
}

function isElements(item: unknown): item is Opened['dict'] {
  return typeof item === 'object' && item !== null && !(item instanceof ArrayBuffer);
}

/** Names of persons come as their spellings. */
function shownValue(value: unknown): string {
  if (value === null || value === undefined || value instanceof ArrayBuffer) return '';
  if (typeof value === 'object')
    return Object.values(value)
      .filter((part) => typeof part === 'string')
      .join('=');
  return String(value).replaceAll('\0', '');
}
