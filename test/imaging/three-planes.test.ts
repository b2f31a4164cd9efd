import { describe, expect, it } from 'vitest';
import type { Geometry } from '../../domain/volume.js';
import { axisCodesOf, geometryFromAffine } from '../../imaging/geometry.js';
import { toOrientation } from '../../imaging/orientation.js';
import { threePlanes } from '../../imaging/three-planes.js';

const shape: Geometry['shape'] = [5, 4, 3];
const geometry = geometryFromAffine(
  shape,
  [
    [2, 0, 0, -10],
    [0, 3, 0, -20],
    [0, 0, 4, -30],
  ],
  'sform',
);
/** A number that tells each voxel: i + 10 j + 100 k. */
const hu = Int16Array.from({ length: 60 }, (_, n) => {
  const [i, j, k] = [n % 5, Math.floor(n / 5) % 4, Math.floor(n / 20)];
  return i + 10 * j + 100 * k;
});
const labels = Uint8Array.from(hu, (value) => ([111, 112, 101].includes(value) ? 7 : 0));

describe('three planes of a RAS volume', () => {
  const [axial, coronal, sagittal] = threePlanes(geometry, { hu, labels });

  it('show the slices with most of the label', () => {
    expect([axial.slice, coronal.slice, sagittal.slice]).toEqual([2, 2, 2]);
    expect([axial.slices, coronal.slices, sagittal.slices]).toEqual([3, 4, 5]);
  });

  it('have the patient’s right or front on the left, front or head at the top', () => {
    // Axial from the upper left: i falls, then j falls.
    expect([...(axial.hu ?? [])].slice(0, 6)).toEqual([134, 133, 132, 131, 130, 124]);
    expect([...(coronal.hu ?? [])].slice(0, 6)).toEqual([214, 213, 212, 211, 210, 114]);
    expect([...(sagittal.hu ?? [])].slice(0, 5)).toEqual([231, 221, 211, 201, 131]);
    expect(axial.sides).toEqual({ left: 'R', right: 'L', top: 'A', bottom: 'P' });
    expect(sagittal.sides).toEqual({ left: 'A', right: 'P', top: 'S', bottom: 'I' });
  });

  it('keep the proportions of voxels, labels, and where the other planes cut', () => {
    expect([axial.pixelMm, coronal.pixelMm, sagittal.pixelMm]).toEqual([
      [2, 3],
      [2, 4],
      [3, 4],
    ]);
    expect(axial.labels?.[axial.cut[0] + axial.width * axial.cut[1]]).toBe(7);
    expect(coronal.labels?.[coronal.cut[0] + coronal.width * coronal.cut[1]]).toBe(7);
  });

  it('go through the middle where nothing is labelled', () => {
    expect(threePlanes(geometry, { hu }).map((each) => each.slice)).toEqual([2, 3, 3]);
    const empty = new Uint8Array(60);
    expect(threePlanes(geometry, { labels: empty }).map((each) => each.slice)).toEqual([2, 3, 3]);
  });
});

it.each(['LPS', 'IPL', 'LSA', 'LAI', 'ASR'])(
  'three planes are the same however the file is stored (%s)',
  (codes) => {
    const turned = toOrientation(geometry, hu, codes);
    expect(axisCodesOf(turned.geometry.affine)).toBe(codes);
    const turnedLabels = toOrientation(geometry, labels, codes).voxels;
    const views = threePlanes(turned.geometry, { hu: turned.voxels, labels: turnedLabels });
    threePlanes(geometry, { hu, labels }).forEach((expected, at) => {
      expect(views[at].hu).toEqual(expected.hu);
      expect(views[at].labels).toEqual(expected.labels);
      expect(views[at].pixelMm).toEqual(expected.pixelMm);
      expect(views[at].cut).toEqual(expected.cut);
    });
  },
);
