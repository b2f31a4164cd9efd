import { data, log } from 'dcmjs';
import { DataError } from '../domain/errors.js';
import { checkDicomStructure } from './dicom-structure.js';

/** Tags that plusct reads or writes, as dcmjs spells them. */
export const dicomTag = {
  metaVersion: '00020001',
  mediaStorageSopClass: '00020002',
  mediaStorageSopInstance: '00020003',
  transferSyntax: '00020010',
  implementationClass: '00020012',
  implementationVersion: '00020013',
  sopClass: '00080016',
  sopInstance: '00080018',
  studyDate: '00080020',
  modality: '00080060',
  manufacturer: '00080070',
  patientName: '00100010',
  patientId: '00100020',
  patientSex: '00100040',
  patientAge: '00101010',
  sliceThickness: '00180050',
  studyInstance: '0020000D',
  seriesInstance: '0020000E',
  seriesNumber: '00200011',
  instanceNumber: '00200013',
  imagePosition: '00200032',
  imageOrientation: '00200037',
  samplesPerPixel: '00280002',
  photometric: '00280004',
  rows: '00280010',
  columns: '00280011',
  pixelSpacing: '00280030',
  bitsAllocated: '00280100',
  bitsStored: '00280101',
  highBit: '00280102',
  pixelRepresentation: '00280103',
  rescaleIntercept: '00281052',
  rescaleSlope: '00281053',
  rescaleType: '00281054',
  pixelData: '7FE00010',
} as const;
export type DicomTag = keyof typeof dicomTag;

/** One DICOM part-10 file, opened. */
export interface DicomFile {
  readonly path: string;
  /** UID of the transfer syntax. */
  readonly transferSyntax: string;
  /** First value as text without padding; undefined when absent or empty. */
  text(tag: DicomTag): string | undefined;
  /** All values as finite numbers; undefined when absent, empty or not numbers. */
  numbers(tag: DicomTag): number[] | undefined;
  /** The binary value as it lies in the file; undefined when absent. Throws FILE_TRUNCATED when the file ends in it. */
  binary(tag: DicomTag): Uint8Array | undefined;
}

/** An element to write: value representation and values. */
export type DicomValue = readonly [vr: string, value: string | number | ArrayBuffer | readonly string[]];

/** Reads one file. Throws FILE_EMPTY or FILE_CORRUPT; `path` names the file in messages. */
export function readDicomFile(path: string, bytes: Uint8Array): DicomFile {
  const suggestion = 'Download the series again and compare the size of this file.';
  if (bytes.length === 0) {
    const message = `${path}: the file is empty`;
    throw new DataError({ code: 'FILE_EMPTY', field: 'bytes', value: '0', message, suggestion });
  }
  const { meta, dict } = open(path, bytes, suggestion);
  const values = (tag: DicomTag): unknown[] => (meta[dicomTag[tag]] ?? dict[dicomTag[tag]])?.Value ?? [];
  const text = (tag: DicomTag): string | undefined => {
    const [first] = values(tag);
    const trimmed = first === undefined || first === null ? '' : String(first).replaceAll('\0', '').trim();
    return trimmed === '' ? undefined : trimmed;
  };
  const numbers = (tag: DicomTag): number[] | undefined => {
    const all = values(tag).map((value) => (value === null || value === '' ? Number.NaN : Number(value)));
    return all.length > 0 && all.every(Number.isFinite) ? all : undefined;
  };
  const binary = (tag: DicomTag): Uint8Array | undefined => {
    const [first] = values(tag);
    if (!(first instanceof ArrayBuffer)) return undefined;
    if (!isWhole(bytes, dicomTag[tag], first.byteLength)) throw cutOff(path, tag, first.byteLength);
    return new Uint8Array(first);
  };
  return { path, transferSyntax: text('transferSyntax') ?? '', text, numbers, binary };
}

/** A part-10 file of these elements. Same elements, same bytes. */
export function writeDicomFile(
  meta: Partial<Record<DicomTag, DicomValue>>,
  elements: Partial<Record<DicomTag, DicomValue>>,
): Uint8Array {
  quieten();
  const file = new data.DicomDict(asElements(meta));
  file.dict = asElements(elements);
  return new Uint8Array(file.write());
}

/**
 * Whether a binary element of `length` bytes lies wholly inside the file. dcmjs fills what is missing with zeros, which
 * would read as grey tissue. An element begins with its tag; its length follows at once (implicit transfer syntax) or
 * after four bytes of value representation (explicit).
 */
function isWhole(bytes: Uint8Array, tag: string, length: number): boolean {
  const [group, element] = [Number.parseInt(tag.slice(0, 4), 16), Number.parseInt(tag.slice(4), 16)];
  const start = Buffer.from([group & 255, group >> 8, element & 255, element >> 8]);
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  for (let at = file.indexOf(start); at >= 0 && at + 12 <= file.length; at = file.indexOf(start, at + 1)) {
    const ends = [4, 8].filter((offset) => file.readUInt32LE(at + offset) === length);
    if (ends.some((offset) => at + offset + 4 + length <= file.length)) return true;
  }
  return false;
}

function cutOff(path: string, tag: DicomTag, length: number): DataError {
  const message = `${path}: ends before the ${length} bytes of ${tag} that it promises`;
  const suggestion = 'Download the file again and compare its size with the source.';
  return new DataError({ code: 'FILE_TRUNCATED', field: tag, value: `${length} bytes`, message, suggestion });
}

/** dcmjs reports readable elements that it finds odd on the console, several per slice. */
function quieten(): void {
  log.setLevel('silent');
  log.getLogger('validation.dcmjs').setLevel('silent');
}

type Opened = InstanceType<typeof data.DicomDict>;

function open(path: string, bytes: Uint8Array, suggestion: string, untilTag?: string): Opened {
  quieten();
  checkDicomStructure(path, bytes);
  try {
    const until = untilTag === undefined ? undefined : { untilTag, includeUntilTagValue: false };
    return data.DicomMessage.readFile(new Uint8Array(bytes).buffer, until);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    const message = `${path}: no readable DICOM file (${why})`;
    throw new DataError({ code: 'FILE_CORRUPT', field: 'part 10', value: why, message, suggestion });
  }
}

function asElements(
  values: Partial<Record<DicomTag, DicomValue>>,
): Record<string, { vr: string; Value: unknown[] }> {
  const tags = Object.keys(values) as DicomTag[];
  return Object.fromEntries(
    tags.map((tag) => {
      const [vr, value] = values[tag] ?? ['', ''];
      return [dicomTag[tag], { vr, Value: Array.isArray(value) ? [...value] : [value] }];
    }),
  );
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
  const { dict } = open(path, bytes, 'Download the file again.', dicomTag.pixelData);
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
