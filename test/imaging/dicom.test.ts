import { describe, expect, it } from 'vitest';
import { readDicomSeries } from '../../imaging/dicom.js';
import { readDicomFile, writeDicomFile } from '../../imaging/dicom-file.js';
import { type CtSlice, writeCtSlice } from '../../imaging/dicom-write.js';
import { faultOf } from './data-fault.js';

const [columns, rows, count] = [5, 3, 4];
const perSlice = columns * rows;

/** A series as NIH Pancreas-CT stores it: rows run to the front, the first slice is the topmost. */
function slice(n: number, changes: Partial<CtSlice> = {}): CtSlice {
  return {
    patientId: 'PANCREAS_0001',
    studyUid: '1.2.3',
    seriesUid: '1.2.3.4',
    sopUid: `1.2.3.4.${n}`,
    instanceNumber: n,
    rows,
    columns,
    pixelSpacingMm: [0.75, 0.5],
    imagePosition: [-180, 150, 90 - 2.5 * n],
    imageOrientation: [1, 0, 0, 0, -1, 0],
    sliceThicknessMm: 2.5,
    pixels: Int16Array.from({ length: perSlice }, (_, p) => n * 100 + p - 1024),
    ...changes,
  };
}

type Files = Parameters<typeof readDicomSeries>[0];

function series(change: (n: number) => Partial<CtSlice> = () => ({}), numbers = [1, 2, 3, 4]): Files {
  return numbers.map((n) => ({ path: `series/1-00${n}.dcm`, bytes: writeCtSlice(slice(n, change(n))) }));
}

const expectedHu = Array.from({ length: perSlice * count }, (_, n) => {
  const k = Math.floor(n / perSlice);
  return (k + 1) * 100 + (n % perSlice) - 1024;
});

