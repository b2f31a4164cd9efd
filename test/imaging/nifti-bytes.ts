/** Header fields of a NIfTI file made by hand; what is left out has an ordinary value. */
export interface MadeNifti {
  version?: 1 | 2;
  littleEndian?: boolean;
  dims?: number[];
  pixdim?: number[];
  datatype?: number;
  bitpix?: number;
  slope?: number;
  intercept?: number;
  voxOffset?: number;
  sformCode?: number;
  qformCode?: number;
  quaternion?: [number, number, number];
  qoffset?: [number, number, number];
  srow?: number[];
  magic?: string;
  /** Raw stored values; written as `datatype` says. */
  values?: number[];
}

type Setter = 'setInt8' | 'setUint8' | 'setInt16' | 'setUint16' | 'setInt32' | 'setUint32';
const setters: Record<number, [Setter | 'setFloat32' | 'setFloat64', number]> = {
  2: ['setUint8', 1],
  4: ['setInt16', 2],
  8: ['setInt32', 4],
  16: ['setFloat32', 4],
  64: ['setFloat64', 8],
  256: ['setInt8', 1],
  512: ['setUint16', 2],
  768: ['setUint32', 4],
};

const identityRows = [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0];

/** Byte offsets of the two versions, written down apart from the code under test. */
const layouts = {
  1: { size: 348, dim: 40, type: 70, pixdim: 76, offset: 108, slope: 112, codes: 252, quat: 256, srow: 280 },
  2: { size: 540, dim: 16, type: 12, pixdim: 104, offset: 168, slope: 176, codes: 344, quat: 352, srow: 400 },
};

/** A NIfTI file of either version and byte order; by default a 2×3×4 int16 ramp on an identity sform. */
export function madeNifti(made: MadeNifti = {}): Uint8Array {
  const version = made.version ?? 1;
  const at = layouts[version];
  const le = made.littleEndian ?? true;
  const dims = made.dims ?? [3, 2, 3, 4, 1, 1, 1, 1];
  const count = dims.slice(1, dims[0] + 1).reduce((a, b) => a * b, 1);
  const values = made.values ?? Array.from({ length: Math.max(0, count) }, (_, n) => n);
  const datatype = made.datatype ?? 4;
  const [setter, bytes] = setters[datatype] ?? ['setUint8', 1];
  const voxOffset = made.voxOffset ?? at.size + 4;
  const start = Math.max(at.size + 4, Number.isFinite(voxOffset) ? voxOffset : 0);
  const file = new Uint8Array(start + values.length * bytes);
  const view = new DataView(file.buffer);
  const real = (offset: number, n: number, value: number): void => {
    if (version === 1) view.setFloat32(offset + 4 * n, value, le);
    else view.setFloat64(offset + 8 * n, value, le);
  };
  view.setInt32(0, at.size, le);
  dims.forEach((size, n) => {
    if (version === 1) view.setInt16(at.dim + 2 * n, size, le);
    else view.setBigInt64(at.dim + 8 * n, BigInt(size), le);
  });
  view.setInt16(at.type, datatype, le);
  view.setInt16(at.type + 2, made.bitpix ?? bytes * 8, le);
  for (const [n, value] of (made.pixdim ?? [1, 1, 1, 1, 0, 0, 0, 0]).entries()) real(at.pixdim, n, value);
  if (version === 1) real(at.offset, 0, voxOffset);
  else view.setBigInt64(at.offset, BigInt(voxOffset), le);
  real(at.slope, 0, made.slope ?? 1);
  real(at.slope, 1, made.intercept ?? 0);
  const codes = [made.qformCode ?? 0, made.sformCode ?? 1];
  codes.forEach((code, n) => {
    if (version === 1) view.setInt16(at.codes + 2 * n, code, le);
    else view.setInt32(at.codes + 4 * n, code, le);
  });
  const quat = [...(made.quaternion ?? [0, 0, 0]), ...(made.qoffset ?? [0, 0, 0])];
  for (const [n, value] of quat.entries()) real(at.quat, n, value);
  for (const [n, value] of (made.srow ?? identityRows).entries()) real(at.srow, n, value);
  const magic = made.magic ?? (version === 1 ? 'n+1\0' : 'n+2\0\r\n\x1a\n');
  file.set(Buffer.from(magic, 'latin1'), version === 1 ? 344 : 4);
  values.forEach((value, n) => {
    view[setter](start + n * bytes, value, le);
  });
  return file;
}
