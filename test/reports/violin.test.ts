import { describe, expect, it } from 'vitest';
import { violinFigure } from '../../reports/figure.js';
import { violin } from '../../reports/violin.js';

const values = [10, 60, 70, 72, 74, 75, 76, 78, 80, 81, 90];

describe('a violin', () => {
  it('reaches from the least to the most figure and is widest at half width 1', () => {
    const { outline } = violin(values, 'seed');
    expect(outline[0]!.value).toBe(10);
    expect(outline.at(-1)!.value).toBe(90);
    expect(Math.max(...outline.map(({ half }) => half))).toBeCloseTo(1, 12);
    expect(Math.min(...outline.map(({ half }) => half))).toBeGreaterThanOrEqual(0);
  });

  it('has Tukey’s box: quartiles, median, whiskers to the farthest figures that are no outliers', () => {
    expect(violin(values, 'seed')).toMatchObject({ median: 75, q1: 71, q3: 79, whiskers: [60, 90] });
  });

  it('keeps every point inside the outline, and in its place from run to run', () => {
    const { points } = violin(values, 'seed');
    expect(points.map(({ value }) => value)).toEqual(values);
    expect(points.every(({ shift }) => Math.abs(shift) <= 1)).toBe(true);
    expect(violin(values, 'seed').points).toEqual(points);
    expect(violin(values, 'other').points).not.toEqual(points);
  });

  it('has points and a box but no outline where figures are few or all equal', () => {
    expect(violin([70, 80], 'seed')).toMatchObject({ outline: [], median: 75 });
    expect(violin([5, 5, 5, 5, 5, 5], 'seed')).toMatchObject({ outline: [], whiskers: [5, 5] });
  });
});

describe('the violin figure', () => {
  const panel = (title: string) => ({
    title,
    axis: '%',
    domain: [0, 100] as const,
    violins: ['liver', 'left-kidney'].map((group) => ({
      group,
      series: 'model',
      colour: '#3b6fb6',
      n: values.length,
      shape: violin(values, group),
    })),
  });

  it('is an SVG with both panels, their organs and n', async () => {
    const svg = await violinFigure([panel('DSC'), panel('NSD at 1 mm')]);
    expect(svg).toMatch(/^<svg [^>]*xmlns="http:\/\/www\.w3\.org\/2000\/svg"/);
    for (const text of ['>DSC<', '>NSD at 1 mm<', '>liver<', '>left-kidney<', '>n 11<'])
      expect(svg).toContain(text);
    expect(svg.split('#3b6fb6').length - 1).toBeGreaterThan(4 * values.length);
    expect(svg).not.toMatch(/NaN|undefined|Infinity/);
  });

  it('sets names aslant that would run into each other, and no others', async () => {
    const names = ['left-kidney', 'gallbladder', 'oesophagus', 'duodenum', 'stomach', 'spleen', 'liver'];
    const violins = names.map((group) => ({ ...panel('DSC').violins[0]!, group }));
    expect(await violinFigure([{ ...panel('DSC'), violins }])).toMatch(/rotate\(-35\)[^>]*>gallbladder</);
    expect(await violinFigure([panel('DSC')])).not.toContain('rotate(-35)');
  });

  it('is the same text whatever was drawn before', async () => {
    const first = await violinFigure([panel('DSC')]);
    await violinFigure([panel('DSC'), panel('NSD at 1 mm')]);
    expect(await violinFigure([panel('DSC')])).toBe(first);
  });

  it('names its series where there are several, and keeps a place for one without figures', async () => {
    const violins = panel('DSC').violins.flatMap((each) => [
      { ...each, series: 'ours' },
      { ...each, series: 'theirs', n: 0, shape: undefined },
    ]);
    const svg = await violinFigure([{ ...panel('DSC'), violins }]);
    for (const text of ['>ours<', '>theirs<', '>n 0<']) expect(svg).toContain(text);
  });
});
