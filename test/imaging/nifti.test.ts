import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { DataError } from '../../domain/errors.js';
import { readCt, readHashedCt, readLabelMap, readNiftiHeader } from '../../imaging/nifti.js';
import { voxelHash } from '../../imaging/voxel-hash.js';
import { faultOf } from './data-fault.js';
import { type MadeNifti, madeNifti } from './nifti-bytes.js';

const ramp = Array.from({ length: 24 }, (_, n) => n);
const signed = ramp.map((n) => n * 100 - 1024);
const identity = [
  [1, 0, 0, 0],
  [0, 1, 0, 0],
  [0, 0, 1, 0],
];
const ctOf = (made: MadeNifti): ReturnType<typeof readCt> => readCt(madeNifti(made), 'made.nii');
const faultOfCt = (made: MadeNifti): ReturnType<typeof faultOf> => faultOf(() => ctOf(made));

describe('readHashedCt', () => {
  const memory = new Uint8Array(4 * 1024 ** 2).fill(255);
  const take = (bytes: number): Uint8Array => memory.subarray(0, bytes);
  const wide = {
    dims: [3, 101, 103, 29, 1, 1, 1, 1],
    values: Array.from({ length: 101 * 103 * 29 }, (_, n) => (Math.imul(n, n) >>> 7) % 2000),
  };
  const same = (bytes: Uint8Array): void => {
    const { hu, ...ct } = readCt(bytes, 'made.nii');
    const { hu: read, ...hashed } = readHashedCt(bytes, 'made.nii', take);
    expect(hashed).toEqual({ ...ct, voxelSha256: voxelHash(hu) });
    expect(voxelHash(read)).toBe(hashed.voxelSha256);
  };

  it('reads what readCt reads and hashes its HU, in any form', () => {
    for (const littleEndian of [true, false])
      for (const made of [
        { datatype: 4 },
        { datatype: 16 },
        { datatype: 512 },
        { slope: 2 },
        { voxOffset: 353 },
      ])
        for (const pack of [gzipSync, (file: Uint8Array) => file])
          same(pack(madeNifti({ ...wide, littleEndian, ...made })));
  });

  it('inflates int16 into the given memory and nowhere else', () => {
    const { hu } = readHashedCt(gzipSync(madeNifti(wide)), 'a.nii.gz', take);
    expect(hu.buffer === memory.buffer).toBe(true);
  });

  it('refuses what readCt refuses', () => {
    const packed = gzipSync(madeNifti(wide));
    for (const bytes of [packed.subarray(0, 5000), gzipSync(madeNifti(wide).subarray(0, -1))])
      expect(faultOf(() => readHashedCt(bytes, 'a.nii.gz', take))).toEqual(
        faultOf(() => readCt(bytes, 'a.nii.gz')),
      );
    // Voxels that begin behind the end of the file; memory has no room there either.
    const placed = madeNifti(wide);
    new DataView(placed.buffer).setFloat32(108, 5_000_000, true);
    expect(faultOf(() => readHashedCt(gzipSync(placed), 'a.nii.gz', take))).toEqual(
      faultOf(() => readCt(gzipSync(placed), 'a.nii.gz')),
    );
    const longer = gzipSync(Buffer.concat([madeNifti(wide), Buffer.alloc(200_000)]));
    expect(faultOf(() => readHashedCt(longer, 'a.nii.gz', take))).toEqual(
      faultOf(() => readCt(longer, 'a.nii.gz')),
    );
  });
});

