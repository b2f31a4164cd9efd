import { finding } from '../../domain/finding.js';
import type { Geometry } from '../../domain/volume.js';
import { axesOf } from '../../imaging/geometry.js';
import { asFiled, isPlaceholder } from '../../imaging/geometry-repair.js';
import { norm } from '../../imaging/matrix3.js';
import { trueSpacingFile } from '../true-spacing.js';
import type { ImageCheck } from './check.js';

/** What abdominal CT uses: no voxel side below `least`, with room in plane for scans made coarser on purpose. */
const plausibleMm = { least: 0.3, inPlane: 5, step: 8 } as const;
/** Float32 headers round: a step of 8 mm may read 8.0000004. */
const rounding = 1e-4;
/** Axes further from the patient's than this are a tilted scan, not noise. */
const maxObliqueDegrees = 5;
/** An axis is taken for the slice axis by its looks when its step is this many times both others. */
const evidentlyLonger = 1.5;

/** GEOMETRY_SUSPECT: the header does not say where the voxels lie, or says what a lost header says. */
export const knownGeometry: ImageCheck = ({ image: { geometry }, where }) => {
  const { decidedBy, repairs } = geometry;
  const suggestion =
    'take spacing and directions from the original scan; volumes and distances in mm are not to be trusted';
  if (decidedBy === 'pixdim') {
    const message = `${where}: neither sform nor qform is set, so its directions are a guess`;
    const field = 'sform_code, qform_code';
    return [finding('GEOMETRY_SUSPECT', { where, field, value: '0, 0', message, suggestion })];
  }
  if (!isPlaceholder(asFiled(geometry))) return [];
  const given = repairs.some(({ kind }) => kind === 'spacing-given');
  return [
    finding('GEOMETRY_SUSPECT', {
      where,
      field: decidedBy,
      value: '1, 1, 1',
      message: `${where}: voxels of 1×1×1 mm at origin 0; the true spacing and directions were lost`,
      suggestion: given ? 'nothing to do: the true spacing was given' : suggestion,
    }),
  ];
};

/** SPACING_UNKNOWN: the header is known to be a placeholder, and nobody has given the true spacing. */
export const knownSpacing: ImageCheck = ({ image: { geometry }, where }) => {
  const { spacingUnknown, decidedBy, spacingMm } = geometry;
  if (spacingUnknown !== true) return [];
  const value = shownMm(spacingMm);
  return [
    finding('SPACING_UNKNOWN', {
      where,
      field: decidedBy,
      value,
      message: `${where}: the header's ${value} mm are a placeholder; figures in mm and mL leave this case out`,
      suggestion: `give the true voxel sides in ${trueSpacingFile}, in the collection's folder`,
    }),
  ];
};

/** GEOMETRY_CORRECTED: directions or spacing were taken otherwise than the header says. */
export const correctedHeader: ImageCheck = ({ image, where }) => {
  const corrected = image.geometry.repairs.filter(
    ({ kind }) => kind === 'direction-corrected' || kind === 'spacing-given',
  );
  if (corrected.length === 0) return [];
  return [
    finding('GEOMETRY_CORRECTED', {
      where,
      field: corrected[0].field,
      value: corrected.map(({ kind }) => kind).join(', '),
      message: `${where}: ${corrected.map(({ why }) => why).join('; ')}`,
      suggestion: 'nothing to do; masks are written under the header of the image as it is in the file',
    }),
  ];
};

/** GEOMETRY_SUSPECT: the axes are turned against the patient's. */
export const straightAxes: ImageCheck = ({ image, where }) => {
  const { affine, decidedBy } = image.geometry;
  const turned = axesOf(affine).map((axis) => Math.max(...axis.map(Math.abs)) / norm(axis));
  const degrees = (Math.acos(Math.min(1, ...turned)) * 180) / Math.PI;
  if (degrees <= maxObliqueDegrees) return [];
  return [
    finding('GEOMETRY_SUSPECT', {
      where,
      field: decidedBy,
      value: `${degrees.toFixed(1)}°`,
      message: `${where}: the axes are turned by ${degrees.toFixed(1)}° against the patient's`,
      suggestion: 'look whether the scan is really oblique; models expect axial slices',
    }),
  ];
};

/** AFFINE_ORTHONORMALISED: the header's axes were skewed and have been straightened. */
export const repairedAxes: ImageCheck = ({ image, where }) => {
  const { repairs, decidedBy } = image.geometry;
  const repair = repairs.find(({ kind }) => kind === 'orthonormalised');
  if (repair?.kind !== 'orthonormalised') return [];
  const value = `${(repair.angleDegrees ?? 0).toPrecision(3)}°`;
  const message = `${where}: ${repair.why}`;
  const suggestion = 'nothing to do';
  return [finding('AFFINE_ORTHONORMALISED', { where, field: decidedBy, value, message, suggestion })];
};

