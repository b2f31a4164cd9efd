import { DataError } from '../domain/errors.js';
import type { Geometry } from '../domain/volume.js';
import { HuCollector, integerHu } from './hounsfield.js';
import { inflateKnowing, inflateStart, maxFileBytes } from './inflate.js';
import type { InflateInto } from './inflate-blocks.js';
import { blockBytes } from './inflate-sparse.js';
import { niftiGeometry } from './nifti-geometry.js';
import { maxHeaderBytes, type NiftiFields, type NiftiLayout, parseNiftiHeader } from './nifti-header.js';
import { labelsOf } from './nifti-labels.js';
import { eachBlock, type StoredVoxels, scalingOf, storedVoxels } from './nifti-voxels.js';
import { everywhere, type SparseLabels, stretchesOf } from './stretches.js';
import { freshMemory, type TakeMemory } from './take-memory.js';
import type { CtVolume, LabelMap } from './volume.js';
import { VoxelScan, voxelHash } from './voxel-hash.js';

/** A checked header and the grid that it describes. */
export interface NiftiHeader extends NiftiFields {
  readonly spacingMm: Geometry['spacingMm'];
  readonly geometry: Geometry;
}

/**
 * Header of a NIfTI file (.nii or .nii.gz, version 1 or 2, either byte order); voxels are not read.
 * `where` names the file in messages. Throws `DataError`: FILE_EMPTY, FILE_CORRUPT, FILE_TRUNCATED, HEADER_INVALID,
 * DATATYPE_UNSUPPORTED, AFFINE_INVALID.
 */
export function readNiftiHeader(
  bytes: Uint8Array,
  where: string,
  layout: NiftiLayout = 'single',
): NiftiHeader {
  const fields = parseNiftiHeader(inflateStart(bytes, where, maxHeaderBytes), where, layout);
  const geometry = niftiGeometry(fields, where);
  return { ...fields, spacingMm: geometry.spacingMm, geometry };
}

/**
 * A CT image. Slope and intercept are applied; a slope of 0 or NaN means none. An uncompressed int16 file is not
 * copied: `hu` may then be a view on `bytes`. Throws as `readNiftiHeader` does.
 * Of a .hdr/.img pair `bytes` is the header and `image` the other file.
 */
export function readCt(bytes: Uint8Array, where: string, image?: Uint8Array): CtVolume {
  const { header, stored } = readVoxels(bytes, where, image);
  return ctOf(header, stored);
}

function ctOf(header: NiftiHeader, stored: StoredVoxels): CtVolume {
  const { geometry } = header;
  const scaling = scalingOf(header);
  if (stored instanceof Int16Array && !scaling) return { geometry, ...integerHu(stored) };
  const collector = new HuCollector(stored.length);
  eachBlock(stored, scaling, (values, from) => collector.add(values, from));
  return { geometry, ...collector.result() };
}

/** A CT image and the hash of its voxels. */
export type HashedCt = CtVolume & { readonly voxelSha256: string };

/**
 * As `readCt`, and hashes the HU. A packed file is inflated into `memory`, which may hold anything and of which `hu` may then be a
 * view; int16 voxels are hashed on the way.
 */
export function readHashedCt(bytes: Uint8Array, where: string, memory: TakeMemory = freshMemory): HashedCt {
  const scan = new VoxelScan();
  const { header, stored } = readVoxels(bytes, where, undefined, (header) => ({
    memory,
    seen(content, upTo) {
      const voxels = huSoFar(content, header, upTo);
      if (voxels !== undefined) scan.add(voxels, voxels.length);
    },
  }));
  if (!(stored instanceof Int16Array) || scalingOf(header)) {
    const image = ctOf(header, stored);
    return { ...image, voxelSha256: voxelHash(image.hu) };
  }
  const { voxelSha256, ...range } = scan.result(stored);
  return { geometry: header.geometry, ...integerHu(stored, range), voxelSha256 };
}

