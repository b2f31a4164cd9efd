import { gunzipSync, gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { geometryFromAffine } from '../../imaging/geometry.js';
import { readCt, readLabelMap, readNiftiHeader } from '../../imaging/nifti.js';
import { gzipStable, writeCt, writeLabelMap, writeNifti } from '../../imaging/nifti-write.js';
import { type MadeNifti, madeNifti } from './nifti-bytes.js';
import { affineOfCodes, allAxisCodes } from './orientations.js';

const shape: [number, number, number] = [2, 3, 4];
const hu = Int16Array.from({ length: 24 }, (_, n) => n * 100 - 1024);
const mask = Uint8Array.from({ length: 24 }, (_, n) => n % 5);

describe('writeCt', () => {
  it('writes what readCt reads, for all 48 orders of axes, whichever form a reader prefers', () => {
    for (const codes of allAxisCodes) {
      const geometry = geometryFromAffine(shape, affineOfCodes(codes, [0.75, 0.5, 5]), 'sform');
      const file = writeCt(geometry, hu);
      expect(readCt(file, 'a.nii')).toMatchObject({ geometry, hu });
      // Without the sform the quaternion must say the same.
      new DataView(file.buffer).setInt16(254, 0, true);
      const { geometry: byQform } = readCt(file, 'a.nii');
      expect(byQform).toMatchObject({ decidedBy: 'qform', axisCodes: codes, spacingMm: [0.75, 0.5, 5] });
      byQform.affine.flat().forEach((value, n) => {
        expect(value).toBeCloseTo(geometry.affine.flat()[n], 5);
      });
    }
  });

  it('packs when asked to, with the same bytes every time', () => {
    const geometry = geometryFromAffine(shape, affineOfCodes('LPS', [1, 1, 2]), 'dicom');
    const packed = writeCt(geometry, hu, true);
    expect(readCt(packed, 'a.nii.gz').hu).toEqual(hu);
    expect(Buffer.compare(packed, writeCt(geometry, hu, true))).toBe(0);
    // No time, no operating system.
    expect([...packed.subarray(4, 8), packed[9]]).toEqual([0, 0, 0, 0, 255]);
  });
});

describe('writeNifti', () => {
  it('leaves out what is not given: KiTS19 images have an sform only, and no units', () => {
    const affine = affineOfCodes('IPL', [3, 0.8, 0.8], [0, 0, 0]);
    const voxels = Float32Array.from(hu);
    const file = writeNifti({
      shape,
      voxels,
      spacingMm: [3, 0.8, 0.8],
      sform: { code: 2, affine },
      xyztUnits: 0,
      slope: 0,
    });
    const header = readNiftiHeader(file, 'a.nii');
    expect(header).toMatchObject({ sformCode: 2, qformCode: 0, xyztUnits: 0, datatype: 16, slope: 0 });
    expect(header.geometry.axisCodes).toBe('IPL');
    expect(readCt(file, 'a.nii').hu).toEqual(hu);
  });

  it('leaves the sform rows zero where only a qform is given, as nine KiTS19 labels have it', () => {
    const affine = affineOfCodes('IPL', [3, 0.75, 0.75], [0, 0, 0]);
    const voxels = Uint16Array.from(mask);
    const file = writeNifti({ shape, voxels, spacingMm: [3, 0.75, 0.75], qform: { code: 1, affine } });
    const header = readNiftiHeader(file, 'a.nii');
    expect(header).toMatchObject({ sformCode: 0, qformCode: 1, datatype: 512 });
    expect(header.srow.flat()).toEqual(new Array(12).fill(0));
    expect(header.geometry).toMatchObject({
      axisCodes: 'IPL',
      decidedBy: 'qform',
      spacingMm: [3, 0.75, 0.75],
    });
  });

  it('cuts descriptions to the 79 characters that fit', () => {
    const file = writeNifti({ shape, voxels: mask, spacingMm: [1, 1, 1], descrip: 'x'.repeat(200) });
    expect(Buffer.from(file.subarray(148, 228)).toString()).toBe(`${'x'.repeat(79)}\0`);
    expect(file[228]).toBe(0);
  });

  it('refuses voxels that do not fill the shape, and axes that NIfTI-1 cannot count', () => {
    const spacingMm = [1, 1, 1] as const;
    expect(() => writeNifti({ shape: [2, 3, 5], voxels: mask, spacingMm })).toThrow('24 voxels do not make');
    const long = new Uint8Array(32768);
    expect(() => writeNifti({ shape: [32768, 1, 1], voxels: long, spacingMm })).toThrow('32768×1×1');
  });
});

describe('writeLabelMap', () => {
  const doubtful: MadeNifti[] = [
    { pixdim: [1, 0.75, 0.5, 5, 0, 0, 0, 0], srow: [-0.75, 0, 0, 3, 0, 0.5, 0, 4, 0, 0, 5, 6] },
    {
      sformCode: 0,
      qformCode: 1,
      quaternion: [0, 1, 0],
      qoffset: [1, 2, 3],
      pixdim: [-1, 1, 2, 3, 0, 0, 0, 0],
    },
    { sformCode: 0, qformCode: 0, pixdim: [0, 2, 2, 2, 0, 0, 0, 0] },
    { sformCode: 2, qformCode: 3, srow: [1, 0, 0, 0, 0, 1, 0.03125, 0, 0, 0, 1, 0] },
    { dims: [4, 2, 3, 4, 1, 0, 0, 0] },
    { slope: 2, intercept: -1024, voxOffset: 576 },
  ];

  it('keeps the grid of the image, whatever its version, byte order, forms and packing', () => {
    for (const made of doubtful) {
      for (const version of [1, 2] as const) {
        for (const littleEndian of [true, false]) {
          const image = madeNifti({ ...made, version, littleEndian });
          const file = writeLabelMap(mask, version === 1 ? image : gzipSync(image));
          const label = readLabelMap(file, 'label.nii.gz');
          expect(label.geometry).toEqual(readCt(image, 'image.nii').geometry);
          expect(label.values).toEqual(mask);
          const [was, is] = [readNiftiHeader(image, 'i'), readNiftiHeader(file, 'l')];
          for (const field of [
            'sformCode',
            'qformCode',
            'xyztUnits',
            'quaternion',
            'qoffsetMm',
            'srow',
            'pixdim',
          ] as const) {
            expect(is[field]).toEqual(was[field]);
          }
          expect(is).toMatchObject({
            version: 1,
            littleEndian: true,
            datatype: 2,
            slope: 1,
            intercept: 0,
            voxOffset: 352,
          });
        }
      }
    }
  });

  it('keeps the header of an image whose skewed axes were straightened on reading', () => {
    const image = madeNifti(doubtful[3]);
    expect(readCt(image, 'image.nii').geometry.repairs.length).toBe(1);
    const { srow } = readNiftiHeader(writeLabelMap(mask, image), 'label.nii.gz');
    expect(srow[1][2]).toBe(0.03125);
  });

  it('gives the same bytes for the same mask', () => {
    const image = madeNifti();
    expect(Buffer.compare(writeLabelMap(mask, image), writeLabelMap(mask, gzipSync(image)))).toBe(0);
    expect(Buffer.from(gunzipSync(writeLabelMap(mask, image)).subarray(148, 154)).toString()).toBe('plusct');
  });

  it('refuses a mask of another size', () => {
    expect(() => writeLabelMap(mask.subarray(1), madeNifti())).toThrow(
      '23 voxels do not make a NIfTI-1 volume of 2×3×4',
    );
  });
});

describe('gzipStable', () => {
  it('is ordinary gzip', () => {
    expect(Buffer.compare(gunzipSync(gzipStable(mask)), mask)).toBe(0);
  });
});
