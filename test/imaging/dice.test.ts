import { describe, expect, it } from 'vitest';
import { dice, diceOf, tallyLabels } from '../../imaging/dice.js';

describe('dice', () => {
  it('is twice the shared voxels over all voxels', () => {
    expect(dice(Uint8Array.of(1, 1, 1, 0, 0), Uint8Array.of(0, 1, 1, 1, 0))).toBeCloseTo(4 / 6, 15);
  });

  it('takes any nonzero value as inside', () => {
    expect(dice(Uint8Array.of(2, 0, 255), Uint8Array.of(1, 0, 7))).toBe(1);
  });

  it('is 0 if one mask is empty and undefined if both are', () => {
    expect(dice(Uint8Array.of(0, 1), Uint8Array.of(0, 0))).toBe(0);
    expect(dice(Uint8Array.of(0, 0), Uint8Array.of(1, 0))).toBe(0);
    expect(dice(Uint8Array.of(0, 0), Uint8Array.of(0, 0))).toEqual({ undefined: 'both masks are empty' });
  });

  it('refuses masks of different grids', () => {
    expect(() => dice(new Uint8Array(2), new Uint8Array(3))).toThrow(/2 voxels and the prediction 3/);
  });
});

describe('tallyLabels', () => {
  // Rows of three voxels: truth 1 1 2 / 0 0 2, prediction 1 2 2 / 0 1 0; label 9 is not judged.
  const truth = Uint8Array.of(1, 1, 2, 0, 9, 2);
  const prediction = Uint16Array.of(1, 2, 2, 0, 1, 9);
  const slotOf = new Uint8Array(65536);
  slotOf[1] = 1;
  slotOf[2] = 2;

  it('counts every label and boxes it over both maps in one pass', () => {
    const [one, two] = tallyLabels(truth, prediction, [3, 2, 1], slotOf, 2);
    expect(one).toEqual({
      truthVoxels: 2,
      predictionVoxels: 2,
      sharedVoxels: 1,
      box: { low: [0, 0, 0], high: [2, 2, 1] },
    });
    expect(two).toEqual({
      truthVoxels: 2,
      predictionVoxels: 2,
      sharedVoxels: 1,
      box: { low: [1, 0, 0], high: [3, 2, 1] },
    });
    expect(diceOf(one)).toBe(0.5);
  });

  it('has no box for a label that is in neither map', () => {
    const empty = new Uint8Array(6);
    expect(tallyLabels(empty, empty, [3, 2, 1], slotOf, 1)).toEqual([
      { truthVoxels: 0, predictionVoxels: 0, sharedVoxels: 0, box: undefined },
    ]);
  });

  it('refuses a shape that is not the array’s', () => {
    expect(() => tallyLabels(truth, prediction, [3, 3, 1], slotOf, 1)).toThrow(/shape is 3×3×1/);
  });
});
