import { DataError, type DataFault } from '../domain/errors.js';
import type { Geometry } from '../domain/volume.js';
import { type DicomFile, type DicomItem, readDicomFile } from './dicom-file.js';
import { chooseSeries } from './dicom-select.js';
import { type DicomSlice, slicesOf } from './dicom-slice.js';
import { stackSlices } from './dicom-stack.js';
import { affineOf, geometryFromAffine } from './geometry.js';
import { HuCollector } from './hounsfield.js';
import { minus, norm, scaled, type Vector3 } from './matrix3.js';
import type { CtVolume } from './volume.js';

/** A CT image from DICOM, and what its header says about the patient. */
export interface DicomSeries {
  readonly image: CtVolume;
  /** Slice k of the image came from `slices[k]`. */
  readonly slices: readonly DicomSlice[];
  /** The outermost elements of one of its files. */
  readonly header: DicomItem;
  /** Empty where the files have none. */
  readonly seriesInstanceUid: string;
  readonly patientId?: string;
  readonly manufacturer?: string;
  /** As in the file: `M`, `F`, `O`. */
  readonly sex?: string;
  /** As in the file: `041Y`. */
  readonly age?: string;
  /** Remarks that are worth recording, in words. */
  readonly notes: string[];
  /** What is wrong with the series and does not keep it from being read. */
  readonly remarks: readonly DataFault[];
}

/** Larger than any CT; as for NIfTI files. */
const maxVoxels = 2 * 1024 ** 3;

/**
 * Reads one CT series, its files in any order: one slice for each file, or enhanced multi-frame files; open, deflated or
 * packed by a lossless method. In the result i is the column, j the row and k the slice, ordered by position in the
 * direction of InstanceNumber, so that arrays made by stacking the files line up by index. Positions and steps come from
 * ImagePositionPatient, never from SliceThickness; the affine is in RAS+ although DICOM counts in LPS. Localisers,
 * reports and derived images beside the series are passed over, with a remark.
 * Throws `DataError`: DICOM_SERIES unless the rest are slices of one CT series; SLICES_MIXED on unlike grids;
 * GANTRY_TILT; SLICES_UNEVEN on positions that are doubled or missing; and what single files can raise.
 */
export function readDicomSeries(files: readonly { path: string; bytes: Uint8Array }[]): DicomSeries {
  const opened = files.map(({ path, bytes }) => readDicomFile(path, bytes));
  if (opened.length === 0) throw noStep('no files', 0);
  const chosen = chooseSeries(opened);
  const slices = chosen.files.flatMap(slicesOf);
  const [first] = chosen.files;
  if (slices.length < 2) throw noStep(first.path, slices.length);
  const stack = stackSlices(slices, first.numbers('gantryTilt')?.[0]);
  if (stack.slices.length < 2) throw noStep(first.path, stack.slices.length);
  const geometry = stackGeometry(stack.slices);
  return {
    image: { geometry, ...stackVoxels(stack.slices) },
    slices: stack.slices,
    header: first,
    seriesInstanceUid: slices[0].seriesInstanceUid,
    ...patientOf(first),
    notes: notesOn(geometry, stack.slices),
    remarks: [...chosen.remarks, ...stack.remarks],
  };
}

function stackGeometry(stack: readonly DicomSlice[]): Geometry {
  const [first] = stack;
  const last = stack[stack.length - 1];
  const [betweenRows, betweenColumns] = first.pixelSpacingMm;
  const step = scaled(minus(last.position, first.position), 1 / (stack.length - 1));
  const affine = affineOf(
    [
      asRas(scaled(first.alongRow, betweenColumns)),
      asRas(scaled(first.alongColumn, betweenRows)),
      asRas(step),
    ],
    asRas(first.position),
  );
  const shape: [number, number, number] = [first.columns, first.rows, stack.length];
  return geometryFromAffine(shape, affine, 'dicom', first.path);
}

/** Adding zero keeps −0 out of the affine. */
function asRas([x, y, z]: Vector3): Vector3 {
  return [-x + 0, -y + 0, z + 0];
}

function stackVoxels(stack: readonly DicomSlice[]): Omit<CtVolume, 'geometry'> {
  const perSlice = stack[0].rows * stack[0].columns;
  if (perSlice * stack.length > maxVoxels) {
    const value = `${stack[0].columns}×${stack[0].rows}×${stack.length}`;
    const message = `${stack[0].path}: a volume of ${value} voxels is more than plusct reads (${maxVoxels})`;
    const suggestion = 'Check the header; crop the scan if it really is that large.';
    throw new DataError({ code: 'HEADER_INVALID', field: 'rows', value, message, suggestion });
  }
  const collector = new HuCollector(perSlice * stack.length);
  const values = new Float64Array(perSlice);
  stack.forEach(({ pixels, slope, intercept }, k) => {
    values.set(pixels());
    if (slope !== 1 || intercept !== 0) {
      for (let n = 0; n < perSlice; n++) values[n] = values[n] * slope + intercept;
    }
    collector.add(values, k * perSlice);
  });
  return collector.result();
}

function patientOf(file: DicomFile): Pick<DicomSeries, 'patientId' | 'manufacturer' | 'sex' | 'age'> {
  const [patientId, manufacturer] = [file.text('patientId'), file.text('manufacturer')];
  const [sex, age] = [file.text('patientSex'), file.text('patientAge')];
  return {
    ...(patientId !== undefined && { patientId }),
    ...(manufacturer !== undefined && { manufacturer }),
    ...(sex !== undefined && { sex }),
    ...(age !== undefined && { age }),
  };
}

function notesOn(geometry: Geometry, stack: readonly DicomSlice[]): string[] {
  const [{ thicknessMm }] = stack;
  const stepMm = norm(minus(stack[1].position, stack[0].position));
  if (thicknessMm === undefined || Math.abs(thicknessMm - stepMm) <= 0.01 * stepMm) return [];
  return [
    `SliceThickness says ${thicknessMm} mm; positions are ${geometry.spacingMm[2]} mm apart and were used`,
  ];
}

function noStep(where: string, count: number): DataError {
  const message = `${where}: a series of ${count} slices has no slice step`;
  const suggestion = 'Give the files of exactly one CT series, all of them.';
  return new DataError({ code: 'DICOM_SERIES', field: 'files', value: String(count), message, suggestion });
}
