import { describe, expect, it } from 'vitest';
import { madePatients } from '../../bench/duplicate-trial.js';
import { coarseVolume } from '../../imaging/coarse-volume.js';
import { glance } from '../../imaging/glance.js';
import { symmetries } from '../../imaging/symmetry.js';

const [one, other] = [...madePatients(2)].map(({ scan }) => coarseVolume(scan));
const asItIs = symmetries[0]!;

describe('a glance at two scans that lie on each other', () => {
  it('knows a scan again, also where landmarks laid it a few millimetres wrong', () => {
    expect(glance(one!, one!, asItIs, [0, 0, 0])).toBeCloseTo(1, 9);
    expect(glance(one!, one!, asItIs, [2, -2, 1])).toBeGreaterThan(0.9);
  });

  it('is low for strangers, and for a scan that was laid elsewhere or the other way round', () => {
    expect(glance(one!, other!, asItIs, [0, 0, 0])).toBeLessThan(0.8);
    expect(glance(one!, one!, asItIs, [40, 0, 0])).toBeLessThan(0.8);
    const flipped = symmetries.find(({ source, sign }) => source.join() === '0,1,2' && sign[2] < 0)!;
    expect(glance(one!, one!, flipped, [0, 0, one!.shape[2] * 4])).toBeLessThan(0.8);
  });

  it('judges nothing where they hardly overlap', () => {
    const far = one!.shape[0] * one!.spacingMm - 8;
    expect(glance(one!, other!, asItIs, [far, 0, 0])).toBeUndefined();
  });
});