describe('readDicomSeries', () => {
  it('reads what writeCtSlice wrote, in both transfer syntaxes, whatever the order of the files', () => {
    for (const transferSyntax of ['explicit', 'implicit'] as const) {
      const files = series(() => ({ transferSyntax, sex: 'F', age: '041Y', manufacturer: 'Maker' }));
      for (const order of [
        [0, 1, 2, 3],
        [3, 2, 1, 0],
        [2, 0, 3, 1],
      ]) {
        const { image, slices, header, ...rest } = readDicomSeries(order.map((n) => files[n]));
        expect([...image.hu]).toEqual(expectedHu);
        expect(image).toMatchObject({ minHu: -924, maxHu: -610, notFinite: 0 });
        expect(image.geometry).toEqual({
          shape: [columns, rows, count],
          spacingMm: [0.5, 0.75, 2.5],
          axisCodes: 'LAI',
          affine: [
            [-0.5, 0, 0, 180],
            [0, 0.75, 0, -150],
            [0, 0, -2.5, 87.5],
          ],
          decidedBy: 'dicom',
          repairs: [],
        });
        expect(slices.map((each) => each.instanceNumber)).toEqual([1, 2, 3, 4]);
        expect(header.text('patientName')).toBe('PANCREAS_0001');
        expect(rest).toEqual({
          seriesInstanceUid: '1.2.3.4',
          patientId: 'PANCREAS_0001',
          manufacturer: 'Maker',
          sex: 'F',
          age: '041Y',
          notes: [],
          remarks: [],
        });
      }
    }
  });

  it('keeps the order of InstanceNumber also where the first slice is the lowest', () => {
    const files = series((n) => ({
      imagePosition: [-180, 150, n * 2.5],
      imageOrientation: [1, 0, 0, 0, 1, 0],
    }));
    const { image } = readDicomSeries(files);
    expect(image.geometry.axisCodes).toBe('LPS');
    expect([...image.hu]).toEqual(expectedHu);
  });

  it('reads small Buffers, which share their memory with others', () => {
    const files = series().map(({ path, bytes }) => ({ path, bytes: Buffer.from(bytes) }));
    expect(files[1].bytes.buffer).toBe(files[0].bytes.buffer);
    expect([...readDicomSeries(files).image.hu]).toEqual(expectedHu);
  });

  it('applies slope and intercept of each slice', () => {
    const files = series((n) => ({ rescaleSlope: n, rescaleIntercept: -n }));
    const { image } = readDicomSeries(files);
    expect(image.hu[perSlice + 2]).toBe((200 + 2 - 1024) * 2 - 2);
    expect(image.hu[2 * perSlice]).toBe((300 - 1024) * 3 - 3);
  });

  it('measures the slice step between positions and says where SliceThickness differs', () => {
    const { image, notes } = readDicomSeries(series(() => ({ sliceThicknessMm: 3.2 })));
    expect(image.geometry.spacingMm[2]).toBe(2.5);
    expect(notes).toEqual(['SliceThickness says 3.2 mm; positions are 2.5 mm apart and were used']);
  });

  it('tolerates steps that differ by less than 1 %', () => {
    const files = series((n) => ({ imagePosition: [-180, 150, 90 - 2.5 * n + (n % 2) * 0.01] }));
    expect(readDicomSeries(files).image.geometry.spacingMm[2]).toBeCloseTo(2.5, 1);
  });

  it('refuses a missing slice, naming the positions on both sides of the gap', () => {
    const files = series(undefined, [1, 2, 3, 5, 6]);
    const fault = faultOf(() => readDicomSeries(files));
    expect(fault.code).toBe('SLICES_UNEVEN');
    expect(fault.message).toContain('5.0000 mm instead of 2.5000 mm');
    expect(fault.message).toContain('-180\\150\\82.5 (series/1-003.dcm)');
    expect(fault.message).toContain('-180\\150\\77.5 (series/1-005.dcm)');
  });

  it('refuses two slices in one place, naming it', () => {
    const files = series((n) => (n === 3 ? { imagePosition: [-180, 150, 85] } : {}));
    const fault = faultOf(() => readDicomSeries(files));
    expect(fault).toMatchObject({ code: 'SLICES_UNEVEN', field: 'imagePosition', value: '-180\\150\\85' });
    expect(fault.message).toContain('1-002.dcm');
    expect(fault.message).toContain('1-003.dcm');
  });

  it('believes positions where numbers turn back against them, and says so', () => {
    const files = series((n) => ({ instanceNumber: [0, 1, 3, 2, 4][n] }));
    const { image, remarks } = readDicomSeries(files);
    expect([...image.hu]).toEqual(expectedHu);
    expect(remarks).toMatchObject([{ code: 'SLICE_ORDER', field: 'instanceNumber' }]);
    expect(remarks[0].message).toMatch(/turns back between .*00[23]\.dcm.*00[23]\.dcm/);
  });

  it('orders by position along row × column where numbers are missing', () => {
    const files = series().map(({ path, bytes }) => ({ path, bytes: withoutNumber(bytes) }));
    const { image, remarks } = readDicomSeries([files[2], files[0], files[3], files[1]]);
    // Row × column of this series points to the feet, so that the topmost slice comes first.
    expect([...image.hu]).toEqual(expectedHu);
    expect(remarks).toMatchObject([{ code: 'DICOM_INCOMPLETE', field: 'instanceNumber' }]);
    expect(remarks[0].message).toContain('InstanceNumber is missing');
  });

  it('refuses a tilted gantry: slices that are not stacked at right angles', () => {
    const [c, s] = [0.9483237, -0.3173047];
    const files = series(() => ({ imageOrientation: [1, 0, 0, 0, c, s] }));
    const fault = faultOf(() => readDicomSeries(files));
    expect(fault).toMatchObject({ code: 'GANTRY_TILT', field: 'imagePosition', value: '18.5°' });
    expect(fault.message).toMatch(/stacked at 18\.5° to their normal; the last lies 2\.4 mm beside/);
  });

  it('reads a series whose slices are oblique but stacked at right angles', () => {
    const [c, s] = [0.8, 0.6];
    const files = series((n) => ({
      imageOrientation: [1, 0, 0, 0, c, s],
      imagePosition: [0, -s * 2.5 * n, c * 2.5 * n],
    }));
    const { geometry } = readDicomSeries(files).image;
    expect(geometry).toMatchObject({ axisCodes: 'LPS', repairs: [] });
    expect(geometry.spacingMm[2]).toBeCloseTo(2.5, 9);
  });

  it('refuses two series, two shapes, two pixel spacings, two orientations', () => {
    const two = faultOf(() => readDicomSeries(series((n) => (n === 2 ? { seriesUid: '1.2.3.5' } : {}))));
    expect(two).toMatchObject({ code: 'DICOM_SERIES', field: 'seriesInstance', value: '1.2.3.4' });
    expect(two.message).toContain('1.2.3.4 (3 × series/1-001.dcm …), 1.2.3.5 (1 × series/1-002.dcm …)');
    const odd: [Partial<CtSlice>, string][] = [
      [{ rows: columns, columns: rows }, 'rows'],
      [{ pixelSpacingMm: [0.75, 0.6] }, 'pixelSpacing'],
      [{ imageOrientation: [1, 0, 0, 0, 1, 0] }, 'imageOrientation'],
    ];
    for (const [change, field] of odd) {
      const fault = faultOf(() => readDicomSeries(series((n) => (n === 2 ? change : {}))));
      expect(fault).toMatchObject({ code: 'SLICES_MIXED', field });
      expect(fault.message).toContain('series/1-002.dcm');
    }
  });

  it('refuses a folder of no or one file', () => {
    expect(faultOf(() => readDicomSeries([])).code).toBe('DICOM_SERIES');
    expect(faultOf(() => readDicomSeries(series(undefined, [1]))).code).toBe('DICOM_SERIES');
  });

  it('refuses empty, foreign and cut-off files, naming them', () => {
    const [first, second] = series();
    const bad: [Uint8Array, string][] = [
      [new Uint8Array(0), 'FILE_EMPTY'],
      [new Uint8Array(4000), 'FILE_CORRUPT'],
      [second.bytes.subarray(0, 100), 'FILE_CORRUPT'],
      [second.bytes.subarray(0, 300), 'FILE_TRUNCATED'],
    ];
    for (const [bytes, code] of bad) {
      const fault = faultOf(() => readDicomSeries([first, { path: 'series/bad.dcm', bytes }]));
      expect(fault.code).toBe(code);
      expect(fault.message).toContain('series/bad.dcm');
    }
  });

  it('refuses a file that lacks even the last pixel, in both transfer syntaxes', () => {
    for (const transferSyntax of ['explicit', 'implicit'] as const) {
      const [first, second] = series(() => ({ transferSyntax }));
      for (const missing of [1, 2, 17, 29]) {
        const bytes = second.bytes.subarray(0, second.bytes.length - missing);
        const fault = faultOf(() => readDicomSeries([first, { path: 'series/bad.dcm', bytes }]));
        expect(fault).toMatchObject({ code: 'FILE_TRUNCATED', field: 'pixelData' });
        expect(fault.message).toContain('series/bad.dcm');
      }
    }
  });
});

