import { DataError, type DataFault } from '../domain/errors.js';
import { type Finding, finding } from '../domain/finding.js';
import { organs, organValue } from '../domain/organ.js';
import type { UploadSummary } from '../domain/upload-verdict.js';
import type { Geometry } from '../domain/volume.js';
import { foreignKind } from './foreign-file.js';
import { gridDifference, offsetOnGrid } from './grid-difference.js';
import { inflateStart } from './inflate.js';
import { placedIn } from './label-block.js';
import { forEachNonzero } from './mask-box.js';
import { readNiftiHeader, readSparseLabelMap } from './nifti.js';
import { maxHeaderBytes, parseNiftiHeader } from './nifti-header.js';
import { statedGrids } from './nifti-stated-grids.js';
import { isNrrd, readNrrdHead, readNrrdLabels } from './nrrd.js';
import { organsOfSegments } from './seg-nrrd.js';

/** A mask that a person or a tool saved, with what the gate says of it. */
export interface SubmittedMask extends Omit<UploadSummary, 'accepted'> {
  /** 0 to 4 as `organValue` has them; on the image's grid where an image was given, else on the file's. */
  readonly values: Uint8Array;
}

/** More voxels than any CT series has (512 × 512 × 2048). */
const mostVoxels = 2 ** 29;
const saveOnGrid =
  'Load image and mask together, save the mask without reorienting or resampling it, and hand that file in.';

/**
 * Reads what was handed in as a mask: .nii, .nii.gz, .nrrd or .seg.nrrd. `imageHeader` is the start of the image's NIfTI
 * file: the mask has to lie on its grid, by whichever of the grids that the header states (a segmentation of Slicer may be
 * cut to a block of it). What matters is in the order of its cost: nothing is inflated before the header fits.
 * Throws `DataError` with SUBMISSION_UNREADABLE, SUBMISSION_GRID, SUBMISSION_VALUES, and what readers of NIfTI throw.
 */
export function readSubmission(bytes: Uint8Array, where: string, imageHeader?: Uint8Array): SubmittedMask {
  refuseOthers(bytes, where);
  const image = imageHeader === undefined ? undefined : imageGrids(imageHeader);
  return isNrrd(bytes) ? fromNrrd(bytes, where, image) : fromNifti(bytes, where, image);
}

function imageGrids(header: Uint8Array): Geometry[] {
  return statedGrids(parseNiftiHeader(inflateStart(header, 'image', maxHeaderBytes), 'image'), 'image');
}

function fromNifti(bytes: Uint8Array, where: string, image: readonly Geometry[] | undefined): SubmittedMask {
  const { geometry } = readNiftiHeader(bytes, where);
  checkSize(geometry, 1, where);
  if (image !== undefined) checkGrid(image, geometry, where);
  const { values } = withoutFractions(() => readSparseLabelMap(bytes, where), where);
  return summary('nifti', geometry, checkedValues(values, where), []);
}

function fromNrrd(bytes: Uint8Array, where: string, image: readonly Geometry[] | undefined): SubmittedMask {
  const head = readNrrdHead(bytes, where);
  checkSize(head.geometry, head.layers, where);
  const isBlank = head.geometry.shape.every((size) => size === 1);
  // Slicer saves a segmentation without a voxel as one voxel anywhere.
  if (image !== undefined && isBlank)
    return summary('nrrd', image[0], new Uint8Array(voxelsOf(image[0])), []);
  const block = image?.flatMap((grid) => {
    const at = offsetOnGrid(grid, head.geometry);
    return at === undefined ? [] : [{ grid, at }];
  })[0];
  if (image !== undefined && block === undefined) checkGrid(image, head.geometry, where);
  const labels = withoutFractions(() => readNrrdLabels(bytes, head, where), where);
  const { values, sharedVoxels } = organsOfSegments(labels, where);
  const checked = checkedValues(values, where);
  const findings = sharedVoxels > 0 ? [overlap(sharedVoxels, where)] : [];
  if (block === undefined) return summary('nrrd', head.geometry, checked, findings);
  const placed = placedIn(block.grid.shape, head.geometry.shape, block.at, checked);
  if (placed === undefined) checkGrid([block.grid], head.geometry, where);
  return summary('nrrd', block.grid, placed ?? checked, findings);
}

