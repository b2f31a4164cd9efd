import { describe, expect, it } from 'vitest';
import { madePatients } from '../../bench/duplicate-trial.js';
import { packCoarse, readCoarse } from '../../imaging/coarse-file.js';
import { coarseVolume } from '../../imaging/coarse-volume.js';
import { gzipStable } from '../../imaging/nifti-write.js';

const [patient] = madePatients(1);

describe('a packed coarse scan', () => {
  const coarse = coarseVolume(patient!.scan);

  it('is read as it was, values to a sixty-fourth of a HU', () => {
    const read = readCoarse(packCoarse(coarse), 'p');
    expect({ ...read, values: 0 }).toEqual({ ...coarse, values: 0 });
    const worst = coarse.values.reduce((most, hu, n) => Math.max(most, Math.abs(hu - read.values[n])), 0);
    expect(worst).toBeLessThanOrEqual(0.5 / 64);
  });

  it('gives the same bytes every time', () => {
    expect(packCoarse(coarseVolume(patient!.scan))).toEqual(packCoarse(coarse));
  });

  it.each([
    ['nothing', new Uint8Array(0), 'FILE_EMPTY'],
    ['half a head', gzipStable(new Uint8Array(20)), 'FILE_TRUNCATED'],
    ['a head that promises more', gzipStable(new Uint8Array(200).fill(1)), 'FILE_TRUNCATED'],
    ['a head of zeros', gzipStable(new Uint8Array(38)), 'FILE_TRUNCATED'],
  ])('is refused when it is %s', (_, bytes, code) => {
    expect(() => readCoarse(bytes, 'p')).toThrow(
      expect.objectContaining({ fault: expect.objectContaining({ code }) }),
    );
  });
});