describe('DICOM slices that plusct cannot use', () => {
  const base = { modality: ['CS', 'CT'], seriesInstance: ['UI', '1.2'], bitsAllocated: ['US', 16] } as const;
  const usable = {
    ...base,
    rows: ['US', 1],
    columns: ['US', 2],
    pixelSpacing: ['DS', ['1', '1']],
    imageOrientation: ['DS', ['1', '0', '0', '0', '1', '0']],
  } as const;
  type Elements = Parameters<typeof writeDicomFile>[1];

  function two(elements: Elements, syntax = '1.2.840.10008.1.2.1'): Files {
    return [1, 2].map((n) => ({
      path: `odd/${n}.dcm`,
      bytes: writeDicomFile(
        { transferSyntax: ['UI', syntax] },
        { imagePosition: ['DS', ['0', '0', String(n)]], instanceNumber: ['IS', String(n)], ...elements },
      ),
    }));
  }
  const words = (...values: number[]): ArrayBuffer => new Uint16Array(values).buffer;

  it('are named when packed by a method that is not decoded', () => {
    const files = two({ ...usable, pixelData: ['OW', words(1, 2)] }, '1.2.840.10008.1.2.4.50');
    const fault = faultOf(() => readDicomSeries(files));
    expect(fault).toMatchObject({
      code: 'TRANSFER_SYNTAX_UNSUPPORTED',
      field: 'transferSyntax',
      value: '1.2.840.10008.1.2.4.50',
    });
    expect(fault.message).toContain('JPEG Baseline');
  });

  it('are other modalities, slices without a place, pixels of 8 bits, too few pixels', () => {
    const pixelData = ['OW', words(1, 2)] as const;
    const bad: [Elements, string, string][] = [
      [{ ...usable, pixelData, modality: ['CS', 'MR'] }, 'DICOM_SERIES', 'modality'],
      [{ ...base, pixelData }, 'DICOM_SERIES', 'rows'],
      [{ ...usable, pixelData, imagePosition: ['DS', ['0', '0']] }, 'DICOM_SERIES', 'imagePosition'],
      [{ ...usable, pixelData, bitsAllocated: ['US', 8] }, 'DATATYPE_UNSUPPORTED', 'bitsAllocated'],
      [{ ...usable, pixelData, highBit: ['US', 16] }, 'HEADER_INVALID', 'highBit'],
      [{ ...usable, pixelData: ['OW', words(1)] }, 'FILE_TRUNCATED', 'pixelData'],
      [usable, 'FILE_TRUNCATED', 'pixelData'],
    ];
    for (const [elements, code, field] of bad) {
      expect(faultOf(() => readDicomSeries(two(elements)))).toMatchObject({ code, field });
    }
  });

  it('does not include pixels that fill 12 of 16 bits, signed or not, with overlays beside them', () => {
    const read = (signed: number, high: number, ...raw: number[]): number[] => {
      const elements: Elements = {
        ...usable,
        bitsStored: ['US', 12],
        highBit: ['US', high],
        pixelRepresentation: ['US', signed],
        pixelData: ['OW', words(...raw)],
      };
      return [...readDicomSeries(two(elements)).image.hu.subarray(0, 2)];
    };
    expect(read(0, 11, 0x1fff, 0x0800)).toEqual([4095, 2048]);
    expect(read(1, 11, 0x0fff, 0x07ff)).toEqual([-1, 2047]);
    expect(read(1, 15, 0xfff7, 0x7ff0)).toEqual([-1, 2047]);
  });

  it('reads unsigned pixels above 32767 as large, not as negative', () => {
    const elements: Elements = {
      ...usable,
      pixelRepresentation: ['US', 0],
      pixelData: ['OW', words(60000, 1)],
    };
    const { image } = readDicomSeries(two({ ...elements, rescaleIntercept: ['DS', '-59000'] }));
    expect([...image.hu.subarray(0, 2)]).toEqual([1000, -32768]);
    expect(image.minHu).toBe(-58999);
  });
});

