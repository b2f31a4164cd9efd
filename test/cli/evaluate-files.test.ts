import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { evaluateFiles } from '../../cli/evaluate-files.js';
import type { EvaluateFilesOptions } from '../../cli/evaluate-options.js';
import { MetricContract, MetricRow } from '../../domain/metric.js';
import { hashOf } from '../../storage/json.js';
import { madeFolder, organsAt, writeMap } from './made-files.js';

let root: string;
let printed: string;
beforeEach(() => {
  root = madeFolder();
  printed = '';
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    printed += String(text);
    return true;
  });
});
afterEach(() => {
  vi.restoreAllMocks();
  rmSync(root, { recursive: true, force: true });
});

const at = (...parts: string[]) => join(root, ...parts);

function evaluate(more: Partial<EvaluateFilesOptions> = {}): Promise<void> {
  return evaluateFiles({
    truth: at('truth'),
    prediction: at('model'),
    compare: [],
    labels: '1=liver,2=kidney',
    preset: 'abdomenct1k',
    metrics: 'dsc,nsd',
    jobs: '2',
    ...more,
  });
}

/** Six cases; the model misses by 0 to 2 voxels, the other one by 2. */
function writeCases(): void {
  for (const [n, by] of [0, 1, 2, 1, 0, 1].entries()) {
    writeMap(at('truth', `case_${n}.nii.gz`), organsAt(0));
    writeMap(at('model', `case_${n}_0000.nii`), organsAt(by));
    writeMap(at('other', `case_${n}.nii.gz`), organsAt(2));
  }
}

/** The same header and voxels as two files: the pair's own magic, and voxels from the first byte on. */
function splitIntoPair(path: string): void {
  const bytes = readFileSync(path);
  const header = Buffer.from(bytes.subarray(0, 348));
  header.writeFloatLE(0, 108);
  header.write('ni1\0', 344, 'latin1');
  writeFileSync(path.replace('.nii', '.hdr'), header);
  writeFileSync(path.replace('.nii', '.img'), bytes.subarray(352));
  rmSync(path);
}

async function evaluated(more: Partial<EvaluateFilesOptions> = {}) {
  await evaluate({ json: at('out.json'), ...more });
  return JSON.parse(readFileSync(at('out.json'), 'utf8'));
}

describe('plusct evaluate on files', () => {
  it('reads .hdr/.img pairs as it reads single files, and misses an .img by name', async () => {
    writeCases();
    const single = await evaluated();
    for (const n of [0, 1, 2]) splitIntoPair(at('model', `case_${n}_0000.nii`));
    expect((await evaluated()).rows).toEqual(single.rows);
    rmSync(at('model', 'case_1_0000.img'));
    await expect(evaluate()).rejects.toThrow(/case case_1: .*there is no .*case_1_0000\.img beside it/);
  });

  it('writes a row for each case, organ and tolerance, with the contract and its hash', async () => {
    writeCases();
    const { rows, contract, contractSha256, summary } = await evaluated({ toleranceMm: '1,2' });
    expect(rows).toHaveLength(6 * 2 * 2);
    for (const row of rows) expect(MetricRow.parse(row)).toEqual(row);
    expect(hashOf(MetricContract.parse(contract))).toBe(contractSha256);
    expect(rows[4]).toMatchObject({
      case: 'case_1',
      organ: 'liver',
      toleranceMm: 1,
      dsc: 0.9,
      model: 'model',
    });
    expect(rows[4]).toMatchObject({ truthVoxels: 800, predictionVoxels: 800, nsd: 1, contractSha256 });
    const [liver] = summary;
    expect(liver).toMatchObject({ organ: 'liver', metric: 'dsc', n: 6, failures: 0 });
    expect(liver.mean).toBeCloseTo((1 + 0.9 + 0.8 + 0.9 + 1 + 0.9) / 6, 12);
  });

  it('prints a table with n in every cell and the contract below', async () => {
    writeCases();
    await evaluate();
    expect(printed).toMatch(/liver +91\.7 ± 7\.53 \(n 6\) +\d+\.\d ± \d+\.\d+ \(n 6\) +0 of 6/);
    expect(printed).toMatch(/contract [0-9a-f]{12}: abdomenct1k, tolerance 1 mm; plusct/);
  });

  it('prints JSON alone where no file is named for it', async () => {
    writeCases();
    await evaluate({ json: true });
    expect(JSON.parse(printed).rows).toHaveLength(12);
  });

  it('writes CSV and the same bytes again', async () => {
    writeCases();
    const run = async () => {
      await evaluate({ csv: at('rows.csv'), report: at('report.html'), json: at('out.json') });
      return ['rows.csv', 'report.html', 'out.json'].map((name) => readFileSync(at(name), 'utf8'));
    };
    const first = await run();
    expect(first[0]!.split('\n')[1]).toMatch(/^case_0,liver,1,1,1,,,,800,800,model,[0-9a-f]{64}$/);
    expect(await run()).toEqual(first);
  });

  it('writes one page, and every plot and picture as SVG and PNG', async () => {
    writeCases();
    await evaluate({ report: at('deep', 'report.html'), plots: at('plots'), compare: [at('other')] });
    const page = readFileSync(at('deep', 'report.html'), 'utf8');
    for (const text of ['Worst and best cases', 'Comparison of models', 'case_2', '>other<'])
      expect(page).toContain(text);
    const names = readdirSync(at('plots')).sort();
    expect(names).toContain('violins-dsc-nsd-1mm.svg');
    expect(names).toContain('worst-liver-case_2.png');
    expect(names.filter((name) => name.endsWith('.png'))).toHaveLength(names.length / 2);
    expect(readFileSync(at('plots', 'violins-dsc-nsd-1mm.png')).subarray(1, 4).toString()).toBe('PNG');
  });

  it('compares predictions pair by pair', async () => {
    writeCases();
    const { comparisons, ranking } = await evaluated({ compare: [at('other')] });
    expect(comparisons[0]).toMatchObject({
      models: ['model', 'other'],
      organ: 'liver',
      n: 6,
      method: 'exact',
    });
    // Five pairs differ, all in one direction: 2 of 32 sign patterns.
    expect(comparisons[0].pValue).toBeCloseTo(2 / 32, 12);
    expect(ranking[0]).toMatchObject({ model: 'model', rank: 1 });
    expect(printed).toContain('model in 100.0 %');
  });

  it('divides cases by folder and by the fields of a table', async () => {
    for (const name of ['lits/a', 'lits/b', 'kits/c']) {
      writeMap(at('truth', `${name}.nii.gz`), organsAt(0));
      writeMap(at('model', `${name}.nii.gz`), organsAt(1));
    }
    writeFileSync(at('fields.csv'), 'case,phase\nlits/a,portal\nlits/b,native\nkits/c,portal\n');
    const { summary } = await evaluated({ strata: at('fields.csv') });
    const phases = (
      summary as { stratum?: { field: string; value: string }; n: number; organ: string; metric: string }[]
    )
      .filter(({ organ, metric }) => organ === 'liver' && metric === 'dsc')
      .map(({ stratum, n }) => [stratum?.value, n]);
    expect(phases).toEqual([
      [undefined, 3],
      ['kits', 1],
      ['lits', 2],
      ['native', 1],
      ['portal', 2],
    ]);
    const { summary: byFolder } = await evaluated();
    expect(JSON.stringify(byFolder)).toContain('{"field":"folder","value":"kits"}');
    writeFileSync(at('fields.csv'), 'case,phase\nlits/a,portal\n');
    await expect(evaluate({ strata: at('fields.csv') })).rejects.toThrow(/no line for case kits\/c, lits\/b/);
    writeFileSync(at('fields.csv'), 'name,phase\nlits/a,portal\n');
    await expect(evaluate({ strata: at('fields.csv') })).rejects.toThrow(/no column 'case'/);
  });

  it('stands beside a published row', async () => {
    writeCases();
    await evaluate({ published: 'table-3/lits-on-kits', report: at('r.html') });
    expect(printed).toContain('97.1 ± 3.42, these −5.4');
    expect(readFileSync(at('r.html'), 'utf8')).toContain('published, table-3/lits-on-kits');
  });
});

