import { describe, expect, it } from 'vitest';
import { labelEvenness, labelFit } from '../../sources/label-fit.js';
import { volumeOf } from './made-cases.js';

const mask = Uint8Array.from([1, 0, 0, 0]);

describe('how a label fits its image', () => {
  it('is measured by mean and by the share of soft tissue under it', () => {
    const fit = labelFit(
      volumeOf(Int16Array.from([60, 20, -200, 1000]), [4, 1, 1]),
      Uint8Array.from([1, 1, 1, 0]),
    );
    expect(fit.meanHu).toBe(-40);
    expect(fit.share).toBeCloseTo(2 / 3);
  });

  it.each([
    [[4, 1, 1], 'i'],
    [[1, 4, 1], 'j'],
    [[1, 1, 4], 'k'],
  ] as const)('finds that a label on a grid of %j is mirrored', (size, along) => {
    const { share, bestMirrored } = labelFit(volumeOf(Int16Array.from([-100, -100, -100, 60]), size), mask);
    expect(share).toBe(0);
    expect(bestMirrored.share).toBe(1);
    expect(bestMirrored.along.split(' and ')).toContain(along);
  });

  it('finds a label that is turned by half a turn', () => {
    const image = volumeOf(Int16Array.from([-100, -100, -100, 60]), [2, 2, 1]);
    expect(labelFit(image, mask).bestMirrored).toEqual({ along: 'i and j', share: 1 });
  });
});

describe('how even tissue is under labels that nobody named', () => {
  const image = volumeOf(Int16Array.from([60, 60, -100, -100, 60, -100]), [6, 1, 1]);

  it('is the spread about the mean of each value', () => {
    expect(labelEvenness(image, Uint8Array.from([1, 1, 2, 2, 0, 0])).spreadHu).toBe(0);
    expect(labelEvenness(image, Uint8Array.from([0, 1, 1, 0, 0, 0])).spreadHu).toBe(80);
  });

  it('is greater as they lie where they are mirrored, and takes gas and lung for one', () => {
    const mirrored = Uint8Array.from([0, 0, 2, 2, 1, 1]);
    expect(labelEvenness(image, mirrored)).toMatchObject({ bestMirrored: { along: 'i', spreadHu: 0 } });
    const gas = volumeOf(Int16Array.from([-1000, -300, 60, 60]), [4, 1, 1]);
    expect(labelEvenness(gas, Uint8Array.from([1, 1, 0, 0])).spreadHu).toBe(0);
  });
});
