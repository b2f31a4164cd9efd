import { DataError } from '../domain/errors.js';
import type { Geometry } from '../domain/volume.js';
import { type Affine, geometryFromAffine } from './geometry.js';
import { inflateKnowing, isGzip } from './inflate.js';
import { blockBytes } from './inflate-sparse.js';
import { labelsOf } from './nifti-labels.js';
import { type StoredVoxels, typedVoxels } from './nifti-voxels.js';
import { parseNrrdFields } from './nrrd-fields.js';
import { everywhere, stretchesOf } from './stretches.js';

/**
 * A label map out of an NRRD file (teem's "Definition of NRRD File Format", NRRD0001 to NRRD0005) as 3D Slicer and ITK write it:
 * header and data in one file, three space axes, and before them at most one axis of layers.
 */
export interface NrrdLabels {
  /** Shape, sides and place in RAS+; the space axes in the file's order, fastest first. */
  readonly geometry: Geometry;
  /** Several layers may claim a voxel each. */
  readonly layers: number;
  /** `values[layer + layers·(i + n1·(j + n2·k))]`. */
  readonly values: Uint8Array | Uint16Array;
  /** The `key:=value` lines. */
  readonly keyValues: ReadonlyMap<string, string>;
}

/** NIfTI's codes of the types, by all names that the definition allows. */
const typeCodes: readonly { readonly code: number; readonly bytes: number; readonly names: string }[] = [
  { code: 256, bytes: 1, names: 'signed char|int8|int8_t' },
  { code: 2, bytes: 1, names: 'uchar|unsigned char|uint8|uint8_t' },
  { code: 4, bytes: 2, names: 'short|short int|signed short|signed short int|int16|int16_t' },
  { code: 512, bytes: 2, names: 'ushort|unsigned short|unsigned short int|uint16|uint16_t' },
  { code: 8, bytes: 4, names: 'int|signed int|int32|int32_t' },
  { code: 768, bytes: 4, names: 'uint|unsigned int|uint32|uint32_t' },
  { code: 16, bytes: 4, names: 'float' },
  { code: 64, bytes: 8, names: 'double' },
];
/** Signs that bring a space's axes to RAS+. */
const spaces: Readonly<Record<string, readonly [number, number, number]>> = {
  'right-anterior-superior': [1, 1, 1],
  ras: [1, 1, 1],
  'left-anterior-superior': [-1, 1, 1],
  las: [-1, 1, 1],
  'left-posterior-superior': [-1, -1, 1],
  lps: [-1, -1, 1],
};
const saveAgain = 'Save the mask as .nii.gz or .seg.nrrd with its data in the same file.';

/** Whether a file begins as NRRD does. */
export function isNrrd(bytes: Uint8Array): boolean {
  return Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(4, bytes.length)).toString('latin1') === 'NRRD';
}

/**
 * The grid and the layers of an NRRD file; no voxel is read. Throws SUBMISSION_UNREADABLE for what the definition
 * allows and plusct does not read (detached data, other encodings, other numbers of axes), and for what it does not allow.
 */
export function readNrrdHead(bytes: Uint8Array, where: string): NrrdHead {
  const { fields, keyValues, dataAt } = parseNrrdFields(bytes, where);
  const need = (name: string): string => {
    const value = fields.get(name);
    if (value === undefined) throw unreadable(where, name, 'missing', `has no field "${name}"`);
    return value;
  };
  for (const name of ['data file', 'datafile', 'line skip', 'lineskip', 'byte skip', 'byteskip']) {
    const value = fields.get(name);
    if (value !== undefined && value !== '0')
      throw unreadable(where, name, value, `has its data elsewhere ("${name}: ${value}")`);
  }
  const name = need('type').toLowerCase();
  const type = typeCodes.find(({ names }) => names.split('|').includes(name));
  if (type === undefined) throw unreadable(where, 'type', name, `holds voxels of type ${name}`);
  const sizes = numbersOf(need('sizes'));
  const layers = sizes.length === 4 ? sizes[0] : 1;
  const shape = sizes.slice(-3);
  if (sizes.length < 3 || sizes.length > 4 || sizes.some((size) => !Number.isInteger(size) || size < 1))
    throw unreadable(where, 'sizes', sizes.join(' '), `has sizes ${sizes.join(' ')}, a mask has three`);
  const [i, j, k] = shape;
  return {
    geometry: geometryFromAffine([i, j, k], affineOfFields(need, where), 'space directions', where),
    layers,
    keyValues,
    dataAt,
    type,
    littleEndian: (fields.get('endian') ?? 'little').toLowerCase() === 'little',
    encoding: need('encoding').toLowerCase(),
  };
}

