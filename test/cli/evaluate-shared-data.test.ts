import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { evaluateFiles } from '../../cli/evaluate-files.js';
import type { EvaluateFilesOptions } from '../../cli/evaluate-options.js';
import type { MetricRow } from '../../domain/metric.js';
import { madeFolder } from './made-files.js';

const real = resolve('../shared/data/real');
const root = madeFolder();
const agreed = 1e-9;

/** Figures of the official implementation. */
interface Expected {
  gtVoxels: number;
  predVoxels: number;
  dsc: number;
  'nsd@1mm': number;
  'nsd@2mm': number;
  'nsd@3mm': number;
  'nsd@5mm': number;
}

async function rowsOf(more: Partial<EvaluateFilesOptions> & { truth: string; prediction: string }) {
  const json = join(root, 'out.json');
  await evaluateFiles({
    compare: [],
    preset: 'deepmind',
    toleranceMm: '1,2,3,5',
    metrics: 'dsc,nsd',
    ignoreGeometry: true,
    ignoreUnknownLabels: true,
    json,
    ...more,
  });
  return JSON.parse(readFileSync(json, 'utf8')).rows as MetricRow[];
}

function expectEqual(row: MetricRow, expected: Expected): void {
  const what = `${row.case} ${row.model} ${row.organ} at ${row.toleranceMm} mm`;
  expect([row.truthVoxels, row.predictionVoxels], what).toEqual([expected.gtVoxels, expected.predVoxels]);
  const near = (value: unknown, wanted: number) => Math.abs((value as number) - wanted) <= agreed;
  expect(near(row.dsc, expected.dsc), `${what}: DSC ${row.dsc}, official ${expected.dsc}`).toBe(true);
  const nsd = expected[`nsd@${row.toleranceMm}mm` as 'nsd@1mm'];
  expect(near(row.nsd, nsd), `${what}: NSD ${row.nsd}, official ${nsd}`).toBe(true);
}

describe.skipIf(!existsSync(real))(
  'plusct evaluate beside the official figures of ../shared/data/real',
  () => {
    beforeEach(() => {
      vi.spyOn(process.stdout, 'write').mockReturnValue(true);
    });
    afterEach(() => vi.restoreAllMocks());
    afterAll(() => rmSync(root, { recursive: true, force: true }));

    it('agrees on 24 pancreas pairs of two networks', { timeout: 240_000 }, async () => {
      const folder = join(real, 'pancreas-pairs');
      const expected = JSON.parse(readFileSync(join(folder, 'expected.json'), 'utf8'));
      const rows = await rowsOf({
        truth: join(folder, 'GroundTruth'),
        prediction: join(folder, 'Dice'),
        compare: [join(folder, 'WCE')],
        labels: '1=pancreas',
        report: join(root, 'report.html'),
      });
      expect(rows).toHaveLength(24 * 2 * 4);
      for (const row of rows) expectEqual(row, expected[row.case][`${row.model}/1`]);
      expect(readFileSync(join(root, 'report.html'), 'utf8')).toContain('<b>24</b> cases');
    });

    it('agrees on six pairs of eight organs', { timeout: 240_000 }, async () => {
      const folder = join(real, 'multiorgan-pairs');
      const expected = JSON.parse(readFileSync(join(folder, 'expected.json'), 'utf8'));
      const rows = await rowsOf({
        truth: join(folder, 'GroundTruth'),
        prediction: join(folder, 'Dice'),
        labels: '1=spleen,2=pancreas,3=left-kidney,4=gallbladder,5=oesophagus,6=liver,7=stomach,8=duodenum',
      });
      expect(rows).toHaveLength(6 * 8 * 4);
      const values = [
        'spleen',
        'pancreas',
        'left-kidney',
        'gallbladder',
        'oesophagus',
        'liver',
        'stomach',
        'duodenum',
      ];
      for (const row of rows) expectEqual(row, expected[row.case][`Dice/${values.indexOf(row.organ) + 1}`]);
    });

    it('agrees on ten re-annotated kidneys, tumours and cysts merged, file by file', {
      timeout: 240_000,
    }, async () => {
      const folder = join(real, 'kits19-vs-kits23');
      const expected: Record<string, Expected> = JSON.parse(
        readFileSync(join(folder, 'expected.json'), 'utf8'),
      );
      for (const [name, figures] of Object.entries(expected)) {
        const rows = await rowsOf({
          truth: join(folder, name, 'kits19_segmentation.nii.gz'),
          prediction: join(folder, name, 'kits23_segmentation.nii.gz'),
          labels: '1+2+3=kidney',
        });
        expect(rows).toHaveLength(4);
        for (const row of rows) expectEqual(row, figures);
      }
    });
  },
);