/** The HU in the first `upTo` bytes of a file's content, where it stores them as they are. */
function huSoFar(content: Uint8Array, header: NiftiHeader, upTo: number): Int16Array | undefined {
  const { datatype, littleEndian, voxOffset, shape } = header;
  const from = content.byteOffset + voxOffset;
  if (datatype !== 4 || !littleEndian || scalingOf(header) || from % 2 !== 0) return undefined;
  // A header may place the voxels behind the end of the file.
  if (upTo <= voxOffset) return undefined;
  const there = Math.floor((upTo - voxOffset) / 2);
  return new Int16Array(content.buffer, from, Math.min(there, shape[0] * shape[1] * shape[2]));
}

/**
 * A label map. Values are whole numbers from 0 to 65535; floats within 1e-3 of one are taken as it. `values` is a
 * Uint8Array where all are below 256, and may then be a view on `bytes`.
 * Throws as `readNiftiHeader` does, and LABEL_VALUES.
 * Of a .hdr/.img pair `bytes` is the header and `image` the other file.
 */
export function readLabelMap(bytes: Uint8Array, where: string, image?: Uint8Array): LabelMap {
  const { geometry, values } = readSparseLabelMap(bytes, where, image);
  return { geometry, values };
}

/**
 * As `readLabelMap`, and says where labels may be. Of a gzipped file that is mostly background only those parts
 * are ever written, so that comparing two such maps takes little time and memory.
 */
export function readSparseLabelMap(
  bytes: Uint8Array,
  where: string,
  image?: Uint8Array,
): LabelMap & SparseLabels {
  const { header, stored, occupied } = readVoxels(bytes, where, image);
  const { geometry } = header;
  const scaling = scalingOf(header);
  const whole = everywhere(stored.length);
  // Zero bytes are the label 0 only where scaling leaves 0 as it is.
  const known = occupied !== undefined && (scaling?.intercept ?? 0) === 0;
  const nonzero = known
    ? stretchesOf(occupied, blockBytes, header.voxOffset, header.bytesPerVoxel, stored.length)
    : whole;
  if (stored instanceof Uint8Array && !scaling) return { geometry, values: stored, nonzero };
  return { geometry, values: labelsOf(stored, scaling, nonzero, where), nonzero };
}

interface ReadVoxels {
  readonly header: NiftiHeader;
  readonly stored: StoredVoxels;
  readonly occupied?: Uint8Array;
}

function readVoxels(
  bytes: Uint8Array,
  where: string,
  image?: Uint8Array,
  into?: (header: NiftiHeader) => InflateInto,
): ReadVoxels {
  const header = readNiftiHeader(bytes, where, image ? 'pair' : 'single');
  const [i, j, k] = header.shape;
  const expected = header.voxOffset + i * j * k * header.bytesPerVoxel;
  const dim = { field: 'dim', value: `${i}×${j}×${k}` };
  if (expected > maxFileBytes) {
    const message = `${where}: its header promises ${expected} bytes, plusct reads at most ${maxFileBytes}`;
    const suggestion = 'Check the header; crop the scan if it really is that large.';
    throw new DataError({ code: 'HEADER_INVALID', ...dim, message, suggestion });
  }
  const inflated = inflateKnowing(image ?? bytes, where, expected, into?.(header));
  if (inflated === undefined) {
    const message = `${where}: holds more than the ${expected} bytes that its header promises`;
    const suggestion = 'Compare the shape in the header with the original scan.';
    throw new DataError({ code: 'HEADER_INVALID', ...dim, message, suggestion });
  }
  const { content, ...knowledge } = inflated;
  if (content.length < expected) {
    const message = `${where}: ends after ${content.length} of the ${expected} bytes that its header promises`;
    const suggestion = 'Download the file again and compare its size with the source.';
    throw new DataError({ code: 'FILE_TRUNCATED', ...dim, message, suggestion });
  }
  return { header, stored: storedVoxels(content, header), ...knowledge };
}
