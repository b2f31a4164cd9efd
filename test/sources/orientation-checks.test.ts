import { describe, expect, it } from 'vitest';
import { organValue } from '../../domain/organ.js';
import type { Geometry } from '../../domain/volume.js';
import { withDirections } from '../../imaging/geometry-repair.js';
import { testLabelOrientation } from '../../imaging/orientation-test.js';
import type { CtVolume } from '../../imaging/volume.js';
import { labelOrientationFindings, orientationFindings } from '../../sources/orientation-checks.js';
import { samplePatients } from '../../sources/samples/patient.js';
import { paintPhantom } from '../../sources/samples/phantom.js';

const { geometry, hu, labels } = paintPhantom(samplePatients(1)[0]);
const liver = labels.map((value) => (value === organValue.liver ? 1 : 0));
const under = (axisCodes: string): Geometry => ({
  ...withDirections(geometry, axisCodes, 'wrong'),
  repairs: [],
});
const imageUnder = (axisCodes: string): CtVolume => ({
  geometry: under(axisCodes),
  hu,
  minHu: -1024,
  maxHu: 3071,
  notFinite: 0,
});
const found = (axisCodes: string, mask?: Uint8Array) =>
  orientationFindings(imageUnder(axisCodes), mask ? [{ organ: 'liver', mask }] : [], 'a.nii').map(
    ({ code, field }) => [code, field],
  );

describe('findings on orientation', () => {
  it('are none where the header is right', () => {
    expect(geometry.axisCodes).toBe('RAS');
    expect(found('RAS')).toEqual([]);
    expect(found('RAS', liver)).toEqual([]);
  });

  it('hold a case back by bone, by lungs and by a labelled organ', () => {
    expect(found('RAI')).toEqual([['ORIENTATION_MIRRORED', 'superior-inferior']]);
    expect(found('RPS')).toEqual([['ORIENTATION_MIRRORED', 'anterior-posterior']]);
    expect(found('LAS', liver)).toEqual([['ORIENTATION_MIRRORED', 'left-right']]);
  });

  it('only flag what the bulk of the liver says alone', () => {
    expect(found('LAS')).toEqual([['ORIENTATION_DOUBTFUL', 'left-right']]);
  });

  it('name every axis of a half turn, which keeps the handedness', () => {
    expect(found('LPS', liver)).toEqual([
      ['ORIENTATION_MIRRORED', 'left-right'],
      ['ORIENTATION_MIRRORED', 'anterior-posterior'],
    ]);
  });

  it('say what was seen, and what else may look so', () => {
    const [{ message, suggestion }] = orientationFindings(
      imageUnder('LAS'),
      [{ organ: 'liver', mask: liver }],
      'a.nii',
    );
    expect(message).toMatch(/^a\.nii: left and right lie the other way round than the header's LAS says \(/);
    expect(message).toContain('liver 2.');
    expect(suggestion).toContain('situs inversus');
  });

  it('are not made where slices evidently lie along another axis than the header says', () => {
    const image = imageUnder('LAI');
    const [i, j, k] = geometry.shape;
    const swapped: Geometry = { ...image.geometry, shape: [i, 20, j * k], spacingMm: [0.8, 3, 0.8] };
    expect(orientationFindings({ ...image, geometry: swapped }, [], 'a.nii')).toEqual([]);
  });

  it('only flag organs that people or models made', () => {
    expect(labelOrientationFindings(testLabelOrientation(labels, geometry), 'lits/one')).toEqual([]);
    expect(labelOrientationFindings(testLabelOrientation(labels, under('LPS')), 'lits/one')).toMatchObject([
      { code: 'ORIENTATION_DOUBTFUL', severity: 'flag', field: 'left-right', where: 'lits/one' },
      { code: 'ORIENTATION_DOUBTFUL', severity: 'flag', field: 'anterior-posterior' },
    ]);
  });
});
