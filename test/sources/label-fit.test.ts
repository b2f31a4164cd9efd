import { describe, expect, it } from 'vitest';
import { labelFit } from '../../sources/label-fit.js';
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