describe('what plusct evaluate refuses', () => {
  it('names every case that cannot be compared, and what could be done', async () => {
    writeCases();
    writeMap(at('model', 'case_0_0000.nii'), organsAt(0), { shape: [24, 20, 11] });
    writeMap(at('model', 'case_1_0000.nii'), organsAt(0), { origin: 7 });
    writeMap(at('model', 'case_2_0000.nii'), [[5, [0, 0, 0], [1, 1, 1]]]);
    writeFileSync(at('model', 'case_3_0000.nii'), 'no label map');
    const wrong = await evaluate().catch((error: Error) => error.message);
    expect(wrong).toMatch(/case_0, model: the prediction has shape 24×20×11, the truth 24×20×10/);
    expect(wrong).toMatch(/case_1, model: .*another grid.*--ignore-geometry/);
    expect(wrong).toMatch(/case_2, model: the prediction holds label 5.*--ignore-unknown-labels/);
    expect(wrong).toMatch(/case_3: .*case_3_0000\.nii/);
    expect(wrong).toMatch(/--skip-faulty leaves these cases out/);
    expect(printed).toBe('');
  });

  it('leaves them out on request, and says so in every output', async () => {
    writeCases();
    rmSync(at('model', 'case_5_0000.nii'));
    await expect(evaluate()).rejects.toThrow(
      /partners are missing:\s+case case_5 has no prediction of model/,
    );
    writeMap(at('model', 'case_0_0000.nii'), organsAt(0), { shape: [24, 20, 11] });
    const { findings, summary } = await evaluated({ skipFaulty: true, report: at('r.html') });
    expect(findings).toHaveLength(2);
    expect(summary[0].n).toBe(4);
    expect(printed).toContain('left out: case case_5 has no prediction of model');
    expect(readFileSync(at('r.html'), 'utf8')).toContain('Not every case counts.');
  });

  it('compares by index, and takes unknown labels as background, where that is asked for', async () => {
    writeMap(at('truth', 'a.nii'), organsAt(0));
    writeMap(at('model', 'a.nii'), [...organsAt(0), [9, [0, 0, 0], [1, 1, 1]]], { origin: 7 });
    const { rows, contract } = await evaluated({ ignoreGeometry: true, ignoreUnknownLabels: true });
    expect(rows.map(({ dsc }: { dsc: number }) => dsc)).toEqual([1, 1]);
    expect(contract).toMatchObject({ geometry: 'not compared', unknownLabels: 'ignored' });
  });

  it('has nothing to say where no case is left', async () => {
    writeMap(at('truth', 'a.nii'), organsAt(0));
    writeMap(at('model', 'b.nii'), organsAt(0));
    await expect(evaluate({ skipFaulty: true })).rejects.toThrow(/nothing to evaluate/);
    expect(existsSync(at('out.json'))).toBe(false);
  });
});
