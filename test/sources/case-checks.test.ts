import { describe, expect, it } from 'vitest';
import type { Geometry } from '../../domain/volume.js';
import { type Affine, axisCodesOf } from '../../imaging/geometry.js';
import { imageFindings } from '../../sources/case-checks.js';
import { adapterFor } from '../../sources/registry.js';
import { rasAffine, volumeOf } from './made-cases.js';

type Sides = [number, number, number];

function findingsOf(changes: Partial<Geometry>, collection: Parameters<typeof adapterFor>[0] = 'lits') {
  const image = volumeOf(new Int16Array(1));
  const spacingMm = changes.spacingMm ?? ([0.8, 0.8, 2.5] as Sides);
  const affine = changes.affine ?? rasAffine(spacingMm);
  const geometry = { ...image.geometry, spacingMm, affine, axisCodes: axisCodesOf(affine), ...changes };
  return imageFindings({ ...image, geometry }, adapterFor(collection), 'a.nii');
}
const codesOf = (...args: Parameters<typeof findingsOf>) => findingsOf(...args).map((each) => each.code);

describe('checks of an image', () => {
  it('find nothing in an ordinary scan', () => {
    expect(codesOf({})).toEqual([]);
  });

  it('suspect 1 mm voxels at origin 0, but not a real 1 mm scan', () => {
    const spacingMm: Sides = [1, 1, 1];
    expect(findingsOf({ spacingMm, affine: rasAffine(spacingMm, [0, 0, 0]) })).toMatchObject([
      { code: 'GEOMETRY_SUSPECT', severity: 'flag', value: '1, 1, 1' },
    ]);
    expect(codesOf({ spacingMm })).toEqual([]);
  });

  it('suspect a file that does not say how its axes run', () => {
    expect(findingsOf({ decidedBy: 'pixdim' })).toMatchObject([
      { code: 'GEOMETRY_SUSPECT', field: 'sform_code, qform_code' },
    ]);
  });

  it('suspect axes that are turned against the patient’s', () => {
    const [sin, cos] = [Math.sin(0.2), Math.cos(0.2)];
    const affine: Affine = [
      [cos, 0, -sin, 1],
      [0, 1, 0, 1],
      [sin, 0, cos, 1],
    ];
    expect(findingsOf({ affine })).toMatchObject([{ code: 'GEOMETRY_SUSPECT', value: '11.5°' }]);
  });

  it('note axes that had to be straightened', () => {
    const affine = rasAffine([0.8, 0.8, 2.5]);
    const repair = {
      field: 'sform',
      before: affine,
      after: affine,
      why: 'axes turned by up to 0.100°',
    } as const;
    expect(
      findingsOf({ repairs: [{ kind: 'orthonormalised', angleDegrees: 0.1, ...repair }] }),
    ).toMatchObject([{ code: 'AFFINE_ORTHONORMALISED', value: '0.100°' }]);
    expect(codesOf({ repairs: [{ kind: 'sform-empty', ...repair }] })).toEqual([]);
  });

  it.each([[[0.2, 0.2, 2]], [[6, 6, 6]], [[0.8, 0.8, 9]]] as [Sides][])(
    'flag voxels of %j mm',
    (spacingMm) => {
      expect(codesOf({ spacingMm })).toContain('SPACING_IMPLAUSIBLE');
    },
  );

  it.each([[[3, 3, 3]], [[0.4375, 0.4375, 0.5]], [[0.9, 0.9, Math.fround(8.0000004)]]] as [Sides][])(
    'accept voxels of %j mm',
    (spacingMm) => {
      expect(codesOf({ spacingMm })).toEqual([]);
    },
  );

  it('recognise the interpolated edition of KiTS19', () => {
    const affine: Affine = [
      [0, 0, -0.78162497, 0],
      [0, -0.78162497, 0, 0],
      [-3, 0, 0, 0],
    ];
    const [found] = findingsOf(
      { affine, spacingMm: [3, 0.78162497, 0.78162497], shape: [101, 602, 602] },
      'kits19',
    );
    expect(found).toMatchObject({ code: 'EDITION_FOREIGN', severity: 'quarantine' });
    expect(found.message).toContain('interpolated edition');
  });

  it('note a slice axis that the header has elsewhere than the collection', () => {
    const affine: Affine = [
      [-0.8, 0, 0, 5],
      [0, 0, 0.8, 5],
      [0, 3, 0, 5],
    ];
    const [found] = findingsOf({ affine, spacingMm: [0.8, 3, 0.8], shape: [512, 79, 512] });
    expect(found).toMatchObject({ code: 'SLICE_AXIS_UNUSUAL', severity: 'note', value: 'LSA' });
    expect(found.message).toContain('slices along j');
  });

  it('note a slice axis that only shape and spacing betray', () => {
    const [found] = findingsOf({ spacingMm: [0.8, 3, 0.8], shape: [512, 79, 512] });
    expect(found).toMatchObject({ code: 'SLICE_AXIS_UNUSUAL', value: 'RAS' });
    expect(codesOf({ spacingMm: [0.7, 0.7, 0.5], shape: [512, 512, 987] })).toEqual([]);
  });

  it('note axes unlike those of the whole collection', () => {
    expect(codesOf({}, 'msd-spleen')).toEqual([]);
    expect(findingsOf({}, 'kits19')).toMatchObject([{ code: 'SLICE_AXIS_UNUSUAL', value: 'RAS' }]);
  });

  it('note values beyond those of CT, and quarantine values that are no numbers', () => {
    const image = { ...volumeOf(new Int16Array(1)), minHu: -10522, maxHu: 27572, notFinite: 7 };
    expect(imageFindings(image, adapterFor('lits'), 'a.nii')).toMatchObject([
      { code: 'VALUES_NOT_FINITE', severity: 'quarantine', value: '7' },
      { code: 'HU_RANGE', severity: 'note', value: '-10522…27572' },
    ]);
  });
});
