import { gunzipSync, gzipSync } from 'node:zlib';
import { PlusctError } from '../domain/errors.js';
import type { Geometry } from '../domain/volume.js';
import { type Affine, axesOf, orthonormalised } from './geometry.js';
import { inflateStart, isGzip } from './inflate.js';
import { norm } from './matrix3.js';
import { maxHeaderBytes, type NiftiFields, parseNiftiHeader } from './nifti-header.js';
import { type QuaternionPart, quaternionOf } from './quaternion.js';

/** What `writeNifti` needs; arrays are in index order (i, j, k), i fastest. */
export interface NiftiSpec {
  readonly shape: readonly [number, number, number];
  readonly voxels: Uint8Array | Int16Array | Uint16Array | Float32Array;
  readonly spacingMm: readonly [number, number, number];
  /** Left out: code 0 and rows of zeros. */
  readonly sform?: { code: number; affine: Affine };
  /** Left out: code 0 and a zero quaternion. Only its rotation and origin are stored; sides are `spacingMm`. */
  readonly qform?: { code: number; affine: Affine };
  /** 2 (millimetres) unless given. */
  readonly xyztUnits?: number;
  readonly descrip?: string;
  /** scl_slope, 1 unless given; 0 is what KiTS19 writes. */
  readonly slope?: number;
  readonly intercept?: number;
}

/** The fields of a NIfTI-1 header that plusct writes; the others are zero. */
export interface Nifti1Fields {
  readonly dims: readonly number[];
  readonly pixdim: readonly number[];
  readonly datatype: number;
  readonly bitsPerVoxel: number;
  readonly slope: number;
  readonly intercept: number;
  readonly xyztUnits: number;
  readonly descrip: string;
  readonly qformCode: number;
  readonly sformCode: number;
  readonly quaternion: QuaternionPart;
  readonly qoffsetMm: readonly [number, number, number];
  readonly srow: Affine;
}

/** Header, four bytes that say "no extensions", then the voxels. */
const voxelOffset = 352;
const zeroRows: Affine = [
  [0, 0, 0, 0],
  [0, 0, 0, 0],
  [0, 0, 0, 0],
];

/** An uncompressed little-endian single-file NIfTI-1. Throws `InvalidInput` when voxels and shape do not fit. */
export function writeNifti(spec: NiftiSpec): Uint8Array {
  const rotation = spec.qform && quaternionOf(axesOf(spec.qform.affine));
  const from = spec.qform?.affine ?? zeroRows;
  const type = datatypeOf(spec.voxels);
  const fields: Nifti1Fields = {
    dims: [3, ...spec.shape, 1, 1, 1, 1],
    pixdim: [rotation?.qfac ?? 1, ...spec.spacingMm, 0, 0, 0, 0],
    datatype: type.code,
    bitsPerVoxel: type.bits,
    slope: spec.slope ?? 1,
    intercept: spec.intercept ?? 0,
    xyztUnits: spec.xyztUnits ?? 2,
    descrip: spec.descrip ?? '',
    qformCode: spec.qform?.code ?? 0,
    sformCode: spec.sform?.code ?? 0,
    quaternion: rotation?.quaternion ?? [0, 0, 0],
    qoffsetMm: [from[0][3], from[1][3], from[2][3]],
    srow: spec.sform?.affine ?? zeroRows,
  };
  return joinNifti(fields, spec.voxels);
}

/** A CT as int16 NIfTI whose sform and qform (both code 1) say what `geometry` says; gzipped when `compress`. */
export function writeCt(geometry: Geometry, hu: Int16Array, compress = false): Uint8Array {
  const form = { code: 1, affine: geometry.affine };
  const { shape, spacingMm } = geometry;
  const bytes = writeNifti({ shape, spacingMm, voxels: hu, sform: form, qform: form, descrip: 'plusct' });
  return compress ? gzipStable(bytes) : bytes;
}

/**
 * A gzipped uint8 label map on the grid of an image, in index order (i, j, k). `imageNifti` is the image's file (.nii
 * or .nii.gz, version 1 or 2, either byte order). Shape, voxel sides, sform, qform and units are the image's own, even
 * where they are doubtful or known to be false, so that mask and image stay together in every viewer; everything else is
 * written anew. Beside a skewed sform an empty qform is filled with the straightened axes: readers that refuse skewed
 * axes (ITK) then read those, and readers that take the sform see what the image says.
 * Same input, same bytes. Throws `InvalidInput` when there are not as many values as the image has voxels.
 */
export function writeLabelMap(values: Uint8Array, imageNifti: Uint8Array): Uint8Array {
  const image = parseNiftiHeader(inflateStart(imageNifti, 'image', maxHeaderBytes), 'image');
  const [rank] = image.dims;
  const fields: Nifti1Fields = {
    ...image,
    ...straightQform(image),
    dims: image.dims.map((size, n) => (n > rank ? 1 : size)),
    datatype: 2,
    bitsPerVoxel: 8,
    slope: 1,
    intercept: 0,
    descrip: 'plusct',
  };
  return gzipStable(joinNifti(fields, values));
}

