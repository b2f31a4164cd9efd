import type { NiftiFields } from './nifti-header.js';

/** Voxels as the file stores them, in the byte order of this machine. */
export type StoredVoxels =
  | Uint8Array
  | Int8Array
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | Float32Array
  | Float64Array;

/** Values go through a block of doubles, so that the loops over them see one kind of array only. */
const blockVoxels = 1 << 16;

/**
 * The voxels of an inflated file, scaling not applied. A view on `content` where byte order and alignment allow,
 * else a copy. `content` must hold all voxels that the header promises.
 */
export function storedVoxels(content: Uint8Array, fields: NiftiFields): StoredVoxels {
  const { shape } = fields;
  return typedVoxels(content, { ...fields, count: shape[0] * shape[1] * shape[2] });
}

/** The same of any layout whose types are NIfTI's: `count` values from byte `voxOffset` on. */
export function typedVoxels(
  content: Uint8Array,
  layout: Pick<NiftiFields, 'datatype' | 'bytesPerVoxel' | 'littleEndian' | 'voxOffset'> & {
    readonly count: number;
  },
): StoredVoxels {
  const { datatype, bytesPerVoxel: size, voxOffset, count } = layout;
  let bytes = content.subarray(voxOffset, voxOffset + count * size);
  // Never `slice`: that of a Buffer does not copy, and the caller's file would be swapped.
  const swap = !layout.littleEndian && size > 1;
  if (swap || bytes.byteOffset % size !== 0) bytes = new Uint8Array(bytes);
  if (swap) swapBytes(bytes, size);
  const { buffer, byteOffset } = bytes;
  switch (datatype) {
    case 2:
      return new Uint8Array(buffer, byteOffset, count);
    case 4:
      return new Int16Array(buffer, byteOffset, count);
    case 8:
      return new Int32Array(buffer, byteOffset, count);
    case 16:
      return new Float32Array(buffer, byteOffset, count);
    case 64:
      return new Float64Array(buffer, byteOffset, count);
    case 256:
      return new Int8Array(buffer, byteOffset, count);
    case 512:
      return new Uint16Array(buffer, byteOffset, count);
    default:
      return new Uint32Array(buffer, byteOffset, count);
  }
}

/** Whether scl_slope and scl_inter change values; a slope of 0 or one that is not finite means "no scaling". */
export function scalingOf({
  slope,
  intercept,
}: NiftiFields): { slope: number; intercept: number } | undefined {
  if (!Number.isFinite(slope) || slope === 0 || !Number.isFinite(intercept)) return undefined;
  return slope === 1 && intercept === 0 ? undefined : { slope, intercept };
}

/** Calls `use` with one stretch of voxels after another as doubles, scaled; the array is overwritten in between. */
export function eachBlock(
  stored: StoredVoxels,
  scaling: { slope: number; intercept: number } | undefined,
  use: (values: Float64Array, from: number) => void,
): void {
  const block = new Float64Array(Math.min(blockVoxels, stored.length));
  for (let from = 0; from < stored.length; from += block.length) {
    const values = block.subarray(0, Math.min(block.length, stored.length - from));
    values.set(stored.subarray(from, from + values.length));
    if (scaling) {
      for (let n = 0; n < values.length; n++) values[n] = values[n] * scaling.slope + scaling.intercept;
    }
    use(values, from);
  }
}

function swapBytes(bytes: Uint8Array, size: number): void {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  if (size === 2) buffer.swap16();
  else if (size === 4) buffer.swap32();
  else buffer.swap64();
}
