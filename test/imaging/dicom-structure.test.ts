import { describe, expect, it } from 'vitest';
import { DataError } from '../../domain/errors.js';
import { slice } from '../../fuzz/dicom-inputs.js';
import { checkDicomStructure } from '../../imaging/dicom-structure.js';

function faultOf(bytes: Uint8Array): unknown {
  try {
    checkDicomStructure('bad.dcm', bytes);
    return undefined;
  } catch (error) {
    return error instanceof DataError ? error.fault : error;
  }
}

const open = [
  0x08, 0, 0x40, 0x11, 0x53, 0x51, 0, 0, 255, 255, 255, 255, 0xfe, 0xff, 0, 0xe0, 255, 255, 255, 255,
];
const close = [0xfe, 0xff, 0x0d, 0xe0, 0, 0, 0, 0, 0xfe, 0xff, 0xdd, 0xe0, 0, 0, 0, 0];

function nested(depth: number): Uint8Array {
  const all = Array.from({ length: depth }, () => open).flat();
  return Buffer.concat([
    slice(1, 'explicit'),
    Buffer.from(all),
    Buffer.from(Array.from({ length: depth }, () => close).flat()),
  ]);
}

describe('the structure of a DICOM file', () => {
  it('is sound in what plusct writes, in either syntax, and with ordinary nesting', () => {
    for (const bytes of [slice(1, 'explicit'), slice(1, 'implicit'), nested(5), new Uint8Array(20)])
      expect(faultOf(bytes)).toBeUndefined();
  });

  it('is refused where an element reaches past the end, naming it and its length', () => {
    const bytes = Buffer.from(slice(1, 'explicit'));
    const modality = bytes.indexOf(Buffer.from([0x08, 0, 0x60, 0]));
    bytes.writeUInt16LE(65534, modality + 6);
    expect(faultOf(bytes)).toMatchObject({ code: 'FILE_CORRUPT', field: '00080060', value: '65534 bytes' });
    bytes.write('UN', modality + 4);
    expect(faultOf(bytes)).toMatchObject({ code: 'FILE_CORRUPT', field: '00080060' });
  });

  it('is refused where sequences nest without end', () => {
    expect(faultOf(nested(2000))).toMatchObject({ code: 'FILE_CORRUPT', field: '00081140', value: '33' });
  });
});