/**
 * The image for people's viewers: as it is, unless its sform is skewed and it has no qform. Then one with straightened
 * axes is added in the header (ITK-SNAP and 3D Slicer refuse the file otherwise); voxels and sform stay.
 */
export function forViewers(imageNifti: Uint8Array): Uint8Array {
  const image = parseNiftiHeader(inflateStart(imageNifti, 'image', maxHeaderBytes), 'image');
  const { qformCode, quaternion, qoffsetMm, pixdim } = straightQform(image);
  const complete = qformCode !== undefined && quaternion && qoffsetMm && pixdim;
  // No viewer built on ITK reads version 2 at all.
  if (!complete || image.version !== 1) return imageNifti;
  const packed = isGzip(imageNifti);
  const bytes = new Uint8Array(packed ? gunzipSync(imageNifti) : imageNifti);
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  view.setFloat32(76, pixdim[0], image.littleEndian);
  view.setInt16(252, qformCode, image.littleEndian);
  [...quaternion, ...qoffsetMm].forEach((value, n) => {
    view.setFloat32(256 + 4 * n, value, image.littleEndian);
  });
  return packed ? gzipStable(bytes) : bytes;
}

/** A qform for readers that take no skewed axes; nothing where they find one, or need none. */
function straightQform({ sformCode, qformCode, srow, pixdim }: NiftiFields): Partial<Nifti1Fields> {
  const empty = axesOf(srow).some((axis) => norm(axis) === 0);
  if (sformCode <= 0 || qformCode > 0 || empty || !srow.flat().every(Number.isFinite)) return {};
  const { affine, angle } = orthonormalised(srow);
  if (angle === 0) return {};
  const { quaternion, qfac } = quaternionOf(axesOf(affine));
  return {
    qformCode: 1,
    quaternion,
    qoffsetMm: [affine[0][3], affine[1][3], affine[2][3]],
    pixdim: [qfac, ...pixdim.slice(1)],
  };
}

/** Gzip without time or operating system in its header, so that the same bytes give the same file. */
export function gzipStable(bytes: Uint8Array): Uint8Array {
  const packed = gzipSync(bytes);
  packed[9] = 255;
  return new Uint8Array(packed.buffer, packed.byteOffset, packed.length);
}

/** Header and voxels as one file; little-endian hosts only, as everywhere in plusct. */
export function joinNifti(fields: Nifti1Fields, voxels: NiftiSpec['voxels']): Uint8Array {
  const [rank, ...sizes] = fields.dims;
  const expected = sizes.slice(0, rank).reduce((a, b) => a * b, 1);
  if (voxels.length !== expected || sizes.some((size) => size < 1 || size > 32767)) {
    const shape = sizes.slice(0, rank).join('×');
    throw new PlusctError('InvalidInput', `${voxels.length} voxels do not make a NIfTI-1 volume of ${shape}`);
  }
  const file = new Uint8Array(voxelOffset + voxels.byteLength);
  file.set(niftiHeader(fields));
  file.set(new Uint8Array(voxels.buffer, voxels.byteOffset, voxels.byteLength), voxelOffset);
  return file;
}

/** The 348 bytes of a header, and four that say "no extensions". */
export function niftiHeader(fields: Nifti1Fields): Uint8Array {
  const header = new Uint8Array(voxelOffset);
  encodeHeader(new DataView(header.buffer), fields);
  return header;
}

function encodeHeader(view: DataView, fields: Nifti1Fields): void {
  const int16s = (at: number, values: readonly number[]): void => {
    values.forEach((value, n) => {
      view.setInt16(at + 2 * n, value, true);
    });
  };
  const floats = (at: number, values: readonly number[]): void => {
    values.forEach((value, n) => {
      view.setFloat32(at + 4 * n, value, true);
    });
  };
  view.setInt32(0, 348, true);
  int16s(40, fields.dims);
  int16s(70, [fields.datatype, fields.bitsPerVoxel]);
  floats(76, fields.pixdim);
  floats(108, [voxelOffset, fields.slope, fields.intercept]);
  view.setUint8(123, fields.xyztUnits);
  new Uint8Array(view.buffer, 148, 79).set(Buffer.from(fields.descrip, 'latin1').subarray(0, 79));
  int16s(252, [fields.qformCode, fields.sformCode]);
  floats(256, [...fields.quaternion, ...fields.qoffsetMm]);
  floats(280, fields.srow.flat());
  // The magic word of a single file: n+1.
  view.setUint32(344, 0x6e2b3100, false);
}

function datatypeOf(voxels: NiftiSpec['voxels']): { code: number; bits: number } {
  if (voxels instanceof Uint8Array) return { code: 2, bits: 8 };
  if (voxels instanceof Int16Array) return { code: 4, bits: 16 };
  if (voxels instanceof Uint16Array) return { code: 512, bits: 16 };
  return { code: 16, bits: 32 };
}