/** SPACING_IMPLAUSIBLE: voxels of a size that abdominal CT does not have. */
export const plausibleSpacing: ImageCheck = ({ image, where }) => {
  const { spacingMm } = image.geometry;
  // The longest side counts as the step: the slice axis may be any, and thin slices are no fault.
  const [smallest, middle, largest] = [...spacingMm].sort((a, b) => a - b);
  const { least, inPlane, step } = plausibleMm;
  const fits = smallest >= least - rounding && middle <= inPlane + rounding && largest <= step + rounding;
  if (fits) return [];
  const value = shownMm(spacingMm);
  return [
    finding('SPACING_IMPLAUSIBLE', {
      where,
      field: 'spacing',
      value,
      message: `${where}: voxels of ${value} mm; expected are ${least} to ${inPlane} mm in plane and steps of up to ${step} mm`,
      suggestion: 'compare the header with the original scan',
    }),
  ];
};

/** EDITION_FOREIGN: the file is of an edition whose voxels were interpolated. */
export const originalEdition: ImageCheck = ({ image, adapter, where }) => {
  const { spacingMm } = image.geometry;
  const edition = adapter.resampledSpacingMm;
  if (!edition?.every((side, axis) => Math.abs(side - spacingMm[axis]) < 1e-5)) return [];
  return [
    finding('EDITION_FOREIGN', {
      where,
      field: 'spacing',
      value: shownMm(spacingMm),
      message: `${where}: has the voxels of the collection's interpolated edition, ${shownMm(edition)} mm`,
      suggestion: 'fetch the original edition (branch master, not interpolated)',
    }),
  ];
};

/** SLICE_AXIS_UNUSUAL: slices or axes are not where the collection usually has them. */
export const usualSliceAxis: ImageCheck = ({ image: { geometry }, adapter, where }) => {
  const { sliceAxis: usual, expectedAxisCodes } = adapter;
  const { axisCodes, shape } = geometry;
  const named = namedSliceAxis(geometry);
  const axis = named === usual ? (evidentSliceAxis(geometry) ?? named) : named;
  const unlike = expectedAxisCodes !== undefined && axisCodes !== expectedAxisCodes;
  if (axis === usual && !unlike) return [];
  const slices = `${axisCodes} of shape ${shape.join('×')}, slices along ${'ijk'[axis]}`;
  const expected = expectedAxisCodes ?? `slices along ${'ijk'[usual]}`;
  return [
    finding('SLICE_AXIS_UNUSUAL', {
      where,
      field: 'axisCodes',
      value: axisCodes,
      message: `${where}: ${slices}; the collection usually has ${expected}`,
      suggestion: 'look at the case in a viewer once; nothing is turned by guess',
    }),
  ];
};

/** SLICES_NOT_AXIAL: by the header the slices are coronal or sagittal. */
export const axialSlices: ImageCheck = ({ image: { geometry }, where }) => {
  // Of a series the reader has said so already.
  if (geometry.decidedBy === 'dicom') return [];
  const axis = sliceAxisOf(geometry);
  const letter = geometry.axisCodes[axis];
  if ('SI'.includes(letter)) return [];
  const plane = 'AP'.includes(letter) ? 'coronal' : 'sagittal';
  const { axisCodes, shape, spacingMm } = geometry;
  return [
    finding('SLICES_NOT_AXIAL', {
      where,
      field: 'axisCodes',
      value: axisCodes,
      message: `${where}: ${shape.join('×')} voxels of ${shownMm(spacingMm)} mm are slices along ${'ijk'[axis]}, which ${axisCodes} makes ${plane}`,
      suggestion: 'look at the scan: it was reformatted, or the header names its axes wrongly',
    }),
  ];
};

/** The index (0 i, 1 j, 2 k) that counts slices: what a series, or the shape and spacing say, else the header. */
export function sliceAxisOf(geometry: Geometry): 0 | 1 | 2 {
  if (geometry.decidedBy === 'dicom') return 2;
  return evidentSliceAxis(geometry) ?? namedSliceAxis(geometry);
}

function namedSliceAxis({ axisCodes }: Geometry): 0 | 1 | 2 {
  return axes.find((axis) => 'SI'.includes(axisCodes[axis])) ?? 2;
}

const axes = [0, 1, 2] as const;

/** The index that counts slices by its looks, whatever the header calls it: fewest and much the longest steps. */
export function evidentSliceAxis({ shape, spacingMm }: Geometry): 0 | 1 | 2 | undefined {
  return axes.find((axis) =>
    axes.every(
      (other) =>
        other === axis ||
        (spacingMm[axis] >= evidentlyLonger * spacingMm[other] && shape[axis] < shape[other]),
    ),
  );
}

function shownMm(sides: readonly number[]): string {
  return sides.map((side) => String(Number(side.toPrecision(5)))).join('×');
}
