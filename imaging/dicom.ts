import { DataError } from '../domain/errors.js';
import type { Geometry } from '../domain/volume.js';
import { type DicomFile, readDicomFile } from './dicom-file.js';
import { type DicomSlice, sliceOf } from './dicom-slice.js';
import { inSliceOrder } from './dicom-stack.js';
import { affineOf, geometryFromAffine } from './geometry.js';
import { HuCollector } from './hounsfield.js';
import { minus, norm, scaled, type Vector3 } from './matrix3.js';
import type { CtVolume } from './volume.js';

/** A CT image from DICOM, and what its header says about the patient. */
export interface DicomSeries {
  readonly image: CtVolume;
  readonly seriesInstanceUid: string;
  readonly patientId?: string;
  readonly manufacturer?: string;
  /** As in the file: `M`, `F`, `O`. */
  readonly sex?: string;
  /** As in the file: `041Y`. */
  readonly age?: string;
  /** Remarks that are worth recording, in words. */
  readonly notes: string[];
}

/**
 * Reads one uncompressed CT series, its files in any order. In the result i is the column, j the row and k the slice
 * in the order of InstanceNumber, so that arrays made by stacking the files line up by index. Positions and steps come
 * from ImagePositionPatient, never from SliceThickness; the affine is in RAS+ although DICOM counts in LPS.
 * Throws `DataError`: DICOM_SERIES unless all files are slices of one CT series; SLICES_UNEVEN on positions that are
 * doubled, missing or out of order; AFFINE_INVALID on a tilted gantry; and what single files can raise.
 */
export function readDicomSeries(files: readonly { path: string; bytes: Uint8Array }[]): DicomSeries {
  if (files.length < 2) {
    throw noSeries('files', String(files.length), `a series of ${files.length} files has no slice step`);
  }
  let first: DicomFile | undefined;
  const slices = files.map(({ path, bytes }) => {
    const file = readDicomFile(path, bytes);
    first ??= file;
    return sliceOf(file);
  });
  checkAlike(slices);
  const stack = inSliceOrder(slices);
  const geometry = stackGeometry(stack);
  return {
    image: { geometry, ...stackVoxels(stack) },
    seriesInstanceUid: stack[0].seriesInstanceUid,
    ...(first && patientOf(first)),
    notes: notesOn(first, geometry, stack),
  };
}

/** What must be the same in every slice of a volume; numbers may differ by noise in their last digits. */
function checkAlike(slices: readonly DicomSlice[]): void {
  const [first] = slices;
  const facts = (slice: DicomSlice): [string, (string | number)[]][] => [
    ['seriesInstance', [slice.seriesInstanceUid]],
    ['rows', [slice.rows]],
    ['columns', [slice.columns]],
    ['pixelSpacing', [...slice.pixelSpacingMm]],
    ['imageOrientation', [...slice.alongRow, ...slice.alongColumn]],
  ];
  const expected = facts(first);
  for (const slice of slices) {
    facts(slice).forEach(([field, values], n) => {
      const other = expected[n][1];
      if (values.every((value, at) => same(value, other[at]))) return;
      const shown = values.join('\\');
      throw noSeries(
        field,
        shown,
        `${slice.path}: ${field} is ${shown}, but ${other.join('\\')} in ${first.path}`,
      );
    });
  }
}

function same(a: string | number, b: string | number): boolean {
  return typeof a === 'number' && typeof b === 'number' ? Math.abs(a - b) <= 1e-4 : a === b;
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
  const collector = new HuCollector(perSlice * stack.length);
  const values = new Float64Array(perSlice);
  stack.forEach(({ pixels, slope, intercept }, k) => {
    values.set(pixels);
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

function notesOn(file: DicomFile | undefined, geometry: Geometry, stack: readonly DicomSlice[]): string[] {
  const notes: string[] = [];
  const thickness = file?.numbers('sliceThickness')?.[0];
  const stepMm = norm(minus(stack[1].position, stack[0].position));
  if (thickness !== undefined && Math.abs(thickness - stepMm) > 0.01 * stepMm) {
    notes.push(
      `SliceThickness says ${thickness} mm; positions are ${geometry.spacingMm[2]} mm apart and were used`,
    );
  }
  if (stack.some((slice) => slice.instanceNumber === undefined)) {
    notes.push('InstanceNumber is missing; slices are in the order of their positions along row × column');
  }
  return notes;
}

function noSeries(field: string, value: string, message: string): DataError {
  const suggestion = 'Give the files of exactly one CT series, all of them.';
  return new DataError({ code: 'DICOM_SERIES', field, value, message, suggestion });
}
