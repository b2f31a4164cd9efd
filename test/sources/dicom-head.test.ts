import { describe, expect, it } from 'vitest';
import { readDicomHead } from '../../sources/dicom-head.js';
import { dicomSeries } from './made-cases.js';

const text = (value: string): number[] => [
  ...new TextEncoder().encode(value.length % 2 ? `${value}\0` : value),
];
const u16 = (value: number): number[] => [value & 255, value >> 8];
const u32 = (value: number): number[] => [...u16(value & 65535), ...u16(Math.floor(value / 65536))];
const explicit = (group: number, element: number, vr: string, value: number[]): number[] => [
  ...u16(group),
  ...u16(element),
  ...text(vr),
  ...u16(value.length),
  ...value,
];
const openSequence = (group: number, element: number): number[] => [
  ...u16(group),
  ...u16(element),
  ...text('SQ'),
  0,
  0,
  ...u32(0xffffffff),
];
const delimiter = (element: number, length = 0): number[] => [
  ...u16(0xfffe),
  ...u16(element),
  ...u32(length),
];
const file = (...elements: number[][]): Uint8Array =>
  Uint8Array.from([...new Array(128).fill(0), ...text('DICM'), ...elements.flat()]);
const explicitSyntax = explicit(2, 0x10, 'UI', text('1.2.840.10008.1.2.1'));

describe('the head of a DICOM file', () => {
  it('tells series and patient in explicit and implicit files, from part of the file', () => {
    const files = Object.values(dicomSeries('x', 'PANCREAS_0001', undefined, '1.2.826.5'));
    for (const bytes of [files[0], files[1]]) {
      expect(readDicomHead(bytes)).toEqual({ seriesInstanceUid: '1.2.826.5', patientId: 'PANCREAS_0001' });
      expect(readDicomHead(bytes.subarray(0, 600))).toEqual(readDicomHead(bytes));
    }
  });

  it('does not take the series of a nested item for the file’s own', () => {
    const bytes = file(
      explicitSyntax,
      openSequence(8, 0x1115),
      delimiter(0xe000, 0xffffffff),
      explicit(0x20, 0x0e, 'UI', text('9.9')),
      delimiter(0xe00d),
      delimiter(0xe0dd),
      explicit(0x10, 0x20, 'LO', text('Doe')),
      explicit(0x20, 0x0e, 'UI', text('1.2.3')),
    );
    expect(readDicomHead(bytes)).toEqual({ seriesInstanceUid: '1.2.3', patientId: 'Doe' });
  });

  it('is empty for a file that ends early or is big-endian, and undefined without the magic word', () => {
    expect(readDicomHead(file(explicitSyntax))).toEqual({});
    const bigEndian = explicit(2, 0x10, 'UI', text('1.2.840.10008.1.2.2'));
    expect(readDicomHead(file(bigEndian, explicit(0x20, 0x0e, 'UI', text('1.2.3'))))).toEqual({});
    expect(readDicomHead(new Uint8Array(500))).toBeUndefined();
    expect(readDicomHead(new Uint8Array(0))).toBeUndefined();
  });
});
