import { type Dice, damaged, joined, truncated } from './dice.js';

/** Where fields lie, and how their numbers are written. */
const layouts = {
  1: {
    size: 348,
    dim: [40, 'Int16'],
    datatype: [70, 'Int16'],
    bitpix: [72, 'Int16'],
    pixdim: [76, 'Float32'],
    vox_offset: [108, 'Float32'],
    scl: [112, 'Float32'],
    codes: [252, 'Int16'],
    quatern: [256, 'Float32'],
    srow: [280, 'Float32'],
    magic: 344,
  },
  2: {
    size: 540,
    dim: [16, 'BigInt64'],
    datatype: [12, 'Int16'],
    bitpix: [14, 'Int16'],
    pixdim: [104, 'Float64'],
    vox_offset: [168, 'BigInt64'],
    scl: [176, 'Float64'],
    codes: [344, 'Int32'],
    quatern: [352, 'Float64'],
    srow: [400, 'Float64'],
    magic: 4,
  },
} as const;

type NumberKind = 'Int16' | 'Int32' | 'Float32' | 'Float64' | 'BigInt64';
const widths: Readonly<Record<NumberKind, number>> = {
  Int16: 2,
  Int32: 4,
  Float32: 4,
  Float64: 8,
  BigInt64: 8,
};
const fieldSizes = {
  dim: 8,
  datatype: 1,
  bitpix: 1,
  pixdim: 8,
  vox_offset: 1,
  scl: 2,
  codes: 2,
  quatern: 6,
  srow: 12,
};
type FieldName = keyof typeof fieldSizes;
const fieldNames = Object.keys(fieldSizes) as FieldName[];
const voxelBytes = new Map([
  [2, 1],
  [4, 2],
  [8, 4],
  [16, 4],
  [64, 8],
  [256, 1],
  [512, 2],
  [768, 4],
]);

/** A NIfTI file that is being changed. */
class NiftiFile {
  readonly bytes: Uint8Array;
  private readonly view: DataView;

  constructor(
    private readonly version: 1 | 2,
    private readonly littleEndian: boolean,
    length: number,
  ) {
    this.bytes = new Uint8Array(layouts[version].size + 4 + length);
    this.view = new DataView(this.bytes.buffer);
    this.view.setInt32(0, layouts[version].size, littleEndian);
    const magic = version === 1 ? 'n+1\0' : 'n+2\0\r\n\x1a\n';
    this.bytes.set(Buffer.from(magic, 'latin1'), layouts[version].magic);
  }

  set(field: FieldName, index: number, value: number): void {
    const [start, kind] = layouts[this.version][field];
    const at = start + index * widths[kind];
    if (kind === 'BigInt64') this.view.setBigInt64(at, wholeBigInt(value), this.littleEndian);
    else this.view[`set${kind}`](at, value, this.littleEndian);
  }

  setAll(field: FieldName, values: readonly number[]): void {
    for (const [index, value] of values.entries()) this.set(field, index, value);
  }

  get header(): number {
    return layouts[this.version].size;
  }
}

function wholeBigInt(value: number): bigint {
  return BigInt.asIntN(64, BigInt(Number.isFinite(value) ? Math.trunc(value) : 0));
}

/** An ordinary small file of any version, byte order and voxel type. */
function ordinary(dice: Dice): NiftiFile {
  const shape = [1 + dice.below(7), 1 + dice.below(7), 1 + dice.below(7)];
  const [datatype, size] = dice.of([...voxelBytes]);
  const voxels = shape[0] * shape[1] * shape[2] * size;
  const file = new NiftiFile(dice.of([1, 2] as const), dice.chance(0.7), voxels);
  file.setAll('dim', [3, ...shape, 1, 1, 1, 1]);
  file.set('datatype', 0, datatype);
  file.set('bitpix', 0, size * 8);
  file.setAll('pixdim', [1, 0.8, 0.8, 2.5, 0, 0, 0, 0]);
  file.set('vox_offset', 0, file.header + 4);
  file.setAll('scl', [dice.of([1, 0, 2]), dice.of([0, -1024])]);
  file.setAll(
    'codes',
    dice.of([
      [1, 1],
      [0, 1],
      [1, 0],
      [0, 0],
    ]),
  );
  file.setAll('srow', [0.8, 0, 0, 5, 0, 0.8, 0, 6, 0, 0, 2.5, 7]);
  const noise = dice.chance(0.5) ? dice.bytes(voxels) : new Uint8Array(voxels).fill(dice.below(3));
  file.bytes.set(noise, file.header + 4);
  return file;
}

const strange = [
  0,
  1,
  -1,
  2,
  3,
  4,
  7,
  8,
  15,
  255,
  256,
  32767,
  -32768,
  65535,
  1e-30,
  1e30,
  -1e30,
  0.5,
  Number.NaN,
];
const huge = [2 ** 31 - 1, 2 ** 31, 2 ** 32, 2 ** 53, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];

/** One to three fields get values that no ordinary file has. */
function fieldsChanged(dice: Dice): Uint8Array {
  const file = ordinary(dice);
  for (let changes = 1 + dice.below(3); changes > 0; changes -= 1) {
    const field = dice.of(fieldNames);
    file.set(field, dice.below(fieldSizes[field]), dice.of(dice.chance(0.7) ? strange : huge));
  }
  return file.bytes;
}

/** Extensions between header and voxels, with sizes that may lie. */
function extended(dice: Dice): Uint8Array {
  const file = ordinary(dice);
  const extension = new Uint8Array(16 * (1 + dice.below(4)));
  const view = new DataView(extension.buffer);
  view.setInt32(0, dice.of([extension.length, extension.length, 0, -16, 7, 2 ** 30]), true);
  view.setInt32(4, dice.of([0, 2, 4, 6, -1]), true);
  file.bytes[file.header] = dice.below(2);
  file.set('vox_offset', 0, file.header + 4 + dice.of([extension.length, 0, 2 ** 20]));
  return joined(file.bytes.subarray(0, file.header + 4), extension, file.bytes.subarray(file.header + 4));
}

/** Kinds of damage to NIfTI files. */
export const niftiInputs: Readonly<Record<string, (dice: Dice) => Uint8Array>> = {
  'nifti ordinary': (dice) => ordinary(dice).bytes,
  'nifti bytes': (dice) => {
    const file = ordinary(dice);
    return damaged(dice, file.bytes, 0, dice.chance(0.8) ? file.header + 4 : undefined);
  },
  'nifti fields': fieldsChanged,
  'nifti truncated': (dice) => truncated(dice, ordinary(dice).bytes),
  'nifti longer': (dice) => joined(ordinary(dice).bytes, dice.bytes(1 + dice.below(64))),
  'nifti extensions': extended,
  'nifti magic': (dice) => {
    const file = ordinary(dice);
    return damaged(
      dice,
      file.bytes,
      ...dice.of([
        [0, 4],
        [4, 12],
        [344, 348],
      ] as const),
    );
  },
  'nifti noise': (dice) => dice.bytes(dice.below(600)),
};

/** A file whose header promises `shape` of int16 voxels, without any voxel. */
export function promising(shape: readonly [number, number, number]): Uint8Array {
  const file = new NiftiFile(1, true, 0);
  file.setAll('dim', [3, ...shape, 1, 1, 1, 1]);
  file.set('datatype', 0, 4);
  file.set('bitpix', 0, 16);
  file.setAll('pixdim', [1, 1, 1, 1, 0, 0, 0, 0]);
  file.set('vox_offset', 0, 352);
  file.set('codes', 1, 1);
  file.setAll('srow', [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0]);
  return file.bytes;
}
