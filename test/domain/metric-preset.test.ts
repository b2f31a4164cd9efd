import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { MetricContract, type PresetName, presetNames } from '../../domain/metric.js';
import { metricContract, metricImplementation } from '../../domain/metric-preset.js';

const four = ['liver', 'kidney', 'spleen', 'pancreas'].map((organ, at) => ({ organ, labels: [at + 1] }));
const contractOf = (preset: PresetName, organs = four, more: object = {}) =>
  metricContract({ preset, organs, metrics: ['dsc', 'nsd'], ...more });
const tolerancesOf = (preset: PresetName, names: string[]) =>
  contractOf(
    preset,
    names.map((organ, at) => ({ organ, labels: [at + 1] })),
  ).organs.map(({ tolerancesMm }) => tolerancesMm[0]);

describe('metric contracts', () => {
  it('pass their own schema, whatever the preset', () => {
    for (const preset of presetNames) {
      const contract = contractOf(preset);
      expect(MetricContract.parse(contract)).toEqual(contract);
      expect(contract.deviations).toEqual([]);
    }
  });

  it('have the tolerances of the evaluations that they are named after', () => {
    const names = four.map(({ organ }) => organ);
    expect(tolerancesOf('abdomenct1k', names)).toEqual([1, 1, 1, 1]);
    expect(tolerancesOf('flare22', names)).toEqual([5, 3, 3, 5]);
    expect(tolerancesOf('totalsegmentator', names)).toEqual([3, 3, 3, 3]);
    const others = ['Left-Kidney', 'right kidney', 'Esophagus', 'aorta', 'IVC', 'stomach', 'duodenum'];
    expect(tolerancesOf('flare22', others)).toEqual([3, 3, 3, 2, 2, 5, 7]);
  });

  it('treat empty masks as the evaluations do', () => {
    const rule = (preset: PresetName) => contractOf(preset).convention;
    expect(rule('deepmind')).toMatchObject({ bothEmpty: 'undefined', truthEmpty: 'zero' });
    expect(rule('abdomenct1k')).toEqual(rule('deepmind'));
    expect(rule('flare22')).toMatchObject({ bothEmpty: 'one', truthEmpty: 'zero', nsdZeroBelowDsc: 0.2 });
    expect(rule('flare22').roundedToDigits).toBe(4);
    expect(rule('totalsegmentator')).toMatchObject({ bothEmpty: 'undefined', truthEmpty: 'undefined' });
  });

  it('crop only the organs that FLARE22 crops, under the names that they were given', () => {
    const organs = ['liver', 'Aorta', 'inferior vena cava', 'oesophagus'].map((organ, at) => ({
      organ,
      labels: [at + 1],
    }));
    expect(contractOf('flare22', organs).truthSlicesOnly).toEqual(organs.slice(1).map(({ organ }) => organ));
    expect(contractOf('deepmind', organs).truthSlicesOnly).toEqual([]);
  });

  it('say where they deviate from the preset, and only there', () => {
    expect(contractOf('abdomenct1k', four, { tolerancesMm: [1] }).deviations).toEqual([]);
    expect(contractOf('abdomenct1k', four, { tolerancesMm: [1, 2] }).deviations).toEqual(['tolerancesMm']);
  });

  it('refuse an organ that the preset has no tolerance for, unless one is given or NSD is not asked for', () => {
    const tumour = [{ organ: 'tumour', labels: [2] }];
    expect(() => contractOf('flare22', tumour)).toThrow(/no tolerance for 'tumour'.*--tolerance-mm/);
    expect(contractOf('flare22', tumour, { tolerancesMm: [2] }).organs[0]!.tolerancesMm).toEqual([2]);
    expect(contractOf('flare22', tumour, { metrics: ['dsc'] }).organs[0]!.tolerancesMm).toEqual([]);
  });

  it('refuse a label that stands for two organs', () => {
    const twice = [
      { organ: 'kidney', labels: [1, 2] },
      { organ: 'tumour', labels: [2] },
    ];
    expect(() => contractOf('abdomenct1k', twice)).toThrow(/label 2 stands for both kidney and tumour/);
  });

  it('name the version of the package', () => {
    const { version } = JSON.parse(readFileSync('package.json', 'utf8'));
    expect(metricImplementation).toContain(`plusct ${version},`);
  });
});