describe('readCt', () => {
  it('reads the same voxels from both versions, both byte orders, packed and plain', () => {
    for (const version of [1, 2] as const) {
      for (const littleEndian of [true, false]) {
        const file = madeNifti({ version, littleEndian, values: signed, pixdim: [1, 2, 3, 4, 0, 0, 0, 0] });
        for (const bytes of [file, gzipSync(file)]) {
          const ct = readCt(bytes, 'made.nii');
          expect([...ct.hu]).toEqual(signed);
          expect(ct).toMatchObject({ minHu: -1024, maxHu: 1276, notFinite: 0 });
          expect(ct.geometry).toMatchObject({ shape: [2, 3, 4], affine: identity, decidedBy: 'sform' });
        }
      }
    }
  });

  it('reads every voxel type of either byte order', () => {
    for (const datatype of [2, 4, 8, 16, 64, 256, 512, 768]) {
      for (const littleEndian of [true, false]) {
        expect([...ctOf({ datatype, littleEndian }).hu]).toEqual(ramp);
      }
    }
    expect([...ctOf({ datatype: 256, values: ramp.map((n) => -n) }).hu]).toEqual(ramp.map((n) => 0 - n));
  });

  it('reads int16 at an odd address, where a view is impossible', () => {
    const file = madeNifti({ values: signed });
    const shifted = new Uint8Array(file.length + 1);
    shifted.set(file, 1);
    expect([...readCt(shifted.subarray(1), 'a.nii').hu]).toEqual(signed);
    expect([...ctOf({ values: signed, voxOffset: 353 }).hu]).toEqual(signed);
  });

  it('reads small Buffers, which share their memory with others, and leaves the bytes as they are', () => {
    for (const littleEndian of [true, false]) {
      const made = madeNifti({ values: signed, littleEndian });
      const [before, file, after] = [Buffer.from('x'), Buffer.from(made), Buffer.from('x')];
      expect(file.buffer).toBe(before.buffer);
      for (let round = 0; round < 2; round++) {
        expect([...readCt(file, 'a.nii').hu]).toEqual(signed);
        expect([...readNiftiHeader(file, 'a.nii').raw]).toEqual([...made.subarray(0, 348)]);
      }
      expect(Buffer.compare(file, made)).toBe(0);
      expect(after.toString()).toBe('x');
    }
  });

  it('takes voxels from vox_offset, behind extensions', () => {
    expect([...ctOf({ values: signed, voxOffset: 416 }).hu]).toEqual(signed);
  });

  it('takes a slope of 0 or NaN as "no scaling", as KiTS19 headers mean it', () => {
    for (const slope of [0, Number.NaN, Number.POSITIVE_INFINITY]) {
      expect([...ctOf({ values: signed, slope }).hu]).toEqual(signed);
      expect([...ctOf({ values: signed, slope, intercept: Number.NaN, datatype: 16 }).hu]).toEqual(signed);
    }
  });

  it('applies slope and intercept and rounds', () => {
    const ct = ctOf({ datatype: 2, slope: 2.5, intercept: -1024 });
    expect(ct.hu[1]).toBe(-1021);
    expect([...ct.hu]).toEqual(ramp.map((n) => Math.round(n * 2.5 - 1024)));
    expect([...ctOf({ intercept: -1000 }).hu]).toEqual(ramp.map((n) => n - 1000));
  });

  it('holds values to int16 and says how far they reached', () => {
    const values = [...ramp];
    values[0] = -70000;
    values[1] = 90000;
    const ct = ctOf({ datatype: 8, values });
    expect([...ct.hu.subarray(0, 3)]).toEqual([-32768, 32767, 2]);
    expect(ct).toMatchObject({ minHu: -70000, maxHu: 90000 });
  });

  it('counts voxels that are no numbers and reads them as air', () => {
    const values = [...ramp];
    values[5] = Number.NaN;
    values[6] = Number.POSITIVE_INFINITY;
    values[7] = Number.NEGATIVE_INFINITY;
    const ct = ctOf({ datatype: 16, values });
    expect(ct).toMatchObject({ notFinite: 3, minHu: 0, maxHu: 23 });
    expect([...ct.hu.subarray(4, 9)]).toEqual([4, -1024, -1024, -1024, 8]);
  });

  it('gives a volume without any number finite extremes', () => {
    const ct = ctOf({ datatype: 16, values: ramp.map(() => Number.NaN) });
    expect(ct).toMatchObject({ notFinite: 24, minHu: -1024, maxHu: -1024 });
  });

  it('squeezes axes of length 1 behind the third', () => {
    for (const dims of [
      [4, 2, 3, 4, 1, 0, 0, 0],
      [7, 2, 3, 4, 1, 1, 1, 1],
    ]) {
      const ct = ctOf({ dims, values: signed });
      expect(ct.geometry.shape).toEqual([2, 3, 4]);
      expect([...ct.hu]).toEqual(signed);
    }
  });

  it('converts volumes that take several blocks', () => {
    const count = 100 * 100 * 20;
    const values = Array.from({ length: count }, (_, n) => (n % 4000) - 1000);
    const ct = ctOf({ dims: [3, 100, 100, 20, 1, 1, 1, 1], datatype: 16, values });
    expect(ct.hu.every((value, n) => value === values[n])).toBe(true);
    expect(ct).toMatchObject({ minHu: -1000, maxHu: 2999 });
  });
});