describe('writeCtSlice', () => {
  it('gives the same bytes for the same slice', () => {
    expect(Buffer.compare(writeCtSlice(slice(1)), writeCtSlice(slice(1)))).toBe(0);
  });

  it('keeps decimal strings within the 16 characters that DICOM allows', () => {
    const bytes = writeCtSlice(slice(1, { imagePosition: [-180 - 1 / 7, 1e-9 / 3, 100 / 3] }));
    const [x, y, z] = readDicomFile('a.dcm', bytes).numbers('imagePosition') ?? [];
    expect(x).toBeCloseTo(-180 - 1 / 7, 9);
    expect(y).toBeCloseTo(1e-9 / 3, 18);
    expect(z).toBeCloseTo(100 / 3, 9);
  });

  it('refuses pixels that do not fill the slice', () => {
    expect(() => writeCtSlice(slice(1, { rows: 4 }))).toThrow('15 pixels do not make a slice of 5×4');
  });
});

function withoutNumber(bytes: Uint8Array): Uint8Array {
  // Explicit little endian: (0020,0013) IS, whose value of one digit and a space becomes two spaces.
  const at = Buffer.from(bytes).indexOf(Buffer.from([0x20, 0, 0x13, 0, 0x49, 0x53, 2, 0]));
  const changed = bytes.slice();
  changed.fill(0x20, at + 8, at + 10);
  return changed;
}
