import { DataError, type DataFault } from '../domain/errors.js';
import type { DicomSlice } from './dicom-slice.js';
import { angleDegrees, cross, dot, minus, norm, scaled, type Vector3 } from './matrix3.js';

/** Slices of one volume in their order. */
export interface SliceStack {
  readonly slices: readonly DicomSlice[];
  readonly remarks: readonly DataFault[];
}

/** Farthest that a slice step may be from the usual one: a fraction of it, or the rounding of decimal positions. */
const stepTolerance = 0.01;
const roundingMm = 0.01;
/** Slices stacked at more than this against their normal are tilted, however few they are. */
const maxSlantDegrees = 3;
/** So that a message about many places stays readable. */
const maxShown = 4;

/**
 * Orders slices by ImagePositionPatient along row × column, in the direction in which InstanceNumber grows; where it
 * tells none, along row × column (the order of GDCM). The same slice given twice is used once. Throws `DataError`:
 * SLICES_MIXED on slices of unlike grids, GANTRY_TILT when they are not stacked along their normal, SLICES_UNEVEN on
 * positions that are doubled, missing or not evenly spaced (to 1 %), naming each.
 */
export function stackSlices(all: readonly DicomSlice[], tiltSaid?: number): SliceStack {
  checkAlike(all);
  const normal = cross(all[0].alongRow, all[0].alongColumn);
  const byPlace = [...all].sort((a, b) => dot(minus(a.position, b.position), normal));
  const { slices, remarks } = withoutCopies(byPlace, normal);
  checkTilt(slices, normal, tiltSaid);
  checkSteps(slices, normal);
  const directed = inDirection(slices);
  return { slices: directed.slices, remarks: [...remarks, ...directed.remarks, ...notAxial(all[0], normal)] };
}

/** What must be the same in every slice of a volume; numbers may differ by noise in their last digits. */
function checkAlike(slices: readonly DicomSlice[]): void {
  const [first] = slices;
  const facts = (slice: DicomSlice): [string, readonly number[]][] => [
    ['rows', [slice.rows]],
    ['columns', [slice.columns]],
    ['pixelSpacing', slice.pixelSpacingMm],
    ['imageOrientation', [...slice.alongRow, ...slice.alongColumn]],
  ];
  facts(first).forEach(([field, expected], n) => {
    const unlike = slices.filter((slice) =>
      facts(slice)[n][1].some((value, at) => Math.abs(value - expected[at]) > 1e-4),
    );
    if (unlike.length === 0) return;
    const value = facts(unlike[0])[n][1].join('\\');
    const message =
      `${unlike[0].name}: ${field} is ${value}, but ${expected.join('\\')} in ${first.name}; ` +
      `${unlike.length} of ${slices.length} slices differ from the first`;
    const suggestion = 'Take the slices of one acquisition and one reconstruction only.';
    throw new DataError({ code: 'SLICES_MIXED', field, value, message, suggestion });
  });
}

/** A slice that is there twice, pixel for pixel, as when files were copied with new names. */
function withoutCopies(byPlace: readonly DicomSlice[], normal: Vector3): SliceStack {
  const copies = new Map<DicomSlice, DicomSlice>();
  pairs(byPlace).forEach(([a, b]) => {
    const apart = dot(minus(b.position, a.position), normal);
    const twin = apart <= 1e-6 && a.sopInstanceUid !== '' && a.sopInstanceUid === b.sopInstanceUid;
    if (twin && a.frame === undefined && samePixels(a, b)) copies.set(b, a);
  });
  if (copies.size === 0) return { slices: byPlace, remarks: [] };
  const shown = [...copies].slice(0, maxShown).map(([copy, of]) => `${copy.name} is ${of.name}`);
  const remark: DataFault = {
    code: 'DICOM_PASSED_OVER',
    field: 'sopInstance',
    value: `${copies.size} × copy`,
    message: `slices that are there twice were used once: ${listed(shown, copies.size)}`,
    suggestion: 'nothing to do: the pixels are the same',
  };
  return { slices: byPlace.filter((slice) => !copies.has(slice)), remarks: [remark] };
}

function samePixels(a: DicomSlice, b: DicomSlice): boolean {
  if (a.slope !== b.slope || a.intercept !== b.intercept) return false;
  const [of, other] = [a.pixels(), b.pixels()];
  return of.length === other.length && of.every((value, n) => value === other[n]);
}

/** A drift of less than one pixel over the whole stack is taken for rounding. */
function checkTilt(slices: readonly DicomSlice[], normal: Vector3, said: number | undefined): void {
  const [first, last] = [slices[0], slices[slices.length - 1]];
  const way = minus(last.position, first.position);
  const along = dot(way, normal);
  const drift = norm(minus(way, scaled(normal, along)));
  const slant = angleDegrees(way, scaled(normal, along < 0 ? -1 : 1));
  if (along === 0 || (drift <= Math.max(...first.pixelSpacingMm) && slant <= maxSlantDegrees)) return;
  const header = said === undefined || said === 0 ? '' : ` (GantryDetectorTilt says ${said}°)`;
  throw new DataError({
    code: 'GANTRY_TILT',
    field: 'imagePosition',
    value: `${slant.toFixed(1)}°`,
    message:
      `${first.name} to ${last.name}: slices are stacked at ${slant.toFixed(1)}° to their normal${header}; ` +
      `the last lies ${drift.toFixed(1)} mm beside the place above the first`,
    suggestion: 'Resample the scan to a grid with right angles, or leave this case out.',
  });
}