describe('damaged files', () => {
  it('are refused when empty, and when no NIfTI at all', () => {
    expect(faultOf(() => readCt(new Uint8Array(0), 'a.nii')).code).toBe('FILE_EMPTY');
    const words = new Uint8Array(Buffer.from('<html>Not found</html>'.repeat(40)));
    const fault = faultOf(() => readCt(words, 'sub/a.nii'));
    expect(fault).toMatchObject({ code: 'HEADER_INVALID', field: 'sizeof_hdr' });
    expect(fault.message).toContain('sub/a.nii');
    expect(faultOf(() => readCt(gzipSync(words), 'a.nii.gz')).code).toBe('HEADER_INVALID');
  });

  it('are refused when they end inside the header or the voxels', () => {
    const file = madeNifti();
    for (const length of [2, 100, 347, 352, file.length - 1]) {
      const part = file.subarray(0, length);
      for (const bytes of [part, gzipSync(part)]) {
        expect(faultOf(() => readCt(bytes, 'a.nii')).code).toBe('FILE_TRUNCATED');
      }
    }
  });

  it('are refused when they hold more than the header promises, packed or plain', () => {
    const longer = new Uint8Array([...madeNifti(), 0]);
    for (const bytes of [longer, gzipSync(longer)]) {
      expect(faultOf(() => readCt(bytes, 'a.nii'))).toMatchObject({
        code: 'HEADER_INVALID',
        field: 'dim',
        value: '2×3×4',
      });
    }
  });

  it('are refused when packed data are cut off or a bit that counts was flipped', () => {
    const packed = gzipSync(madeNifti({ values: signed }));
    let refused = 0;
    for (let at = 10; at < packed.length; at++) {
      const damaged = Buffer.from(packed);
      damaged[at] ^= 4;
      try {
        // Some bits behind the last code mean nothing: the content is then the same.
        expect([...readCt(damaged, 'a.nii.gz').hu]).toEqual(signed);
      } catch (error) {
        expect(error).toBeInstanceOf(DataError);
        refused++;
      }
    }
    expect(refused).toBeGreaterThanOrEqual(packed.length - 14);
    expect(faultOf(() => readCt(packed.subarray(0, packed.length - 5), 'a.nii.gz')).code).toBe(
      'FILE_CORRUPT',
    );
  });

  it('are read whole when packed in several members', () => {
    const file = madeNifti({ values: signed });
    const members = Buffer.concat([gzipSync(file.subarray(0, 360)), gzipSync(file.subarray(360))]);
    expect([...readCt(members, 'a.nii.gz').hu]).toEqual(signed);
    const early = Buffer.concat([gzipSync(file.subarray(0, 100)), gzipSync(file.subarray(100))]);
    expect([...readCt(early, 'a.nii.gz').hu]).toEqual(signed);
  });

  it('do not make plusct reserve memory for sizes that a header merely claims', () => {
    const file = madeNifti({ dims: [3, 32767, 32767, 1, 1, 1, 1, 1], datatype: 2, values: ramp });
    expect(faultOf(() => readCt(gzipSync(file), 'a.nii.gz')).code).toBe('FILE_TRUNCATED');
    const larger = madeNifti({ dims: [3, 32767, 32767, 32767, 1, 1, 1, 1], values: ramp });
    expect(faultOf(() => readCt(gzipSync(larger), 'a.nii.gz'))).toMatchObject({
      code: 'HEADER_INVALID',
      field: 'dim',
    });
  });
});

