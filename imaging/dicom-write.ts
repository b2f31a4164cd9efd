import { PlusctError } from '../domain/errors.js';
import { type DicomElements, writeDicomFile } from './dicom-file.js';

/** One axial CT slice to write. Positions and directions are DICOM's (LPS, mm). */
export interface CtSlice {
  readonly patientId: string;
  readonly studyUid: string;
  readonly seriesUid: string;
  readonly sopUid: string;
  readonly instanceNumber: number;
  readonly rows: number;
  readonly columns: number;
  /** Between rows, then between columns. */
  readonly pixelSpacingMm: readonly [number, number];
  /** Centre of the first pixel. */
  readonly imagePosition: readonly [number, number, number];
  /** Direction along a row (column index grows), then down a column (row index grows). */
  readonly imageOrientation: readonly [number, number, number, number, number, number];
  readonly sliceThicknessMm: number;
  /** Row by row: `pixels[column + columns·row]`; HU = slope·pixel + intercept. */
  readonly pixels: Int16Array;
  /** 1 unless given. */
  readonly rescaleSlope?: number;
  /** 0 unless given. */
  readonly rescaleIntercept?: number;
  /** `YYYYMMDD`. */
  readonly studyDate?: string;
  readonly manufacturer?: string;
  /** `M`, `F` or `O`. */
  readonly sex?: string;
  /** DICOM's form: `041Y`. */
  readonly age?: string;
  /** `explicit` little endian unless given. */
  readonly transferSyntax?: 'explicit' | 'implicit';
}

const ctImageStorage = '1.2.840.10008.5.1.4.1.1.2';
const syntaxUid = { explicit: '1.2.840.10008.1.2.1', implicit: '1.2.840.10008.1.2' };
/** 2.25 and a UUID, as DICOM PS3.5 B.2 allows. */
const plusctClass = '2.25.215593071037469377586557230700706965255';

/** One CT image as a DICOM part-10 file. Same input, same bytes: UIDs and dates come from the caller. */
export function writeCtSlice(slice: CtSlice): Uint8Array {
  if (slice.pixels.length !== slice.rows * slice.columns) {
    const grid = `${slice.columns}×${slice.rows}`;
    throw new PlusctError('InvalidInput', `${slice.pixels.length} pixels do not make a slice of ${grid}`);
  }
  const elements = { ...identity(slice), ...image(slice) };
  return writePart10(ctImageStorage, slice.sopUid, elements, slice.transferSyntax);
}

/** A part-10 file of one object, under the meta group that belongs to it. */
export function writePart10(
  sopClass: string,
  sopInstance: string,
  elements: DicomElements,
  transferSyntax: keyof typeof syntaxUid = 'explicit',
): Uint8Array {
  const meta: DicomElements = {
    metaVersion: ['OB', new Uint8Array([0, 1]).buffer],
    mediaStorageSopClass: ['UI', sopClass],
    mediaStorageSopInstance: ['UI', sopInstance],
    transferSyntax: ['UI', syntaxUid[transferSyntax]],
    implementationClass: ['UI', plusctClass],
    implementationVersion: ['SH', 'PLUSCT'],
  };
  return writeDicomFile(meta, elements);
}

function identity(slice: CtSlice): DicomElements {
  return {
    sopClass: ['UI', ctImageStorage],
    sopInstance: ['UI', slice.sopUid],
    studyDate: ['DA', slice.studyDate ?? ''],
    modality: ['CS', 'CT'],
    manufacturer: ['LO', slice.manufacturer ?? ''],
    patientName: ['PN', slice.patientId],
    patientId: ['LO', slice.patientId],
    patientSex: ['CS', slice.sex ?? ''],
    patientAge: ['AS', slice.age ?? ''],
    studyInstance: ['UI', slice.studyUid],
    seriesInstance: ['UI', slice.seriesUid],
    seriesNumber: ['IS', '1'],
    instanceNumber: ['IS', String(slice.instanceNumber)],
  };
}

function image(slice: CtSlice): DicomElements {
  const { pixels } = slice;
  return {
    sliceThickness: ['DS', decimalText([slice.sliceThicknessMm])],
    imagePosition: ['DS', decimalText(slice.imagePosition)],
    imageOrientation: ['DS', decimalText(slice.imageOrientation)],
    samplesPerPixel: ['US', 1],
    photometric: ['CS', 'MONOCHROME2'],
    rows: ['US', slice.rows],
    columns: ['US', slice.columns],
    pixelSpacing: ['DS', decimalText(slice.pixelSpacingMm)],
    bitsAllocated: ['US', 16],
    bitsStored: ['US', 16],
    highBit: ['US', 15],
    pixelRepresentation: ['US', 1],
    rescaleIntercept: ['DS', decimalText([slice.rescaleIntercept ?? 0])],
    rescaleSlope: ['DS', decimalText([slice.rescaleSlope ?? 1])],
    rescaleType: ['LO', 'HU'],
    pixelData: ['OW', new Int16Array(pixels).buffer],
  };
}

/** Decimal strings have at most 16 characters each. */
export function decimalText(values: readonly number[]): string[] {
  return values.map(shortDecimal);
}

function shortDecimal(value: number): string {
  let text = String(value);
  for (let digits = 15; text.length > 16; digits--) text = String(Number(value.toPrecision(digits)));
  return text;
}
