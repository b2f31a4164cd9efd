import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { deflateRawSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { readDicomSeries } from '../../imaging/dicom.js';
import { decodeRle } from '../../imaging/dicom-rle.js';
import { faultOf } from './data-fault.js';

/** How each of these files was made is told in test/fixtures/dicom/README.md. */
const folder = 'test/fixtures/dicom';
const digest = (hu: Int16Array): string => createHash('sha256').update(hu).digest('hex').slice(0, 12);
const named = (start: string): { path: string; bytes: Uint8Array }[] =>
  readdirSync(folder)
    .filter((name) => name.startsWith(start))
    .map((name) => ({ path: join(folder, name), bytes: readFileSync(join(folder, name)) }));

/** SHA-256 of HU as int16, as pydicom 3 reads the same files. */
const expected = { u12: ['f660c4318f99', 260], s16: ['d122bfb84eea', 254] } as const;
const kinds = ['plain', 'rle', 'jpeg70', 'jpegls', 'j2k', 'deflated', 'bigendian'] as const;

describe('transfer syntaxes', () => {
  for (const pixels of ['u12', 's16'] as const) {
    for (const kind of kinds) {
      it(`${kind} gives the voxels that pydicom reads, ${pixels}`, () => {
        const { image, remarks } = readDicomSeries(named(`${pixels}-${kind}-`));
        expect([digest(image.hu), image.maxHu]).toEqual(expected[pixels]);
        expect(image.geometry).toMatchObject({ shape: [40, 34, 2], spacingMm: [0.5, 0.75, 2.5] });
        expect(remarks).toEqual([]);
      });
    }
  }

  it('implicit little endian, too', () => {
    expect(digest(readDicomSeries(named('u12-implicit-')).image.hu)).toBe(expected.u12[0]);
  });

  it('may differ from slice to slice', () => {
    const [[first], [, second]] = [named('u12-rle-'), named('u12-j2k-')];
    expect(digest(readDicomSeries([second, first]).image.hu)).toBe(expected.u12[0]);
  });

  it('refuses a packed frame of another size than the header says, before decoding it', () => {
    for (const kind of ['jpeg70', 'jpegls', 'j2k']) {
      const [first, second] = named(`u12-${kind}-`);
      const changed = Buffer.from(second.bytes);
      // (0028,0010) US rows: 34 becomes 33; and in the first, so that both are alike.
      for (const bytes of [changed, first.bytes as Buffer]) {
        const at = bytes.indexOf(Buffer.from([0x28, 0, 0x10, 0, 0x55, 0x53, 2, 0]));
        bytes.writeUInt16LE(33, at + 8);
      }
      const fault = faultOf(() => readDicomSeries([first, { path: 'odd.dcm', bytes: changed }]));
      expect(fault).toMatchObject({ code: 'FILE_CORRUPT', field: 'pixelData' });
      expect(fault.message).toContain('code stream is 40×34, the header says 40×33');
    }
  });

  it('refuses packed frames that are cut off or overwritten, and decodes the next good one', () => {
    for (const kind of ['rle', 'jpeg70', 'jpegls', 'j2k']) {
      const [first, second] = named(`u12-${kind}-`);
      const cut = second.bytes.subarray(0, second.bytes.length - 60);
      expect(faultOf(() => readDicomSeries([first, { path: 'cut.dcm', bytes: cut }])).code).toBe(
        'FILE_TRUNCATED',
      );
      const wrong = Buffer.from(second.bytes).fill(0xa5, second.bytes.length - 500, second.bytes.length - 8);
      try {
        readDicomSeries([first, { path: 'wrong.dcm', bytes: wrong }]);
      } catch (error) {
        expect(error).toMatchObject({ fault: { code: expect.stringMatching(/FILE_/) } });
      }
      expect(digest(readDicomSeries([first, second]).image.hu)).toBe(expected.u12[0]);
    }
  });

  it('refuses a deflate bomb without inflating all of it', () => {
    const [first, second] = named('u12-deflated-');
    const meta = second.bytes.subarray(0, 132 + 12 + Buffer.from(second.bytes).readUInt32LE(140));
    const bomb = Buffer.concat([meta, deflateRawSync(Buffer.alloc(64 * 1024 ** 2))]);
    const fault = faultOf(() => readDicomSeries([first, { path: 'bomb.dcm', bytes: bomb }]));
    expect(fault).toMatchObject({ code: 'FILE_CORRUPT', field: 'transferSyntax' });
    expect(fault.message).toContain('bomb.dcm');
  });
});

describe('enhanced multi-frame CT', () => {
  it('gives the voxels that pydicom reads, frames in the order of their positions, each with its own rescale', () => {
    const digests = { plain: '6c8c95d1c7dd', rle: '19e0a84a466b', j2k: '3a621c53a56d' };
    for (const [kind, expectedDigest] of Object.entries(digests)) {
      const { image, slices, notes, remarks } = readDicomSeries(named(`enhanced-${kind}`));
      expect(digest(image.hu)).toBe(expectedDigest);
      expect(image.geometry).toMatchObject({
        shape: [40, 34, 4],
        spacingMm: [0.5, 0.75, 2.5],
        axisCodes: 'LPS',
      });
      expect(slices.map((slice) => slice.frame)).toEqual([2, 1, 4, 3]);
      expect(notes).toEqual(['SliceThickness says 5 mm; positions are 2.5 mm apart and were used']);
      expect(remarks).toEqual([]);
    }
  });

  it('is refused when it promises more frames than places', () => {
    const [{ bytes }] = named('enhanced-plain');
    const changed = Buffer.from(bytes);
    const at = changed.indexOf(Buffer.from([0x28, 0, 8, 0, 0x49, 0x53, 2, 0]));
    changed.write('3 ', at + 8, 'latin1');
    const fault = faultOf(() => readDicomSeries([{ path: 'odd.dcm', bytes: changed }]));
    expect(fault).toMatchObject({ code: 'DICOM_SERIES', field: 'perFrameGroups', value: '4' });
  });
});

describe('decodeRle', () => {
  it('unpacks runs and literals of high and low bytes', () => {
    const frame = new Uint8Array(64 + 7);
    const view = new DataView(frame.buffer);
    view.setUint32(0, 2, true);
    view.setUint32(4, 64, true);
    view.setUint32(8, 66, true);
    frame.set([253, 1, 3, 9, 8, 7, 6], 64);
    expect([...decodeRle(frame, 4)!]).toEqual([0x109, 0x108, 0x107, 0x106]);
    expect(decodeRle(frame, 5)).toBeUndefined();
    expect(decodeRle(frame.subarray(0, 70), 4)).toBeUndefined();
  });
});