/** Names every place where positions are doubled, slices are missing or the step is another one. */
function checkSteps(slices: readonly DicomSlice[], normal: Vector3): void {
  const steps = pairs(slices).map(([a, b]) => minus(b.position, a.position));
  const along = steps.map((step) => dot(step, normal));
  const apart = along.filter((step) => step > roundingMm);
  const usualMm = apart.length === 0 ? 0 : median(apart);
  const usual: Vector3 = [
    median(steps.map((step) => step[0])),
    median(steps.map((step) => step[1])),
    median(steps.map((step) => step[2])),
  ];
  const tolerance = Math.max(roundingMm, stepTolerance * usualMm);
  const faults = pairs(slices).flatMap(([a, b], n) => {
    if (along[n] <= tolerance)
      return [{ at: b, what: `doubled: ${a.name} and ${b.name} are both at ${place(b)}` }];
    const even =
      norm(minus(steps[n], usual)) <= tolerance ||
      norm(minus(steps[n], scaled(normal, usualMm))) <= tolerance;
    return even ? [] : [{ at: b, what: unevenStep(a, b, along[n], usualMm) }];
  });
  if (faults.length === 0) return;
  const [{ at }] = faults;
  const shown = faults.slice(0, maxShown).map(({ what }) => what);
  const message = `${slices.length} slices, usually ${usualMm.toPrecision(5)} mm apart, are uneven: ${listed(shown, faults.length)}`;
  const suggestion = 'Remove doubled slices and fetch missing ones; two reconstructions may be mixed.';
  throw new DataError({
    code: 'SLICES_UNEVEN',
    field: 'imagePosition',
    value: place(at),
    message,
    suggestion,
  });
}

function unevenStep(a: DicomSlice, b: DicomSlice, stepMm: number, usualMm: number): string {
  const between = `between ${place(a)} (${a.name}) and ${place(b)} (${b.name})`;
  const missing = Math.round(stepMm / usualMm) - 1;
  const whole = missing > 0 && Math.abs(stepMm - (missing + 1) * usualMm) <= stepTolerance * stepMm;
  const lie = `${stepMm.toPrecision(5)} mm instead of ${usualMm.toPrecision(5)} mm lie ${between}`;
  return whole ? `${missing} missing: ${lie}` : lie;
}

/** Turns the stack so that it begins with the lowest InstanceNumber. */
function inDirection(byPlace: readonly DicomSlice[]): SliceStack {
  const backwards = [...byPlace].reverse();
  if (byPlace.some((slice) => slice.instanceNumber === undefined)) {
    const message = `${byPlace[0].name}: InstanceNumber is missing; slices are in the order of their positions along row × column`;
    const suggestion = 'nothing to do, unless labels are laid on the series by index';
    const remark = {
      code: 'DICOM_INCOMPLETE',
      field: 'instanceNumber',
      value: 'none',
      message,
      suggestion,
    } as const;
    return { slices: byPlace, remarks: [remark] };
  }
  const numbers = byPlace.map((slice) => slice.instanceNumber ?? 0);
  const up = numbers.slice(1).filter((number, n) => number > numbers[n]).length;
  const down = numbers.slice(1).filter((number, n) => number < numbers[n]).length;
  if (down === numbers.length - 1) return { slices: backwards, remarks: [] };
  if (up === numbers.length - 1) return { slices: byPlace, remarks: [] };
  const forwards = up >= down;
  const turn = numbers.findIndex((number, n) => n > 0 && number > numbers[n - 1] !== forwards);
  const [a, b] = [byPlace[Math.max(1, turn) - 1], byPlace[Math.max(1, turn)]];
  const remark: DataFault = {
    code: 'SLICE_ORDER',
    field: 'instanceNumber',
    value: String(b.instanceNumber),
    message: `the order of InstanceNumber turns back between ${place(a)} (${a.name}) and ${place(b)} (${b.name}); slices are in the order of their positions`,
    suggestion: 'look whether two acquisitions share this series; labels laid on by index may not fit',
  };
  return { slices: forwards ? byPlace : backwards, remarks: [remark] };
}

function notAxial({ name }: DicomSlice, normal: Vector3): DataFault[] {
  const [x, y, z] = normal.map(Math.abs);
  if (z >= x && z >= y) return [];
  const plane = x > y ? 'sagittal' : 'coronal';
  return [
    {
      code: 'SERIES_NOT_AXIAL',
      field: 'imageOrientation',
      value: plane,
      message: `${name}: the slices are ${plane}, not axial`,
      suggestion: 'fetch the axial series of the same scan; a reformatted one is resampled',
    },
  ];
}

function listed(shown: readonly string[], count: number): string {
  return `${shown.join('; ')}${count > shown.length ? `; and ${count - shown.length} more` : ''}`;
}

function pairs(slices: readonly DicomSlice[]): [DicomSlice, DicomSlice][] {
  return slices.slice(1).map((slice, n) => [slices[n], slice]);
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[sorted.length >> 1];
}

function place({ position }: DicomSlice): string {
  return position.join('\\');
}