describe('header fields that no reader can use', () => {
  it('are refused: several volumes, missing axes, axes without voxels', () => {
    const bad = [
      [4, 2, 3, 4, 2, 1, 1, 1],
      [5, 2, 3, 4, 1, 3, 1, 1],
      [2, 6, 4, 1, 1, 1, 1, 1],
      [0, 2, 3, 4, 1, 1, 1, 1],
      [9, 2, 3, 4, 1, 1, 1, 1],
      [3, 2, 3, 0, 1, 1, 1, 1],
      [3, 2, -3, 4, 1, 1, 1, 1],
    ];
    for (const dims of bad) {
      const fault = faultOfCt({ dims, values: ramp });
      expect(fault).toMatchObject({ code: 'HEADER_INVALID', field: 'dim', value: dims.join(' ') });
    }
  });

  it('are refused: voxel types that CT does not use', () => {
    for (const datatype of [0, 1, 32, 128, 1024, 1280, 1536, 2304]) {
      expect(faultOfCt({ datatype, values: ramp })).toMatchObject({
        code: 'DATATYPE_UNSUPPORTED',
        field: 'datatype',
        value: String(datatype),
      });
    }
    expect(faultOfCt({ datatype: 4, bitpix: 8 })).toMatchObject({ code: 'HEADER_INVALID', field: 'bitpix' });
  });

  it('are refused: voxels inside the header, or at half a byte', () => {
    for (const voxOffset of [0, 348, 352.5, Number.NaN, -1]) {
      expect(faultOfCt({ voxOffset })).toMatchObject({ code: 'HEADER_INVALID', field: 'vox_offset' });
    }
    expect(faultOfCt({ version: 2, voxOffset: 352 }).field).toBe('vox_offset');
  });

  it('are refused: header/image pairs and Analyze files', () => {
    expect(faultOfCt({ magic: 'ni1\0' })).toMatchObject({
      code: 'HEADER_INVALID',
      field: 'magic',
      value: '"ni1"',
    });
    expect(faultOfCt({ magic: '\0\0\0\0' }).message).toContain('Analyze');
  });
});

describe('the affine', () => {
  // A quarter turn about z: i runs to the front, j to the left.
  const quarter: MadeNifti = { quaternion: [0, 0, Math.SQRT1_2], qoffset: [5, 6, 7] };
  const sides = { pixdim: [1, 0.5, 2, 3, 0, 0, 0, 0] };
  const sformRows = [-2, 0, 0, 9, 0, 2, 0, 8, 0, 0, 2, 7];

  it('comes from the sform where its code is positive, even when the code of the qform is higher', () => {
    for (const version of [1, 2] as const) {
      const { geometry } = ctOf({ ...quarter, version, sformCode: 1, qformCode: 2, srow: sformRows });
      expect(geometry).toMatchObject({ decidedBy: 'sform', axisCodes: 'LAS', spacingMm: [2, 2, 2] });
    }
  });

  it('comes from the qform where there is no sform, in both versions', () => {
    for (const version of [1, 2] as const) {
      const { geometry } = ctOf({
        ...quarter,
        ...sides,
        version,
        sformCode: 0,
        qformCode: 1,
        srow: sformRows,
      });
      expect(geometry).toMatchObject({
        decidedBy: 'qform',
        axisCodes: 'ALS',
        spacingMm: [0.5, 2, 3],
        repairs: [],
      });
      expect(geometry.affine.map((row) => row.map((v) => Math.round(v * 1e6) / 1e6 + 0))).toEqual([
        [0, -2, 0, 5],
        [0.5, 0, 0, 6],
        [0, 0, 3, 7],
      ]);
    }
  });

  it('turns the third axis round where qfac is −1, and takes a qfac of 0 as 1', () => {
    const at = (qfac: number): string =>
      ctOf({ sformCode: 0, qformCode: 1, pixdim: [qfac, 1, 1, 1, 0, 0, 0, 0] }).geometry.axisCodes;
    expect([at(-1), at(0), at(1)]).toEqual(['RAI', 'RAS', 'RAS']);
  });

  it('is that of KiTS19: slices first, half turn in the quaternion, sform of zeros', () => {
    const half = Math.fround(Math.SQRT1_2);
    const made: MadeNifti = {
      quaternion: [half, 0, -half],
      qformCode: 1,
      srow: ramp.slice(0, 12).map(() => 0),
      slope: 0,
      pixdim: [1, 3, 0.75, 0.75, 0, 0, 0, 0],
    };
    const { geometry } = ctOf({ ...made, sformCode: 0 });
    expect(geometry).toMatchObject({
      axisCodes: 'IPL',
      decidedBy: 'qform',
      spacingMm: [3, 0.75, 0.75],
      repairs: [],
    });
    const zeroRows = ctOf({ ...made, sformCode: 2 });
    expect(zeroRows.geometry).toMatchObject({
      axisCodes: 'IPL',
      decidedBy: 'qform',
      repairs: [
        {
          kind: 'sform-empty',
          field: 'sform',
          before: [0, 1, 2].map(() => [0, 0, 0, 0]),
          after: zeroRows.geometry.affine,
          why: 'sform holds only zeros; the qform was used',
        },
      ],
    });
  });

  it('is nibabel’s centred grid where there are voxel sides only', () => {
    const { geometry } = ctOf({ ...sides, sformCode: 0, qformCode: 0 });
    expect(geometry).toMatchObject({ decidedBy: 'pixdim', axisCodes: 'LAS' });
    expect(geometry.affine).toEqual([
      [-0.5, 0, 0, 0.25],
      [0, 2, 0, -2],
      [0, 0, 3, -4.5],
    ]);
  });

  it('is refused when not finite, flat, without sides, or of a quaternion longer than 1', () => {
    const bad: [MadeNifti, string][] = [
      [{ srow: [Number.NaN, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0] }, 'sform'],
      [{ srow: [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0] }, 'sform'],
      [{ srow: [1, 0, 1, 0, 0, 1, 1, 0, 0, 0, 1e-5, 0] }, 'sform'],
      [{ sformCode: 0, pixdim: [1, 1, 1, 0, 0, 0, 0, 0] }, 'pixdim'],
      [{ sformCode: 0, pixdim: [1, -1, 1, 1, 0, 0, 0, 0] }, 'pixdim'],
      [{ sformCode: 0, qformCode: 1, pixdim: [1, 1, Number.NaN, 1, 0, 0, 0, 0] }, 'pixdim'],
      [{ sformCode: 0, qformCode: 1, quaternion: [1, 1, 0] }, 'quatern_b/c/d'],
      [{ sformCode: 0, qformCode: 1, quaternion: [Number.NaN, 0, 0] }, 'qform'],
      [{ sformCode: 0, qformCode: 1, qoffset: [0, 0, Number.NEGATIVE_INFINITY] }, 'qform'],
    ];
    for (const [made, field] of bad) expect(faultOfCt(made)).toMatchObject({ code: 'AFFINE_INVALID', field });
  });
});

