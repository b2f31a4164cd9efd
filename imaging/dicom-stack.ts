import { DataError } from '../domain/errors.js';
import type { DicomSlice } from './dicom-slice.js';
import { cross, dot, minus, norm, type Vector3 } from './matrix3.js';

/** Farthest that a slice step may be from the usual one, as a fraction of it. */
const stepTolerance = 0.01;

/**
 * Slices in the order of InstanceNumber, or, where a number is missing, of their position along row × column (the
 * order of GDCM). Throws SLICES_UNEVEN unless positions go one way in equal steps (to 1 %), naming where they do not.
 */
export function inSliceOrder(slices: readonly DicomSlice[]): DicomSlice[] {
  const normal = cross(slices[0].alongRow, slices[0].alongColumn);
  const place = (slice: DicomSlice): number => dot(slice.position, normal);
  checkNotDoubled(slices, place);
  const numbered = slices.every((slice) => slice.instanceNumber !== undefined);
  const key = (slice: DicomSlice): number => (numbered ? (slice.instanceNumber ?? 0) : place(slice));
  const ordered = [...slices].sort((a, b) => key(a) - key(b) || place(a) - place(b));
  checkSteps(ordered, place);
  return ordered;
}

function checkNotDoubled(slices: readonly DicomSlice[], place: (slice: DicomSlice) => number): void {
  const byPlace = [...slices].sort((a, b) => place(a) - place(b));
  const usual = median(pairs(byPlace).map(([a, b]) => place(b) - place(a)));
  for (const [a, b] of pairs(byPlace)) {
    if (place(b) - place(a) > stepTolerance * usual) continue;
    const what = `${a.path} and ${b.path} are both at ${shown(b.position)}`;
    throw uneven(shown(b.position), what, 'Remove the doubled slices; two reconstructions may be mixed.');
  }
}

function checkSteps(ordered: readonly DicomSlice[], place: (slice: DicomSlice) => number): void {
  const steps = pairs(ordered).map(([a, b]) => minus(b.position, a.position));
  const usual: Vector3 = [0, 1, 2].map((axis) =>
    median(steps.map((step) => step[axis])),
  ) as unknown as Vector3;
  const usualMm = norm(usual);
  const forwards = pairs(ordered).filter(([a, b]) => place(b) > place(a)).length;
  pairs(ordered).forEach(([a, b], n) => {
    const between = `${shown(a.position)} (${a.path}) and ${shown(b.position)} (${b.path})`;
    if (place(b) > place(a) !== forwards > steps.length / 2) {
      const what = `the order of InstanceNumber turns back between ${between}`;
      throw uneven(shown(b.position), what, 'Check whether two acquisitions share this series.');
    }
    if (norm(minus(steps[n], usual)) <= stepTolerance * usualMm) return;
    const step = norm(steps[n]).toPrecision(5);
    const what = `${step} mm instead of ${usualMm.toPrecision(5)} mm lie between ${between}`;
    throw uneven(shown(b.position), what, 'Fetch the missing slices, or resample the scan to even steps.');
  });
}

function pairs(slices: readonly DicomSlice[]): [DicomSlice, DicomSlice][] {
  return slices.slice(1).map((slice, n) => [slices[n], slice]);
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[sorted.length >> 1];
}

function shown(position: Vector3): string {
  return position.join('\\');
}

function uneven(value: string, message: string, suggestion: string): DataError {
  return new DataError({ code: 'SLICES_UNEVEN', field: 'imagePosition', value, message, suggestion });
}
