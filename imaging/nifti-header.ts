import { readHeader } from 'nifti-reader-js';
import { DataError } from '../domain/errors.js';
import type { FindingCode } from '../domain/finding-catalogue.js';
import { foreignKind } from './foreign-file.js';
import type { Affine } from './geometry.js';
import type { QuaternionPart } from './quaternion.js';

/** What a NIfTI header says, checked but not yet interpreted. Lengths are in the header's unit (mm for CT). */
export interface NiftiFields {
  readonly version: 1 | 2;
  readonly littleEndian: boolean;
  /** Sizes of the three spatial axes. */
  readonly shape: readonly [number, number, number];
  /** `dim`: the number of axes, then their sizes. */
  readonly dims: readonly number[];
  readonly pixdim: readonly number[];
  /** NIfTI's code, and bytes per voxel. */
  readonly datatype: number;
  readonly bytesPerVoxel: number;
  /** scl_slope and scl_inter as they are: 0 and NaN mean "no scaling". */
  readonly slope: number;
  readonly intercept: number;
  /** Where the voxels begin, in bytes of the inflated file. */
  readonly voxOffset: number;
  readonly xyztUnits: number;
  readonly sformCode: number;
  readonly qformCode: number;
  readonly quaternion: QuaternionPart;
  readonly qoffsetMm: readonly [number, number, number];
  readonly srow: Affine;
  /** The 348 or 540 bytes of the header as they are in the file. */
  readonly raw: Uint8Array;
}

/** The longest header: NIfTI-2. */
export const maxHeaderBytes = 540;

/** Name and bytes per voxel of every datatype that CT images and label maps use. */
const voxelTypes = new Map([
  [2, { name: 'uint8', bytes: 1 }],
  [4, { name: 'int16', bytes: 2 }],
  [8, { name: 'int32', bytes: 4 }],
  [16, { name: 'float32', bytes: 4 }],
  [64, { name: 'float64', bytes: 8 }],
  [256, { name: 'int8', bytes: 1 }],
  [512, { name: 'uint16', bytes: 2 }],
  [768, { name: 'uint32', bytes: 4 }],
]);

type Library = ReturnType<typeof readHeader>;

/** Whether header and voxels are one file (.nii) or two (.hdr and .img). */
export type NiftiLayout = 'single' | 'pair';

/**
 * Reads the header of a NIfTI-1 or NIfTI-2 of either byte order from the start of its inflated content
 * (`maxHeaderBytes` suffice). `where` names the file in messages.
 * Throws FILE_TRUNCATED, HEADER_INVALID or DATATYPE_UNSUPPORTED.
 */
export function parseNiftiHeader(
  start: Uint8Array,
  where: string,
  layout: NiftiLayout = 'single',
): NiftiFields {
  const { version, littleEndian, raw } = recognise(start, where, layout);
  // The library sees the header alone: it trusts the sizes of extensions, which damaged files lie about.
  const header = readHeader(asSingle(raw, version).buffer);
  const bytesPerVoxel = checkedVoxelBytes(header, where);
  return {
    version,
    littleEndian,
    shape: spatialShape(header.dims, where),
    dims: [...header.dims],
    pixdim: [...header.pixDims],
    datatype: header.datatypeCode,
    bytesPerVoxel,
    slope: header.scl_slope,
    intercept: header.scl_inter,
    voxOffset: checkedOffset(header.vox_offset, layout === 'pair' ? 0 : version === 1 ? 352 : 544, where),
    xyztUnits: header.xyzt_units,
    sformCode: header.sform_code,
    qformCode: header.qform_code,
    quaternion: [header.quatern_b, header.quatern_c, header.quatern_d],
    qoffsetMm: [header.qoffset_x, header.qoffset_y, header.qoffset_z],
    srow: sformRows(raw, version, littleEndian),
    raw,
  };
}

function recognise(
  start: Uint8Array,
  where: string,
  layout: NiftiLayout,
): { version: 1 | 2; littleEndian: boolean; raw: Uint8Array<ArrayBuffer> } {
  const size = start.length < 4 ? 0 : new DataView(start.buffer, start.byteOffset, 4).getInt32(0, true);
  const swapped = start.length < 4 ? 0 : new DataView(start.buffer, start.byteOffset, 4).getInt32(0, false);
  const littleEndian = size === 348 || size === 540;
  const bytes = littleEndian ? size : swapped;
  if (start.length >= 4 && bytes !== 348 && bytes !== 540) {
    const kind = foreignKind(start);
    if (kind !== undefined) {
      const message = `${where}: no NIfTI file, but ${kind}`;
      throw fault(
        'HEADER_INVALID',
        'sizeof_hdr',
        String(size),
        message,
        'Give the .nii or .nii.gz file itself.',
      );
    }
    const message = `${where}: no NIfTI file, its header size is neither 348 nor 540`;
    throw invalid('sizeof_hdr', String(size), message);
  }
  if (start.length < 4 || start.length < bytes) {
    const message = `${where}: ends after ${start.length} bytes, inside its header`;
    throw fault('FILE_TRUNCATED', 'header', `${start.length} bytes`, message, downloadAgain);
  }
  const version = bytes === 348 ? 1 : 2;
  const raw = new Uint8Array(start.subarray(0, bytes));
  checkMagic(raw, version, where, layout);
  return { version, littleEndian, raw };
}