describe('readLabelMap', () => {
  const labelsOf = (made: MadeNifti): ReturnType<typeof readLabelMap> =>
    readLabelMap(madeNifti(made), 'label.nii');

  it('does not copy the voxels of an uncompressed uint8 file', () => {
    const file = madeNifti({ datatype: 2 });
    const { values } = readLabelMap(file, 'label.nii');
    expect(values.buffer).toBe(file.buffer);
    expect([...values]).toEqual(ramp);
  });

  it('gives bytes where they suffice and 16 bits where they do not', () => {
    expect(labelsOf({ datatype: 512 }).values).toBeInstanceOf(Uint8Array);
    const large = labelsOf({ datatype: 512, values: ramp.map((n) => n * 2000) });
    expect(large.values).toBeInstanceOf(Uint16Array);
    expect(large.values[23]).toBe(46000);
  });

  it('takes floats that are whole numbers but for rounding', () => {
    for (const datatype of [16, 64]) {
      const { values } = labelsOf({ datatype, values: ramp.map((n) => (n % 3) - (n % 2) * 0.0001) });
      expect([...values]).toEqual(ramp.map((n) => n % 3));
    }
  });

  it('applies scaling before it judges', () => {
    expect([...labelsOf({ datatype: 2, slope: 0.5, values: ramp.map((n) => n * 2) }).values]).toEqual(ramp);
  });

  it('refuses fractions, negative, huge and missing labels, naming the voxel', () => {
    const bad: [number, number][] = [
      [16, 0.9],
      [16, 1.002],
      [4, -1],
      [768, 65536],
      [16, Number.NaN],
      [64, Number.POSITIVE_INFINITY],
    ];
    for (const [datatype, value] of bad) {
      const values = ramp.map((n) => (n === 7 ? value : 1));
      const fault = faultOf(() => labelsOf({ datatype, values }));
      expect(fault).toMatchObject({ code: 'LABEL_VALUES', field: 'voxel 7' });
    }
  });
});

describe('readNiftiHeader', () => {
  it('tells the fields apart, without reading voxels', () => {
    const file = madeNifti({ littleEndian: false, slope: 2, intercept: 3, qformCode: 2 });
    const header = readNiftiHeader(gzipSync(file.subarray(0, 400)), 'a.nii.gz');
    expect(header).toMatchObject({
      version: 1,
      littleEndian: false,
      shape: [2, 3, 4],
      spacingMm: [1, 1, 1],
      datatype: 4,
      bytesPerVoxel: 2,
      slope: 2,
      intercept: 3,
      voxOffset: 352,
      sformCode: 1,
      qformCode: 2,
    });
    expect([...header.raw]).toEqual([...file.subarray(0, 348)]);
  });
});
