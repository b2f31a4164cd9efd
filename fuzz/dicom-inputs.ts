import { writeCtSlice } from '../imaging/dicom-write.js';
import { type Dice, damaged, joined, truncated } from './dice.js';

/** Where the data set begins: after preamble and magic. */
const start = 132;
const longForms = new Set(['OB', 'OD', 'OF', 'OL', 'OW', 'SQ', 'UC', 'UN', 'UR', 'UT']);

interface Element {
  readonly at: number;
  /** Where its length stands, and in how many bytes. */
  readonly lengthAt: number;
  readonly lengthBytes: 2 | 4;
  readonly valueAt: number;
  readonly end: number;
}

/** The second slice of a series; the first one stays whole. */
export function slice(number: number, transferSyntax: 'explicit' | 'implicit'): Uint8Array {
  return writeCtSlice({
    patientId: 'FUZZ_1',
    studyUid: '1.2',
    seriesUid: '1.3',
    sopUid: `1.4.${number}`,
    instanceNumber: number,
    rows: 4,
    columns: 3,
    pixelSpacingMm: [1, 1],
    imagePosition: [0, 0, number],
    imageOrientation: [1, 0, 0, 0, 1, 0],
    sliceThicknessMm: 1,
    pixels: new Int16Array(12).fill(number),
    transferSyntax,
  });
}

const bases = { explicit: slice(2, 'explicit'), implicit: slice(2, 'implicit') };
const elementsOf = { explicit: elements(bases.explicit, false), implicit: elements(bases.implicit, true) };
const syntaxes = ['explicit', 'implicit'] as const;

function elements(bytes: Uint8Array, implicit: boolean): Element[] {
  const found: Element[] = [];
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  for (let at = start; at + 8 <= bytes.length; ) {
    const bare = implicit && view.getUint16(at, true) !== 2;
    const long = !bare && longForms.has(String.fromCharCode(bytes[at + 4], bytes[at + 5]));
    const lengthAt = at + (bare ? 4 : long ? 8 : 6);
    const lengthBytes = bare || long ? 4 : 2;
    const length = lengthBytes === 4 ? view.getUint32(lengthAt, true) : view.getUint16(lengthAt, true);
    const valueAt = lengthAt + lengthBytes;
    found.push({ at, lengthAt, lengthBytes, valueAt, end: valueAt + length });
    at = valueAt + length;
  }
  return found;
}

const lengths = [0, 1, 2, 7, 255, 65534, 65535, 2 ** 24, 2 ** 31 - 1, 2 ** 31, 2 ** 32 - 2, 2 ** 32 - 1];

function lengthsChanged(dice: Dice): Uint8Array {
  const syntax = dice.of(syntaxes);
  const bytes = new Uint8Array(bases[syntax]);
  const view = new DataView(bytes.buffer);
  for (let changes = 1 + dice.below(2); changes > 0; changes -= 1) {
    const { lengthAt, lengthBytes } = dice.of(elementsOf[syntax]);
    const length = dice.chance(0.2) ? dice.below(bytes.length) : dice.of(lengths);
    if (lengthBytes === 4) view.setUint32(lengthAt, length, true);
    else view.setUint16(lengthAt, length, true);
  }
  return bytes;
}

const representations = [
  'SQ',
  'UN',
  'OB',
  'OW',
  'PN',
  'DS',
  'US',
  'AT',
  'FD',
  'UT',
  'SV',
  'ZZ',
  '\0\0',
  'DA',
];

function representationsChanged(dice: Dice): Uint8Array {
  const bytes = new Uint8Array(bases.explicit);
  const { at } = dice.of(elementsOf.explicit);
  bytes.set(Buffer.from(dice.of(representations), 'latin1'), at + 4);
  return bytes;
}

const values = [
  '0',
  '-1',
  '65535',
  '99999999999',
  'NaN',
  '1e400',
  '\\',
  '\\\\\\',
  '',
  'x',
  '1.2.840.10008.1.2.2',
  '1.2.840.10008.1.2.4.90',
  '1.2.840.10008.1.2.1.99',
];

/** A value is replaced by another of its own length. */
function valuesChanged(dice: Dice): Uint8Array {
  const bytes = new Uint8Array(bases.explicit);
  const { valueAt, end } = dice.of(elementsOf.explicit);
  const value = dice.chance(0.5) ? Buffer.from(dice.of(values), 'latin1') : dice.bytes(end - valueAt);
  bytes.fill(dice.of([0, 32]), valueAt, end);
  bytes.set(value.subarray(0, end - valueAt), valueAt);
  return bytes;
}

/** Elements dropped, doubled or in another order. */
function elementsMoved(dice: Dice): Uint8Array {
  const syntax = dice.of(syntaxes);
  const bytes = bases[syntax];
  const parts = elementsOf[syntax].map(({ at, end }) => bytes.subarray(at, end));
  const one = dice.below(parts.length);
  const other = dice.below(parts.length);
  if (dice.chance(0.4)) parts.splice(one, 1);
  else if (dice.chance(0.5)) parts.splice(other, 0, parts[one]);
  else [parts[one], parts[other]] = [parts[other], parts[one]];
  return joined(bytes.subarray(0, start), ...parts);
}

const item = Uint8Array.of(0xfe, 0xff, 0x00, 0xe0, 0xff, 0xff, 0xff, 0xff);
const itemEnd = Uint8Array.of(0xfe, 0xff, 0x0d, 0xe0, 0, 0, 0, 0);
const sequenceEnd = Uint8Array.of(0xfe, 0xff, 0xdd, 0xe0, 0, 0, 0, 0);

/** Sequences in sequences, of undefined or lying length, closed or not. */
function nested(dice: Dice): Uint8Array {
  const depth = dice.chance(0.01) ? 3000 : dice.of([1, 2, 5, 20, 40, 200]);
  const open = (): Uint8Array => {
    const length = dice.chance(0.8) ? 2 ** 32 - 1 : dice.of(lengths);
    const head = new Uint8Array(12);
    head.set([0x08, 0x00, 0x40, 0x11, 0x53, 0x51, 0, 0]);
    new DataView(head.buffer).setUint32(8, length, true);
    return head;
  };
  const opened = Array.from({ length: depth }, () => [open(), item]).flat();
  const closed = Array.from({ length: dice.chance(0.6) ? depth : dice.below(depth + 1) }, () => [
    itemEnd,
    sequenceEnd,
  ]).flat();
  const { at } = elementsOf.explicit.at(-1)!;
  return joined(bases.explicit.subarray(0, at), ...opened, ...closed, bases.explicit.subarray(at));
}

/** Kinds of damage to DICOM files. */
export const dicomInputs: Readonly<Record<string, (dice: Dice) => Uint8Array>> = {
  'dicom ordinary': (dice) => bases[dice.of(syntaxes)],
  'dicom bytes': (dice) => damaged(dice, bases[dice.of(syntaxes)], dice.chance(0.9) ? 128 : 0),
  'dicom truncated': (dice) => truncated(dice, bases[dice.of(syntaxes)]),
  'dicom lengths': lengthsChanged,
  'dicom representations': representationsChanged,
  'dicom values': valuesChanged,
  'dicom elements': elementsMoved,
  'dicom nesting': nested,
};
