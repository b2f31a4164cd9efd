import { describe, expect, it } from 'vitest';
import type { Collection } from '../../domain/collection.js';
import type { Geometry } from '../../domain/volume.js';
import { seededRandom } from '../../imaging/random.js';
import type { CtVolume, Mask } from '../../imaging/volume.js';
import { imageFindings, labelFindings } from '../../sources/case-checks.js';
import { mergeOrgans } from '../../sources/label-merge.js';
import { adapterFor } from '../../sources/registry.js';
import { abdomen, distanceMm, liver, maskWhere, size, volumeWith, voxels } from './made-abdomen.js';

const ofImage = (image: CtVolume) => imageFindings(image, adapterFor('lits'), 'image.nii');
const ofLabel = (mask: Mask, image = abdomen(), collection: Collection = 'lits') => {
  const adapter = adapterFor(collection);
  const label = mergeOrgans({ geometry: image.geometry, values: mask }, adapter.organLabels);
  return labelFindings(label, image, adapter, 'label.nii');
};
const withGeometry = (changes: Partial<Geometry>): CtVolume => {
  const image = abdomen();
  return { ...image, geometry: { ...image.geometry, ...changes } };
};

describe('an ordinary abdomen with its liver', () => {
  it('gives rise to nothing', () => {
    expect(ofImage(abdomen())).toEqual([]);
    expect(ofLabel(liver)).toEqual([]);
  });
});

describe('what an image holds', () => {
  it.each([
    ['a single value', () => 40],
    ['nothing but noise', (n: number) => -1000 + (n % 7)],
  ])('is quarantined when it is %s', (_, value) => {
    const image = volumeWith(Int16Array.from({ length: voxels }, (_voxel, n) => value(n)));
    expect(ofImage(image).map((each) => [each.code, each.severity])).toContainEqual([
      'IMAGE_FLAT',
      'quarantine',
    ]);
  });

  it('is quarantined when the intercept was not applied', () => {
    const stored = abdomen((hu) => Math.max(0, hu + 1024));
    expect(ofImage(stored)).toMatchObject([{ code: 'HU_SCALE', severity: 'quarantine' }]);
    expect(ofImage(stored)[0].message).toContain('intercept');
  });

  it('is quarantined when it was windowed to 8 bits', () => {
    const windowed = abdomen((hu) => Math.max(0, Math.min(255, Math.round((hu + 160) * 0.6375))));
    expect(ofImage(windowed)).toMatchObject([{ code: 'HU_SCALE', value: expect.stringMatching(/^0…/) }]);
    expect(ofImage(windowed)[0].message).toContain('8 bits');
  });

  it('may be padded, which is noted with its share', () => {
    const corner = (i: number, j: number): boolean => (i < 8 || i > 55) && (j < 8 || j > 43);
    const padded = abdomen((hu, i, j) => (corner(i, j) ? -2048 : hu));
    expect(ofImage(padded)).toMatchObject([{ code: 'HU_RANGE', severity: 'note' }]);
    expect(ofImage(padded)[0].message).toMatch(/[67]\.\d % of the voxels are -2048, which pads/);
    const metal = abdomen((hu, i, j, k) => (i === 30 && j === 20 && k === 3 ? 9000 : hu));
    expect(ofImage(metal)[0].message).not.toContain('pads');
  });

  it('is flagged for blank slices between others, not for those at its ends', () => {
    const blank = abdomen((hu, _i, _j, k) => (k === 12 || k === 13 ? -1024 : hu));
    expect(ofImage(blank)).toMatchObject([{ code: 'SLICES_BLANK', severity: 'flag', value: '13, 14' }]);
    const ends = abdomen((hu, _i, _j, k) => (k === 0 || k > 27 ? -1024 : hu));
    expect(ofImage(ends)).toEqual([]);
  });

  it('is flagged for a slice that repeats the one before', () => {
    const image = abdomen();
    const plane = size[0] * size[1];
    image.hu.copyWithin(7 * plane, 6 * plane, 7 * plane);
    expect(ofImage(image)).toMatchObject([{ code: 'SLICES_BLANK', value: '8' }]);
    expect(ofImage(image)[0].message).toContain('repeat');
  });

  it('is flagged when by the header its slices are coronal or sagittal', () => {
    const image = withGeometry({ shape: [64, 30, 52], spacingMm: [1, 3, 1] });
    const found = ofImage(image).find((each) => each.code === 'SLICES_NOT_AXIAL');
    expect(found).toMatchObject({ severity: 'flag', value: 'RAS' });
    expect(found?.message).toContain('coronal');
    const sagittal = withGeometry({ axisCodes: 'APR', shape: [64, 52, 30], spacingMm: [1, 1, 3] });
    expect(ofImage(sagittal).map((each) => each.message)).toContainEqual(expect.stringContaining('sagittal'));
    // A DICOM series has been judged by its reader.
    const series = { ...sagittal, geometry: { ...sagittal.geometry, decidedBy: 'dicom' as const } };
    expect(ofImage(series).map((each) => each.code)).not.toContain('SLICES_NOT_AXIAL');
  });
});

