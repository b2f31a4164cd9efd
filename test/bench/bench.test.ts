import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import { peakMib, timedScore } from '../../bench/job.js';
import { makeKidneys } from '../../bench/kidneys.js';
import { benchPage } from '../../bench/report.js';
import { writeNifti } from '../../imaging/nifti-write.js';

const made = { name: 'made', slices: 20, rows: 96, sliceMm: 5, pixelMm: 4, seed: 1 };
const dir = mkdtempSync(join(tmpdir(), 'plusct-bench-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

describe('the made cases of the bench', () => {
  const { truth, prediction } = makeKidneys(made);

  it('have kidneys and a tumour, and a prediction that is near the truth but not the same', () => {
    expect(new Set(truth)).toEqual(new Set([0, 1, 2]));
    const shape = [20, 96, 96] as const;
    const [a, b] = [truth, prediction].map((voxels, n) => {
      const path = join(dir, `${n}.nii.gz`);
      writeFileSync(path, gzipSync(writeNifti({ shape, spacingMm: [5, 4, 4], voxels })));
      return path;
    });
    const { dsc, nsd, wallMs } = timedScore({ truth: a, prediction: b, tolerances: [1, 5] });
    expect(dsc).toBeGreaterThan(0.7);
    expect(dsc).toBeLessThan(0.99);
    expect(nsd[1]).toBeGreaterThan(Number(nsd[0]));
    expect(wallMs).toBeGreaterThan(0);
    expect(peakMib()).toBeGreaterThan(10);
  });

  it('are the same every time', () => {
    expect(makeKidneys(made)).toEqual({ truth, prediction });
  });
});

describe('the page of the bench', () => {
  it('shows how many times faster plusct is, and what share of the memory it takes', () => {
    const page = benchPage(
      {
        cases: [{ name: 'made-29', shape: '29×512×512', slices: 29, truth: 'a', prediction: 'b' }],
        warm: [
          { wallMs: { official: 240, plusct: 20 }, cpuMs: { official: 230, plusct: 23 }, difference: 2e-13 },
        ],
        cold: [{ wallMs: { official: 1500, plusct: 300 }, peakMib: { official: 167, plusct: 60 } }],
        batches: [
          { workers: 1, wallMs: { official: 240, plusct: 20 } },
          { workers: 2, wallMs: { official: 120, plusct: 12 } },
        ],
        python: 'Python 3.11',
        repetitions: { warm: 5, cold: 3 },
      },
      new Date('2030-01-02'),
    );
    expect(page).toContain(
      '| made-29 | 29×512×512 | 240 ms | 20 ms | **12.0×** | 230 ms | 23 ms | **10.0×** |',
    );
    expect(page).toContain('| made-29 | 1.50 s | 300 ms | **5.0×** | 167 MiB | 60 MiB | **36 %** |');
    expect(page).toContain('| 2 | 120 ms | 12 ms | **10.0×** | **20.0×** |');
    expect(page).toContain('agree to within 2.0e-13');
  });
});
