import { describe, expect, it } from 'vitest';
import { worstSlice } from '../../imaging/slice-view.js';
import type { CtVolume } from '../../imaging/volume.js';
import { madeMap } from './made-maps.js';

const shape = [40, 30, 6] as const;

describe('the worst slice', () => {
  it('is the one where most voxels differ, with its number in the file', () => {
    const truth = madeMap(shape, [[1, [10, 10, 0], [20, 20, 6]]]);
    const prediction = madeMap(shape, [
      [1, [10, 10, 0], [20, 20, 6]],
      [0, [10, 10, 4], [14, 20, 5]],
    ]);
    expect(worstSlice(truth, prediction, [1])).toMatchObject({ slice: 5, slices: 6, differingVoxels: 40 });
  });

  it('shows the patient’s right on the left and anterior at the top', () => {
    // Axes run to R, A and S: the low i is the patient’s left, the low j posterior.
    const truth = madeMap(shape, [[1, [0, 0, 2], [1, 1, 3]]]);
    const view = worstSlice(truth, madeMap(shape, []), [1])!;
    expect(view.truth[view.width * view.height - 1]).toBe(1);
    expect(view.truth.reduce((sum, value) => sum + value, 0)).toBe(1);
  });

  it('takes slices along the axis that runs from foot to head, wherever it is in the file', () => {
    const truth = madeMap([6, 30, 40], [[1, [4, 5, 5], [5, 15, 15]]], [5, 1, 1]);
    const { geometry } = truth;
    geometry.affine = [
      [0, 0, -1, 0],
      [0, -1, 0, 0],
      [-5, 0, 0, 0],
    ];
    const view = worstSlice(truth, { ...truth, values: new Uint8Array(7200) }, [1])!;
    expect(view).toMatchObject({ slice: 5, slices: 6, pixelMm: [1, 1], differingVoxels: 100 });
  });

  it('is the fullest one where truth and prediction are equal', () => {
    const map = madeMap(shape, [
      [2, [10, 10, 1], [12, 12, 2]],
      [2, [10, 10, 2], [20, 20, 3]],
    ]);
    expect(worstSlice(map, map, [2])).toMatchObject({ slice: 3, differingVoxels: 0 });
  });

  it('brings the CT of the same voxels, and none that has another shape', () => {
    const truth = madeMap(shape, [[1, [10, 10, 3], [20, 20, 4]]]);
    const hu = Int16Array.from({ length: 7200 }, (_, index) => index % 1000);
    const image: CtVolume = { geometry: truth.geometry, hu, minHu: 0, maxHu: 999, notFinite: 0 };
    const view = worstSlice(truth, madeMap(shape, []), [1], image)!;
    const at = view.truth.indexOf(1);
    // First in reading order: anterior (high j) and the patient’s right (high i).
    expect(view.hu![at]).toBe(hu[19 + 40 * (19 + 30 * 3)]);
    const other = { ...image, geometry: { ...truth.geometry, shape: [1, 1, 1] as [number, number, number] } };
    expect(worstSlice(truth, madeMap(shape, []), [1], other)!.hu).toBeUndefined();
  });

  it('is nowhere where neither map has the organ', () => {
    expect(worstSlice(madeMap(shape, []), madeMap(shape, []), [1])).toBeUndefined();
  });
});