function checkSize({ shape }: Geometry, layers: number, where: string): void {
  const voxels = shape[0] * shape[1] * shape[2] * layers;
  if (voxels <= mostVoxels) return;
  const value = shape.join('×');
  const message = `${where}: its header promises ${value} voxels, more than any scan has`;
  throw new DataError({ code: 'HEADER_INVALID', field: 'dim', value, message, suggestion: saveOnGrid });
}

function checkGrid(image: readonly Geometry[], found: Geometry, where: string): void {
  const difference = gridDifference(image, found);
  if (difference === undefined) return;
  throw new DataError({
    code: 'SUBMISSION_GRID',
    field: 'grid',
    value: difference.change,
    message: `${where}: the grid is not the image's: ${difference.message}`,
    suggestion: saveOnGrid,
  });
}

/** Fractions are what interpolation leaves of labels. */
function withoutFractions<T>(read: () => T, where: string): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof DataError) || error.fault.code !== 'LABEL_VALUES') throw error;
    const { value } = error.fault;
    const message = `${where}: holds ${value ?? 'values'} where only 0 to ${organs.length} stand for organs`;
    const suggestion = `A mask that was resampled needs nearest neighbours; better: ${saveOnGrid}`;
    throw new DataError({ ...faultOf(error), code: 'SUBMISSION_VALUES', message, suggestion });
  }
}

function faultOf({ fault }: DataError): DataFault {
  return fault;
}

function checkedValues(values: Uint8Array | Uint16Array, where: string): Uint8Array {
  const counts = countsOf(values);
  const strange = [...counts].filter(([value]) => value > organs.length);
  if (strange.length === 0 && values instanceof Uint8Array) return values;
  const shown = strange.slice(0, 8).map(([value, voxels]) => `${value} (${voxels} voxels)`);
  const known = organs.map((organ) => `${organValue[organ]} ${organ}`).join(', ');
  throw new DataError({
    code: 'SUBMISSION_VALUES',
    field: 'values',
    value: shown.join(', '),
    message: `${where}: holds ${shown.join(', ')}; the values of a mask are 0 background, ${known}`,
    suggestion: 'Give these voxels the value of their organ, or erase them.',
  });
}

function countsOf(values: Uint8Array | Uint16Array): Map<number, number> {
  const counts = new Float64Array(65536);
  forEachNonzero(values, values, (n) => {
    counts[values[n]]++;
  });
  return new Map([...counts.entries()].filter(([value, voxels]) => value > 0 && voxels > 0));
}

function voxelsOf({ shape }: Geometry): number {
  return shape[0] * shape[1] * shape[2];
}

function overlap(voxels: number, where: string): Finding {
  return finding('SUBMISSION_OVERLAP', {
    where,
    field: 'segments',
    value: String(voxels),
    message: `segments of two organs share ${voxels} voxels; the smaller organ keeps them`,
    suggestion: 'look at the border of the organs, or allow no overlap in the segment editor',
  });
}

function summary(
  format: SubmittedMask['format'],
  { shape, spacingMm, axisCodes }: Geometry,
  values: Uint8Array,
  findings: Finding[],
): SubmittedMask {
  const voxels = Object.fromEntries([...countsOf(values)].map(([value, n]) => [String(value), n]));
  return { format, shape: [...shape], spacingMm: [...spacingMm], axisCodes, voxels, findings, values };
}

function refuseOthers(bytes: Uint8Array, where: string): void {
  const what = foreignKind(bytes);
  if (what === undefined) return;
  throw new DataError({
    code: 'SUBMISSION_UNREADABLE',
    field: 'format',
    value: what,
    message: `${where}: is ${what}, not a mask`,
    suggestion: 'Hand in the mask itself: .nii, .nii.gz or .seg.nrrd.',
  });
}
