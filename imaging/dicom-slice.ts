import { DataError } from '../domain/errors.js';
import type { FindingCode } from '../domain/finding-catalogue.js';
import type { DicomFile, DicomItem } from './dicom-file.js';
import { framePixels, pixelLayoutOf } from './dicom-pixels.js';
import type { DicomTag } from './dicom-tags.js';
import type { Vector3 } from './matrix3.js';

/** One slice of a CT series, its elements checked. Positions and directions are DICOM's (LPS, mm). */
export interface DicomSlice {
  readonly path: string;
  /** The file, and the frame where it holds several, for messages. */
  readonly name: string;
  /** Counted from 1; absent where the file is one slice. */
  readonly frame?: number;
  readonly sopClassUid: string;
  readonly sopInstanceUid: string;
  /** Empty in some exports. */
  readonly seriesInstanceUid: string;
  /** Of the file, or the frame's place in its stack; absent in some exports. */
  readonly instanceNumber: number | undefined;
  readonly imageType: readonly string[];
  readonly rows: number;
  readonly columns: number;
  /** Between rows, then between columns. */
  readonly pixelSpacingMm: readonly [number, number];
  readonly position: Vector3;
  /** Direction in which the column index grows, then the row index. */
  readonly alongRow: Vector3;
  readonly alongColumn: Vector3;
  readonly thicknessMm: number | undefined;
  readonly slope: number;
  readonly intercept: number;
  /** Decodes the stored values, row by row: one array per call, so that no more than one slice need be in memory. */
  pixels(): Int16Array | Uint16Array;
}

/** Functional groups that hold what classic files have on their outermost level. */
type Groups = (group: DicomTag) => DicomItem;

const unitTolerance = 1e-3;

/**
 * The slices in an open file: one of a classic CT image, every frame of an enhanced one. Throws DICOM_SERIES when they
 * have no place in the patient, TRANSFER_SYNTAX_UNSUPPORTED, DATATYPE_UNSUPPORTED when pixels are not 16 bits wide,
 * HEADER_INVALID, FILE_TRUNCATED when some are missing.
 */
export function slicesOf(file: DicomFile): DicomSlice[] {
  checkSyntax(file);
  const perFrame = file.items('perFrameGroups');
  const [shared] = file.items('sharedGroups');
  const layout = pixelLayoutOf(file);
  if (perFrame.length === 0 && shared === undefined) {
    if (layout.frames === 1) return [sliceAt(file, layout, () => file)];
    throw fault(
      file,
      'perFrameGroups',
      'none',
      `has ${layout.frames} frames and does not say where they lie`,
    );
  }
  if (perFrame.length !== layout.frames) {
    const what = `has ${layout.frames} frames and places for ${perFrame.length}`;
    throw fault(file, 'perFrameGroups', String(perFrame.length), what);
  }
  return perFrame.map((own, n) =>
    sliceAt(file, layout, (group) => own.items(group)[0] ?? shared?.items(group)[0] ?? file, n),
  );
}

function checkSyntax({ path, transferSyntax, syntax }: DicomFile): void {
  if (!syntax.unsupported) return;
  const suggestion = 'Decompress the series first, for example with dcmdjpeg or gdcmconv --raw.';
  const message = `${path}: is stored as ${syntax.name}`;
  const value = transferSyntax || 'none';
  throw new DataError({
    code: 'TRANSFER_SYNTAX_UNSUPPORTED',
    field: 'transferSyntax',
    value,
    message,
    suggestion,
  });
}

function sliceAt(
  file: DicomFile,
  layout: ReturnType<typeof pixelLayoutOf>,
  group: Groups,
  frame?: number,
): DicomSlice {
  const { path } = file;
  const measures = group('pixelMeasures');
  const spacing = required(file, measures, 'pixelSpacing', 2);
  const position = required(file, group('planePosition'), 'imagePosition', 3);
  const directions = required(file, group('planeOrientation'), 'imageOrientation', 6);
  checkDirections(file, spacing, directions);
  const frameType = group('ctImageFrameType').texts('frameType');
  const number = frame === undefined ? 'instanceNumber' : 'inStackPosition';
  return {
    path,
    name: frame === undefined ? path : `${path} frame ${frame + 1}`,
    ...(frame === undefined ? {} : { frame: frame + 1 }),
    sopClassUid: file.text('sopClass') ?? '',
    sopInstanceUid: file.text('sopInstance') ?? '',
    seriesInstanceUid: file.text('seriesInstance') ?? '',
    instanceNumber:
      group('frameContent').numbers(number)?.[0] ?? (frame === undefined ? undefined : frame + 1),
    imageType: frameType.length > 0 ? frameType : file.texts('imageType'),
    rows: layout.rows,
    columns: layout.columns,
    pixelSpacingMm: [spacing[0], spacing[1]],
    position: [position[0], position[1], position[2]],
    alongRow: [directions[0], directions[1], directions[2]],
    alongColumn: [directions[3], directions[4], directions[5]],
    thicknessMm: measures.numbers('sliceThickness')?.[0],
    ...rescaleOf(file, group('pixelTransformation')),
    pixels: () => framePixels(file, layout, frame ?? 0),
  };
}

function rescaleOf(file: DicomFile, item: DicomItem): Pick<DicomSlice, 'slope' | 'intercept'> {
  const slope = item.numbers('rescaleSlope')?.[0] ?? 1;
  const intercept = item.numbers('rescaleIntercept')?.[0] ?? 0;
  if (slope !== 0) return { slope, intercept };
  const remedy = 'Export the series again with its Hounsfield units.';
  throw fault(file, 'rescaleSlope', '0', 'has a RescaleSlope of 0', remedy, 'HEADER_INVALID');
}

function required(file: DicomFile, item: DicomItem, tag: DicomTag, count: number): number[] {
  const values = item.numbers(tag);
  if (values?.length === count) return values;
  const shown = item.texts(tag).join('\\') || 'none';
  throw fault(file, tag, shown, `has no usable ${tag} (${shown})`);
}

/** Both directions are unit vectors at right angles (PS3.3 C.7.6.2.1.1), and pixels have a size. */
function checkDirections(
  file: DicomFile,
  spacing: readonly number[],
  [a, b, c, d, e, f]: readonly number[],
): void {
  if (spacing.some((side) => !(side > 0))) {
    const shown = spacing.join('\\');
    throw fault(file, 'pixelSpacing', shown, `has no usable pixelSpacing (${shown})`);
  }
  const off = [a * a + b * b + c * c - 1, d * d + e * e + f * f - 1, a * d + b * e + c * f];
  if (off.every((each) => Math.abs(each) <= unitTolerance)) return;
  const shown = [a, b, c, d, e, f].join('\\');
  throw fault(file, 'imageOrientation', shown, `has directions that are not at right angles (${shown})`);
}

function fault(
  { path }: DicomFile,
  field: string,
  value: string,
  what: string,
  suggestion = 'Leave out scouts and reports, or fetch the series again.',
  code: FindingCode = 'DICOM_SERIES',
): DataError {
  return new DataError({ code, field, value, message: `${path}: ${what}`, suggestion });
}
