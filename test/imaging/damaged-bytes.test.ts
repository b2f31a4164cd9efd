import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DataError } from '../../domain/errors.js';
import { readDicomSeries } from '../../imaging/dicom.js';
import { writeCtSlice } from '../../imaging/dicom-write.js';
import { readCt, readLabelMap } from '../../imaging/nifti.js';
import { madeNifti } from './nifti-bytes.js';

/** Runs `action`, which may succeed or throw a DataError, but nothing else. */
function onlyDataErrors(action: () => unknown): void {
  try {
    action();
  } catch (error) {
    if (!(error instanceof DataError)) throw error;
    expect(error.fault.message).toContain('damaged');
  }
}

const damage = fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 6 });

function damaged(bytes: Uint8Array, hits: [number, number][]): Uint8Array {
  const copy = new Uint8Array(bytes);
  for (const [at, value] of hits) copy[at % copy.length] = value;
  return copy;
}

describe('damaged bytes', () => {
  it('make NIfTI readers throw data errors only, whichever bytes are hit', () => {
    const files = ([1, 2] as const).flatMap((version) =>
      [true, false].map((littleEndian) => madeNifti({ version, littleEndian, qformCode: 1 })),
    );
    fc.assert(
      fc.property(fc.constantFrom(...files), damage, fc.boolean(), (file, hits, packed) => {
        const bytes = packed ? gzipSync(damaged(file, hits)) : damaged(file, hits);
        onlyDataErrors(() => readCt(bytes, 'damaged.nii'));
        onlyDataErrors(() => readLabelMap(bytes, 'damaged.nii'));
      }),
      { numRuns: 1000, seed: 1 },
    );
  });

  it('make the DICOM reader throw data errors only', () => {
    const slices = [1, 2].map((n) =>
      writeCtSlice({
        patientId: 'P',
        studyUid: '1.2',
        seriesUid: '1.3',
        sopUid: `1.4.${n}`,
        instanceNumber: n,
        rows: 2,
        columns: 3,
        pixelSpacingMm: [1, 1],
        imagePosition: [0, 0, n],
        imageOrientation: [1, 0, 0, 0, 1, 0],
        sliceThicknessMm: 1,
        pixels: new Int16Array(6),
      }),
    );
    fc.assert(
      fc.property(damage, (hits) => {
        onlyDataErrors(() =>
          readDicomSeries([
            { path: 'damaged/1.dcm', bytes: damaged(slices[0], hits) },
            { path: 'damaged/2.dcm', bytes: slices[1] },
          ]),
        );
      }),
      { numRuns: 500, seed: 1 },
    );
  });

  it('make it throw data errors only whatever the pixels are packed by, and wherever the file ends', () => {
    const folder = 'test/fixtures/dicom';
    const kinds = ['rle', 'jpeg70', 'jpegls', 'j2k', 'deflated', 'bigendian', 'implicit'];
    const files = kinds.map((kind) => [1, 2].map((n) => readFileSync(`${folder}/u12-${kind}-${n}.dcm`)));
    const enhanced = ['plain', 'rle', 'j2k'].map((kind) => [readFileSync(`${folder}/enhanced-${kind}.dcm`)]);
    fc.assert(
      fc.property(
        fc.constantFrom(...files, ...enhanced),
        damage,
        fc.nat(),
        ([file, ...rest], hits, length) => {
          const kept = length % 4 === 0 ? file.subarray(0, length % file.length) : file;
          const bytes = kept.length === 0 ? kept : damaged(kept, hits);
          onlyDataErrors(() =>
            readDicomSeries([
              { path: 'damaged/1.dcm', bytes },
              ...rest.map((each) => ({ path: 'damaged/2.dcm', bytes: each })),
            ]),
          );
        },
      ),
      { numRuns: Number(process.env.PLUSCT_DICOM_RUNS ?? 400), seed: 1 },
    );
  });
});