describe('where a label lies', () => {
  it('is quarantined when part of it hangs in the air', () => {
    const shifted = maskWhere((i, j, k) => distanceMm([i, j, k], [50, 41, 18]) < 60);
    const bright = abdomen((hu, i, j, k) =>
      distanceMm([i, j, k], [50, 41, 18]) < 60 && hu > -500 ? 400 : hu,
    );
    const codes = ofLabel(shifted, bright).map((each) => [each.code, each.severity]);
    expect(codes).toContainEqual(['LABEL_OFF_BODY', 'quarantine']);
  });

  it('may touch gas a little', () => {
    const dome = abdomen((hu, i, j, k) => (distanceMm([i, j, k], [44, 30, 26]) < 20 ? -800 : hu));
    expect(ofLabel(liver, dome)).toEqual([]);
  });

  it('is noted when the scan cuts the organ off, by the patient’s sides', () => {
    const deep = maskWhere((i, j, k) => distanceMm([i, j, k], [44, 30, 5]) < 60);
    const image = abdomen((hu, i, j, k) =>
      distanceMm([i, j, k], [44, 30, 5]) < 60 ? 60 : Math.min(hu, -90),
    );
    expect(ofLabel(deep, image)).toMatchObject([
      { code: 'ORGAN_CUT', severity: 'note', value: 'the first slice' },
    ]);
    const wide = maskWhere((i, j, k) => i > 50 && j > 20 && j < 32 && k > 10 && k < 22);
    const filled = abdomen((hu, i, j) => (i > 50 && j > 20 && j < 32 ? 60 : hu));
    expect(ofLabel(wide, filled)).toMatchObject([{ code: 'ORGAN_CUT', value: 'the right border' }]);
    const turned = { ...filled, geometry: { ...filled.geometry, axisCodes: 'LPS' } };
    expect(ofLabel(wide, turned)[0]).toMatchObject({ value: 'the left border' });
  });
});

describe('what a label looks like', () => {
  it('is flagged when its volume is that of no liver', () => {
    const small = maskWhere((i, j, k) => distanceMm([i, j, k], [44, 30, 18]) < 40);
    expect(ofLabel(small)).toMatchObject(
      [{ code: 'ORGAN_VOLUME', severity: 'flag', value: /^2\d\d/ }].map((each) => ({
        ...each,
        value: expect.stringMatching(each.value),
      })),
    );
  });

  it('has no volume to judge where the spacing was lost, or the scan is a cut-out', () => {
    const small = maskWhere((i, j, k) => distanceMm([i, j, k], [44, 30, 18]) < 40);
    const affine: Geometry['affine'] = [
      [1, 0, 0, 0],
      [0, 1, 0, 0],
      [0, 0, 1, 0],
    ];
    expect(ofLabel(small, withGeometry({ spacingMm: [1, 1, 1], affine }))).toEqual([]);
    expect(ofLabel(small, withGeometry({ spacingMm: [1, 1, 2] }))).toEqual([]);
  });

  it('is judged by the organ of its collection: 900 mL are no pancreas, but a spleen or a kidney', () => {
    expect(ofLabel(liver, abdomen(), 'msd-pancreas')).toMatchObject([{ code: 'ORGAN_VOLUME' }]);
    expect(ofLabel(liver, abdomen(), 'msd-spleen')).toEqual([]);
    expect(ofLabel(liver, abdomen(), 'kits19')).toEqual([]);
  });

  it('is flagged for pieces: two are a pair of kidneys, but no liver', () => {
    const centres = [
      [44, 26, 15],
      [19, 26, 13],
    ] as const;
    const inside = (i: number, j: number, k: number): boolean =>
      centres.some((centre) => distanceMm([i, j, k], centre) < 52);
    const image = abdomen((hu, i, j, k) => (inside(i, j, k) ? 60 : Math.min(hu, -90)));
    expect(ofLabel(maskWhere(inside), image)).toMatchObject([
      { code: 'LABEL_PIECES', severity: 'flag', value: '2' },
    ]);
    expect(ofLabel(maskWhere(inside), image, 'kits19')).toEqual([]);
  });

  it('is flagged for scattered voxels, not for a few', () => {
    const random = seededRandom('specks');
    const specked = (part: number): Mask => liver.map((value) => (value === 1 || random() < part ? 1 : 0));
    const soft = abdomen((hu) => Math.max(hu, 40));
    expect(ofLabel(specked(0.0002), soft).map((each) => each.code)).not.toContain('LABEL_PIECES');
    expect(ofLabel(specked(0.005), soft).map((each) => each.code)).toContain('LABEL_PIECES');
  });

  it('is flagged for a hole that it encloses', () => {
    const hollow = (radiusMm: number): Mask =>
      maskWhere((i, j, k) => {
        const away = distanceMm([i, j, k], [44, 30, 18]);
        return away < 60 && away > radiusMm;
      });
    expect(ofLabel(hollow(25))).toMatchObject([{ code: 'LABEL_HOLES', severity: 'flag' }]);
    expect(ofLabel(hollow(8))).toEqual([]);
  });
});