/** What `readNrrdHead` finds. */
export interface NrrdHead extends Omit<NrrdLabels, 'values'> {
  readonly dataAt: number;
  readonly type: { readonly code: number; readonly bytes: number };
  readonly littleEndian: boolean;
  readonly encoding: string;
}

/** The labels of a file whose head was read. Throws as that does, and FILE_TRUNCATED, FILE_CORRUPT, LABEL_VALUES. */
export function readNrrdLabels(bytes: Uint8Array, head: NrrdHead, where: string): NrrdLabels {
  const { geometry, layers, keyValues, type } = head;
  const count = layers * geometry.shape[0] * geometry.shape[1] * geometry.shape[2];
  const data = bytes.subarray(head.dataAt);
  const gzip = head.encoding === 'gzip' || head.encoding === 'gz';
  if (!gzip && head.encoding !== 'raw')
    throw unreadable(where, 'encoding', head.encoding, `is packed as "${head.encoding}"`);
  if (gzip && !isGzip(data)) throw unreadable(where, 'encoding', 'gzip', 'says gzip, but its data are not');
  const expected = count * type.bytes;
  const inflated = gzip ? inflateKnowing(data, where, expected) : { content: data };
  const length = inflated?.content.length;
  if (inflated === undefined || length !== expected) {
    const has = length === undefined ? 'more' : `${length} bytes`;
    const message = `${where}: its data are ${has} instead of the ${expected} bytes that its header promises`;
    throw new DataError({
      code: 'FILE_TRUNCATED',
      field: 'sizes',
      value: has,
      message,
      suggestion: saveAgain,
    });
  }
  const { content, occupied } = inflated;
  const layout = { datatype: type.code, bytesPerVoxel: type.bytes, littleEndian: head.littleEndian };
  const stored: StoredVoxels = typedVoxels(content, { ...layout, voxOffset: 0, count });
  const nonzero = occupied ? stretchesOf(occupied, blockBytes, 0, type.bytes, count) : everywhere(count);
  const values = stored instanceof Uint8Array ? stored : labelsOf(stored, undefined, nonzero, where);
  return { geometry, layers, keyValues, values };
}

function affineOfFields(need: (name: string) => string, where: string): Affine {
  const space = need('space').toLowerCase();
  const signs = spaces[space];
  if (signs === undefined) throw unreadable(where, 'space', space, `lies in the space "${space}"`);
  const vectors = [...need('space directions').matchAll(/\(([^)]*)\)/g)].map(([, text]) => numbersOf(text));
  const [origin = []] = [...need('space origin').matchAll(/\(([^)]*)\)/g)].map(([, text]) => numbersOf(text));
  const all = [...vectors, origin];
  if (vectors.length !== 3 || all.some((each) => each.length !== 3 || !each.every(Number.isFinite)))
    throw unreadable(where, 'space directions', 'incomplete', 'does not say where its voxels lie');
  const row = (axis: 0 | 1 | 2): Affine[0] => {
    // Plus 0: a turned sign makes −0 of 0.
    const [x, y, z, at] = all.map((each) => signs[axis] * each[axis] + 0);
    return [x, y, z, at];
  };
  return [row(0), row(1), row(2)];
}

function numbersOf(text: string): number[] {
  return text
    .split(/[\s,]+/)
    .filter((part) => part !== '')
    .map(Number);
}

function unreadable(where: string, field: string, value: string, what: string): DataError {
  const message = `${where}: ${what}`;
  return new DataError({ code: 'SUBMISSION_UNREADABLE', field, value, message, suggestion: saveAgain });
}