/** The header of a pair differs in its magic word only, and the library knows single files only. */
function asSingle(raw: Uint8Array, version: 1 | 2): Uint8Array<ArrayBuffer> {
  const copy = new Uint8Array(raw);
  copy[(version === 1 ? 344 : 4) + 1] = '+'.charCodeAt(0);
  return copy;
}

function checkMagic(raw: Uint8Array, version: 1 | 2, where: string, layout: NiftiLayout): void {
  const at = version === 1 ? 344 : 4;
  const magic = String.fromCharCode(...raw.subarray(at, at + 3));
  const [single, pair] = [`n+${version}`, `ni${version}`];
  if (magic === (layout === 'single' ? single : pair)) return;
  const shown = JSON.stringify(magic);
  if (magic === pair) {
    const message = `${where}: is the header of a .hdr/.img pair, and the voxels are in the .img file; plusct was given one file`;
    throw invalid('magic', shown, message);
  }
  const why = magic === single ? 'is a single file, not the header of a pair' : 'has no NIfTI magic word';
  throw invalid('magic', shown, `${where}: ${why}${magic === single ? '' : ' (an Analyze file?)'}`);
}

function spatialShape(dims: readonly number[], where: string): [number, number, number] {
  const [rank, i, j, k] = dims;
  const shown = dims.join(' ');
  if (!Number.isInteger(rank) || rank < 3 || rank > 7) {
    throw invalid('dim', shown, `${where}: has ${rank} axes, a volume has three`);
  }
  if (dims.slice(1, rank + 1).some((size) => !Number.isInteger(size) || size < 1)) {
    throw invalid('dim', shown, `${where}: has an axis without voxels (dim = ${shown})`);
  }
  if (dims.slice(4, rank + 1).some((size) => size > 1)) {
    const sizes = dims.slice(1, rank + 1).join('×');
    throw invalid('dim', shown, `${where}: holds several volumes (${sizes}), plusct reads one`);
  }
  return [i, j, k];
}

function checkedVoxelBytes(header: Library, where: string): number {
  const code = header.datatypeCode;
  const type = voxelTypes.get(code);
  if (!type) {
    const known = [...voxelTypes.values()].map(({ name }) => name).join(', ');
    const message = `${where}: voxels of NIfTI type ${code} are not supported; plusct reads ${known}`;
    const suggestion = 'Convert the file to int16 (images) or uint8 (labels).';
    throw fault('DATATYPE_UNSUPPORTED', 'datatype', String(code), message, suggestion);
  }
  const bits = header.numBitsPerVoxel;
  if (bits !== 0 && bits !== type.bytes * 8) {
    const message = `${where}: ${bits} bits per voxel contradict the voxel type ${type.name}`;
    throw invalid('bitpix', String(bits), message);
  }
  return type.bytes;
}

function checkedOffset(offset: number, least: number, where: string): number {
  if (Number.isSafeInteger(offset) && offset >= least) return offset;
  const message = `${where}: its voxels begin at byte ${offset}; the header alone takes ${least}`;
  throw invalid('vox_offset', String(offset), message);
}

/** The library keeps the rows only where it uses them. */
function sformRows(raw: Uint8Array, version: 1 | 2, littleEndian: boolean): Affine {
  const view = new DataView(raw.buffer, raw.byteOffset);
  const at = (n: number): number =>
    version === 1 ? view.getFloat32(280 + 4 * n, littleEndian) : view.getFloat64(400 + 8 * n, littleEndian);
  return [
    [at(0), at(1), at(2), at(3)],
    [at(4), at(5), at(6), at(7)],
    [at(8), at(9), at(10), at(11)],
  ];
}

const downloadAgain = 'Download the file again and compare its size with the source.';

function invalid(field: string, value: string, message: string): DataError {
  return fault(
    'HEADER_INVALID',
    field,
    value,
    message,
    `Check the field ${field} against the original scan.`,
  );
}

function fault(
  code: FindingCode,
  field: string,
  value: string,
  message: string,
  suggestion: string,
): DataError {
  return new DataError({ code, field, value, message, suggestion });
}
