import { describe, expect, it } from 'vitest';
import type { MetricName, OrganFigures, PresetName } from '../../domain/metric.js';
import { hasFailed, judged, roundHalfEven } from '../../domain/metric-convention.js';
import { metricContract } from '../../domain/metric-preset.js';

const organs = [{ organ: 'liver', labels: [1] }];
const rule = (preset: PresetName) => metricContract({ preset, organs, metrics: ['dsc', 'nsd'] }).convention;
const none = { undefined: 'both masks are empty' };
const figures = (truthVoxels: number, predictionVoxels: number, more: Partial<OrganFigures> = {}) => ({
  organ: 'liver',
  dsc: truthVoxels + predictionVoxels === 0 ? none : 0,
  nsd: truthVoxels + predictionVoxels === 0 ? none : 0,
  truthVoxels,
  predictionVoxels,
  ...more,
});
const both = (preset: PresetName, row: OrganFigures) =>
  (['dsc', 'nsd'] satisfies MetricName[]).map((metric) => judged(row, metric, rule(preset)));

describe('conventions', () => {
  it('count an organ that is in neither mask as the evaluation does', () => {
    expect(both('deepmind', figures(0, 0))).toEqual([undefined, undefined]);
    expect(both('flare22', figures(0, 0))).toEqual([1, 1]);
    expect(both('totalsegmentator', figures(0, 0))).toEqual([undefined, undefined]);
  });

  it('count an organ that only the prediction has as the evaluation does', () => {
    expect(both('deepmind', figures(0, 9))).toEqual([0, 0]);
    expect(both('flare22', figures(0, 9))).toEqual([0, 0]);
    expect(both('totalsegmentator', figures(0, 9))).toEqual([undefined, undefined]);
  });

  it('count an organ that the prediction lacks as 0 everywhere', () => {
    for (const preset of ['deepmind', 'flare22', 'totalsegmentator'] as const)
      expect(both(preset, figures(9, 0))).toEqual([0, 0]);
  });

  it('set FLARE22’s NSD to 0 where DSC is below 0.2, and round to four digits', () => {
    expect(both('flare22', figures(9, 9, { dsc: 0.19999, nsd: 0.6 }))).toEqual([0.2, 0]);
    expect(both('flare22', figures(9, 9, { dsc: 0.20004, nsd: 0.60006 }))).toEqual([0.2, 0.6001]);
    expect(both('deepmind', figures(9, 9, { dsc: 0.19999, nsd: 0.6 }))).toEqual([0.19999, 0.6]);
  });

  it('leave distances of empty masks and metrics that were not measured out', () => {
    const row = figures(9, 0, { hd95Mm: { undefined: 'the prediction is empty' } });
    expect(judged(row, 'hd95', rule('flare22'))).toBeUndefined();
    expect(judged(row, 'assd', rule('flare22'))).toBeUndefined();
    expect(judged(figures(9, 9, { hd95Mm: 2.5 }), 'hd95', rule('flare22'))).toBe(2.5);
  });

  it('leave a figure out that the crop made undefined, though the organ is in the truth', () => {
    expect(both('flare22', figures(4, 4, { dsc: none, nsd: none }))).toEqual([undefined, undefined]);
  });

  it('call DSC 0 failed, and DSC below the bound', () => {
    expect(hasFailed(0, rule('deepmind'))).toBe(true);
    expect(hasFailed(0.01, rule('deepmind'))).toBe(false);
    expect(hasFailed(0.49, { ...rule('deepmind'), failureBelowDsc: 0.5 })).toBe(true);
  });

  it('round as Python does, exact ties to the even digit', () => {
    const pairs = [
      [0.03125, 0.0312],
      [0.84375, 0.8438],
      [0.09375, 0.0938],
      [0.00015, 0.0001],
      [0.12345, 0.1235],
      [1, 1],
      [0, 0],
    ] as const;
    for (const [value, rounded] of pairs) expect(roundHalfEven(value, 4)).toBe(rounded);
  });
});
