import { decode } from 'fast-png';
import { describe, expect, it } from 'vitest';
import { evaluateRows, exemplars } from '../../reports/evaluation.js';
import { violinPlots } from '../../reports/figures.js';
import { reportPage } from '../../reports/page.js';
import { publishedTables } from '../../reports/published-tables.js';
import { toPng } from '../../reports/raster.js';
import { drawSlice } from '../../reports/slice-picture.js';
import { madeContract, madeRows } from './made-rows.js';

const none = { undefined: 'both masks are empty' };
const contract = madeContract(['liver', 'spleen']);
const figures = [0.9, 0.8, 0.85, 0.7, 0.95, 0.1, 0];
const rows = ['ours', 'theirs'].flatMap((model, at) => [
  ...madeRows(
    contract,
    'liver',
    model,
    figures.map((value) => value / (1 + at / 10)),
  ),
  ...madeRows(contract, 'spleen', model, [...figures.slice(1), none]),
]);
const strata = Object.fromEntries(rows.map((row, at) => [row.case, { site: at % 2 ? 'x' : '<y>' }]));
const evaluation = evaluateRows({ rows, contract, strata, findings: ['case c99 has no truth'] });

const mask = (inside: (x: number, y: number) => boolean) =>
  Uint8Array.from({ length: 100 }, (_, at) => (inside(at % 10, Math.floor(at / 10)) ? 1 : 0));
const view = {
  width: 10,
  height: 10,
  pixelMm: [2, 3] as const,
  slice: 4,
  slices: 9,
  truth: mask((x, y) => x > 2 && x < 7 && y > 2 && y < 7),
  prediction: mask((x, y) => x > 3 && x < 8 && y > 2 && y < 7),
  differingVoxels: 8,
};

async function page(): Promise<string> {
  const pictures = exemplars(evaluation, 'ours').map((each) => ({
    ...each,
    svg: drawSlice(view),
    slice: 4,
    slices: 9,
  }));
  const published = publishedTables.find(({ id }) => id === 'table-3/lits-on-kits')!;
  return reportPage({
    title: 'A & B',
    evaluation,
    plots: await violinPlots(evaluation),
    pictures,
    published,
  });
}

describe('the report', () => {
  it('is one page that loads nothing', async () => {
    const text = await page();
    expect(text).toMatch(/^<!doctype html>/);
    expect(text).not.toMatch(/<script|<link|@import|url\(/i);
    const addresses = [...text.matchAll(/(?:src|href)="([^"]*)"/g)].map(([, address]) => address!);
    expect(addresses.filter((address) => !address.startsWith('data:'))).toEqual([]);
  });

  it('says what was measured, by which rules, on how many cases', async () => {
    const text = await page();
    for (const needed of [
      'A &amp; B',
      '<b>7</b> cases',
      evaluation.contractSha256,
      contract.implementation,
      'case c99 has no truth',
      'n 6',
      'n 7',
      '97.1 ± 3.42',
      'table-3/lits-on-kits',
      'Wilcoxon',
      'Kendall',
      '&lt;y&gt;',
      'slice 4 of 9',
      '1 of 7',
    ])
      expect(text).toContain(needed);
    expect([...text.matchAll(/.{0,30}(?:NaN|undefined<|\[object).{0,10}/g)].map(String)).toEqual([]);
  });

  it('has a violin plot of DSC and NSD side by side', async () => {
    const [plot, ...others] = await violinPlots(evaluation);
    expect(others).toEqual([]);
    expect(plot!.name).toBe('violins-dsc-nsd-1mm');
    expect(await page()).toContain(plot!.svg);
  });

  it('is the same text for the same figures', async () => {
    expect(await page()).toBe(await page());
  });

  it('stands organs one below the other where they are many, and goes on to further figures', async () => {
    const many = Array.from({ length: 8 }, (_, at) => `organ-${at}`);
    const wide = madeContract(many, { tolerancesMm: [1, 2], metrics: ['dsc', 'nsd'] });
    const all = many.flatMap((organ) =>
      madeRows(wide, organ, 'ours', figures).flatMap((row) => [row, { ...row, toleranceMm: 2 }]),
    );
    const made = evaluateRows({ rows: all, contract: wide });
    const plots = await violinPlots(made);
    expect(plots.map(({ name }) => name)).toEqual(['violins-dsc-nsd-1mm', 'violins-nsd-2mm']);
    const text = reportPage({ title: 'many', evaluation: made, plots, pictures: [] });
    expect(text).toContain('<th>NSD at 2 mm (%)</th>');
    expect(text).not.toContain('Comparison of models');
  });
});

describe('worst and best cases', () => {
  it('are chosen by DSC, none as both, and without those that have no figure', () => {
    const chosen = exemplars(evaluation, 'ours');
    expect(chosen.filter(({ organ }) => organ === 'liver')).toEqual([
      { kind: 'worst', organ: 'liver', model: 'ours', case: 'c07' },
      { kind: 'worst', organ: 'liver', model: 'ours', case: 'c06' },
      { kind: 'best', organ: 'liver', model: 'ours', case: 'c05' },
    ]);
    expect(chosen.map((each) => each.case)).not.toContain('none');
    const alone = evaluateRows({ rows: rows.slice(0, 1), contract: madeContract(['liver']) });
    expect(exemplars(alone, 'ours').map(({ kind }) => kind)).toEqual(['worst']);
  });
});

describe('the picture of a slice', () => {
  it('has the proportions of the voxels and both outlines', () => {
    const svg = drawSlice(view);
    expect(svg).toContain('viewBox="0 0 420 630"');
    // The truth is the square from pixel (3, 3) to (7, 7): 42 × 63 to a pixel.
    for (const corner of ['126 189', '294 189', '294 441', '126 441']) expect(svg).toContain(corner);
    expect(svg).not.toContain('<image');
  });

  it('has the CT under it as a PNG inside the file, windowed', () => {
    const svg = drawSlice({ ...view, hu: new Int16Array(100).fill(40) });
    const [, png] = /href="data:image\/png;base64,([^"]+)"/.exec(svg)!;
    expect(Buffer.from(png!, 'base64').subarray(1, 4).toString()).toBe('PNG');
  });

  it('becomes a PNG of twice its size', () => {
    const png = Buffer.from(toPng(drawSlice(view)));
    expect([png.readUInt32BE(16), png.readUInt32BE(20)]).toEqual([840, 1260]);
  });

  it('has its text in a font that comes along, whatever the machine has', () => {
    const pixels = (text: string, family: string) =>
      decode(
        toPng(`<svg xmlns="http://www.w3.org/2000/svg" width="60" height="20">
        <text x="2" y="15" font-family="${family}">${text}</text></svg>`),
      ).data;
    const drawn = pixels('20 mm', 'Helvetica, Arial, sans-serif');
    expect(drawn).toEqual(pixels('20 mm', 'Inter'));
    expect(drawn).not.toEqual(pixels('', 'Inter'));
  });
});
