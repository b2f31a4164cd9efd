import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { madePatients } from '../../bench/duplicate-trial.js';
import { copyOf } from '../../bench/scan-copies.js';
import { leakage } from '../../cli/leakage.js';
import { writeCt } from '../../imaging/nifti-write.js';
import { seededRandom } from '../../imaging/random.js';

const pairs = resolve('../shared/data/real');
const root = mkdtempSync(join(tmpdir(), 'plusct-leakage-'));

async function run(train: string, test: string, patients?: string) {
  const out: string[] = [];
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => Boolean(out.push(String(text))));
  vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  process.exitCode = 0;
  await leakage(train, test, {
    json: true,
    jobs: '2',
    ...(patients === undefined ? {} : { patients }),
  });
  const code = process.exitCode;
  process.exitCode = 0;
  vi.restoreAllMocks();
  return { code, report: JSON.parse(out.join('')) };
}

afterEach(() => {
  vi.restoreAllMocks();
  process.exitCode = 0;
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

describe('plusct leakage on CTs', () => {
  beforeAll(() => {
    const [first, second, third] = [...madePatients(3)].map(({ scan }) => scan);
    for (const folder of ['train/a', 'clean', 'leaky']) mkdirSync(join(root, folder), { recursive: true });
    const put = (path: string, scan: { geometry: Parameters<typeof writeCt>[0]; hu: Int16Array }) =>
      writeFileSync(join(root, path), writeCt(scan.geometry, scan.hu));
    put('train/a/one.nii', first!);
    put('train/two.nii', second!);
    put('clean/three.nii', third!);
    put('leaky/other.nii', copyOf(second!, 'all of it', seededRandom(5)));
  });

  it('says that nothing leaks, and how many pairs that was found on', async () => {
    const { code, report } = await run(join(root, 'train'), join(root, 'clean'));
    expect(code).toBe(0);
    expect(report).toMatchObject({ leaks: [], scanPairs: 2, labelPairs: 0, unproven: [] });
  }, 120_000);

  it('finds two scans of one patient where a table names them, and refuses a table that names others', async () => {
    const table = join(root, 'patients.csv');
    writeFileSync(table, 'case,patient\na/one,p1\nthree,p1\ntwo,p2\n');
    const { code, report } = await run(join(root, 'train'), join(root, 'clean'), table);
    expect(code).toBe(1);
    expect(report.leaks).toMatchObject([
      {
        train: join(root, 'train/a/one.nii'),
        test: join(root, 'clean/three.nii'),
        same: { kind: 'same-patient', table: 'patients.csv', lines: [2, 3] },
      },
    ]);
    writeFileSync(table, 'case,patient\none,p1\nthree.nii,p1\n');
    await expect(leakage(join(root, 'train'), join(root, 'clean'), { patients: table })).rejects.toThrow(
      "line 3: case 'three.nii': no such case in either folder",
    );
  }, 120_000);

  it('finds a scan that was cropped, resampled, windowed, turned and given noise', async () => {
    const { code, report } = await run(join(root, 'train'), join(root, 'leaky'));
    expect(code).toBe(1);
    expect(report.leaks).toHaveLength(1);
    expect(report.leaks[0]).toMatchObject({ train: join(root, 'train/two.nii'), same: { kind: 'similar' } });
    expect(report.leaks[0].same.correlation).toBeGreaterThan(0.975);
  }, 120_000);

  it('finds the same file under another path, and proves nothing of a file that it cannot read', async () => {
    writeFileSync(join(root, 'broken.nii'), 'no NIfTI');
    expect((await run(join(root, 'train'), join(root, 'train/two.nii'))).report.leaks).toMatchObject([
      { same: { kind: 'same-file' } },
    ]);
    const { code, report } = await run(join(root, 'clean'), join(root, 'broken.nii'));
    expect(code).toBe(1);
    expect(report.unproven.join()).toContain('broken.nii');
  }, 120_000);

  it('refuses a folder without any NIfTI file', async () => {
    mkdirSync(join(root, 'empty'));
    await expect(leakage(join(root, 'empty'), join(root, 'clean'), {})).rejects.toThrow('nothing to compare');
  });
});

describe.skipIf(!existsSync(pairs))(
  'plusct leakage on real label maps (skipped where ../shared/data is absent)',
  () => {
    it('finds multi-organ task 18 to be pancreas pair 441, and no other', async () => {
      const [multi, pancreas] = ['multiorgan-pairs', 'pancreas-pairs'].map((name) =>
        join(pairs, name, 'GroundTruth'),
      );
      const { code, report } = await run(multi!, pancreas!);
      expect(code).toBe(1);
      expect(report.labelPairs).toBe(144);
      expect(report.leaks.map(({ train, test }: { train: string; test: string }) => [train, test])).toEqual([
        [join(multi!, '18.nii.gz'), join(pancreas!, '441.nii.gz')],
      ]);
      expect(report.leaks[0].same.dice).toBeGreaterThan(0.9999);
    }, 180_000);
  },
);
