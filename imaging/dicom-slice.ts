import { DataError } from '../domain/errors.js';
import type { FindingCode } from '../domain/finding-catalogue.js';
import type { DicomFile, DicomTag } from './dicom-file.js';
import type { Vector3 } from './matrix3.js';

/** One slice of a CT series, its elements checked. Positions and directions are DICOM's (LPS, mm). */
export interface DicomSlice {
  readonly path: string;
  readonly seriesInstanceUid: string;
  /** Absent in some exports. */
  readonly instanceNumber: number | undefined;
  readonly rows: number;
  readonly columns: number;
  /** Between rows, then between columns. */
  readonly pixelSpacingMm: readonly [number, number];
  readonly position: Vector3;
  /** Direction in which the column index grows, then the row index. */
  readonly alongRow: Vector3;
  readonly alongColumn: Vector3;
  readonly slope: number;
  readonly intercept: number;
  /** Stored values as integers, row by row. */
  readonly pixels: Int16Array | Uint16Array;
}

const uncompressed = new Set(['1.2.840.10008.1.2', '1.2.840.10008.1.2.1']);
const syntaxNames: Readonly<Record<string, string>> = {
  '1.2.840.10008.1.2.1.99': 'Deflated Explicit VR Little Endian',
  '1.2.840.10008.1.2.2': 'Explicit VR Big Endian',
  '1.2.840.10008.1.2.4.50': 'JPEG Baseline',
  '1.2.840.10008.1.2.4.51': 'JPEG Extended',
  '1.2.840.10008.1.2.4.57': 'JPEG Lossless',
  '1.2.840.10008.1.2.4.70': 'JPEG Lossless, first-order prediction',
  '1.2.840.10008.1.2.4.80': 'JPEG-LS Lossless',
  '1.2.840.10008.1.2.4.81': 'JPEG-LS Near-Lossless',
  '1.2.840.10008.1.2.4.90': 'JPEG 2000 Lossless',
  '1.2.840.10008.1.2.4.91': 'JPEG 2000',
  '1.2.840.10008.1.2.5': 'RLE Lossless',
};

/**
 * Takes one slice out of an open file. Throws DICOM_SERIES when it is no uncompressed CT slice with a place in the
 * patient, DATATYPE_UNSUPPORTED when pixels are not 16 bits wide, FILE_TRUNCATED when some are missing.
 */
export function sliceOf(file: DicomFile): DicomSlice {
  checkKind(file);
  const rows = required(file, 'rows', 1)[0];
  const columns = required(file, 'columns', 1)[0];
  const spacing = required(file, 'pixelSpacing', 2);
  const position = required(file, 'imagePosition', 3);
  const directions = required(file, 'imageOrientation', 6);
  return {
    path: file.path,
    seriesInstanceUid: file.text('seriesInstance') ?? '',
    instanceNumber: file.numbers('instanceNumber')?.[0],
    rows,
    columns,
    pixelSpacingMm: [spacing[0], spacing[1]],
    position: [position[0], position[1], position[2]],
    alongRow: [directions[0], directions[1], directions[2]],
    alongColumn: [directions[3], directions[4], directions[5]],
    slope: file.numbers('rescaleSlope')?.[0] ?? 1,
    intercept: file.numbers('rescaleIntercept')?.[0] ?? 0,
    pixels: pixelsOf(file, rows * columns),
  };
}

function checkKind(file: DicomFile): void {
  const { path, transferSyntax } = file;
  const modality = file.text('modality') ?? 'none';
  if (modality !== 'CT') {
    throw fault(
      'DICOM_SERIES',
      path,
      'modality',
      modality,
      'is no CT image',
      'Select the CT series of this patient.',
    );
  }
  if (!uncompressed.has(transferSyntax)) {
    const name = syntaxNames[transferSyntax] ?? 'a transfer syntax that plusct does not know';
    const remedy = 'Decompress the series first, for example with dcmdjpeg or gdcmconv --raw.';
    throw fault(
      'DICOM_SERIES',
      path,
      'transferSyntax',
      transferSyntax || 'none',
      `is stored as ${name}`,
      remedy,
    );
  }
  if (file.text('seriesInstance') === undefined) {
    const remedy = 'Fetch the series again, or give all its files one SeriesInstanceUID.';
    throw fault(
      'DICOM_SERIES',
      path,
      'seriesInstance',
      'none',
      'does not say which series it belongs to',
      remedy,
    );
  }
}

function required(file: DicomFile, tag: DicomTag, count: number): number[] {
  const values = file.numbers(tag);
  if (values?.length === count && !(count === 1 && values[0] < 1)) return values;
  const shown = values?.join('\\') ?? 'none';
  const remedy = 'Leave out scouts and reports, or fetch the series again.';
  throw fault('DICOM_SERIES', file.path, tag, shown, `has no usable ${tag} (${shown})`, remedy);
}

function pixelsOf(file: DicomFile, count: number): Int16Array | Uint16Array {
  const { path } = file;
  const allocated = file.numbers('bitsAllocated')?.[0] ?? 0;
  const samples = file.numbers('samplesPerPixel')?.[0] ?? 1;
  if (allocated !== 16 || samples !== 1) {
    const what = `has ${samples} samples of ${allocated} bits per pixel, not one of 16`;
    const remedy = 'Export the series as 16-bit greyscale.';
    throw fault('DATATYPE_UNSUPPORTED', path, 'bitsAllocated', String(allocated), what, remedy);
  }
  const bytes = file.binary('pixelData');
  if (!bytes || bytes.length < count * 2) {
    const what = `holds ${bytes?.length ?? 0} of ${count * 2} bytes of pixels`;
    throw fault(
      'FILE_TRUNCATED',
      path,
      'pixelData',
      String(bytes?.length ?? 0),
      what,
      'Download the file again.',
    );
  }
  const aligned = bytes.byteOffset % 2 === 0 ? bytes : new Uint8Array(bytes);
  const raw = new Uint16Array(aligned.buffer, aligned.byteOffset, count);
  const stored = file.numbers('bitsStored')?.[0] ?? 16;
  const high = file.numbers('highBit')?.[0] ?? stored - 1;
  const signed = (file.numbers('pixelRepresentation')?.[0] ?? 0) === 1;
  if (stored < 1 || high > 15 || high + 1 < stored) {
    const what = `says that ${stored} bits end at bit ${high} of 16`;
    throw fault('HEADER_INVALID', path, 'highBit', String(high), what, 'Export the series again.');
  }
  return unpacked(raw, stored, high, signed);
}

/** Moves the stored bits to the top, then down again, which drops what lies beside them and extends the sign. */
function unpacked(raw: Uint16Array, stored: number, high: number, signed: boolean): Int16Array | Uint16Array {
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
