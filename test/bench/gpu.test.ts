import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { meanUse } from '../../bench/gpu-device.js';
import { gpuPage } from '../../bench/gpu-page.js';
import { GpuProgress } from '../../bench/gpu-progress.js';
import { inLanes } from '../../bench/gpu-run.js';
import { enlarged, sharePercent } from '../../bench/gpu-speed.js';
import { geometryOf, volumeOf } from '../engines/phantom.js';

const about = {
  state: 'nnU-Net 2, commit abc',
  device: 'Some GPU 80GB',
  settings: { epochs: 50 },
  date: new Date('2026-01-02T03:04:05Z'),
};

it('the page of the GPU bench names the device, sets both engines beside each other and says what it does not know', () => {
  const row = { set: 'phantoms', organ: 'spleen' as const, cases: 3, nnunet: 0.9512, atlas: 0.87 };
  const scans = '60 of 288×240×132';
  const page = gpuPage({
    ...about,
    rows: [{ ...row, preparingSeconds: 12, epochsSeconds: 61.4, use: 91.2 }, row],
    speed: { sidecar: 30, command: 4, scans: '96×80×44' },
    uses: [
      { models: 1, scans, perMinute: 70, use: 83.4, computing: 90 },
      { models: 4, scans, perMinute: 60, computing: 120 },
    ],
  });
  expect(page).toMatch(/^2026-01-02 · .* · device: Some GPU 80GB · nnU-Net 2, commit abc · epochs=50$/m);
  expect(page).toContain("trained for 12,500 steps; nnU-Net's usual training has 250,000: what follows");
  expect(page).toContain('| phantoms | spleen | 3 | 0.951 | 0.870 | 12 s | 61 s | 91 % |');
  expect(page).toContain('| phantoms | spleen | 3 | 0.951 | 0.870 | – | – | not known |');
  expect(page).toContain('| process that stays | 30.0 | **7.5×** |');
  expect(page).toContain(`| 1 | ${scans} | 70.0 | 83 % | 90 % |`);
  expect(page).toContain(`| 4 | ${scans} | 60.0 | not known | 120 % |`);
});

it('its page leaves out what is still to be measured', () => {
  const page = gpuPage({ ...about, rows: [], uses: [] });
  expect(page).not.toContain('Cases in a minute');
  expect(page).not.toContain('while there is a queue');
});

it('the use of a device counts within its time only', () => {
  const samples = [10, 90, 70, 20].map((percent, n) => ({ atMs: 100 * n, percent }));
  expect(meanUse(samples, 100, 200)).toBe(80);
  expect(meanUse(samples, 400, 500)).toBeUndefined();
});

it('the time on a device counts as far as it lies within', () => {
  const at = (ms: number) => new Date(performance.timeOrigin + ms).toISOString();
  const stays = [
    { at: at(0), seconds: 2 },
    { at: at(3000), seconds: 1 },
    { at: at(6000), seconds: 9 },
  ];
  expect(sharePercent(stays, 1000, 5000)).toBeCloseTo(50, 0);
});

it('what a run has found is found by the next one of the same device and settings alone', async () => {
  const root = mkdtempSync(join(tmpdir(), 'plusct-gpu-'));
  try {
    let asked = 0;
    const find = async () => ++asked;
    const first = GpuProgress.open(root, { device: 'a' });
    await expect(first.once('speed', () => Promise.reject(new Error('cut off')))).rejects.toThrow('cut off');
    expect(await first.once('speed', find)).toBe(1);
    expect(await GpuProgress.open(root, { device: 'a' }).once('speed', find)).toBe(1);
    expect(await GpuProgress.open(root, { device: 'b' }).once('speed', find)).toBe(2);
    expect([...(await first.model('m', async () => Uint8Array.of(7)))]).toEqual([7]);
    expect([...(await first.model('m', () => expect.fail('trained twice')))]).toEqual([7]);
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
});

it('lanes take all there is, so many at once, and tell when the last was begun', async () => {
  let [now, most] = [0, 0];
  const startMs = performance.now();
  const lastMs = await inLanes([30, 1, 1, 1], 2, async (ms) => {
    most = Math.max(most, ++now);
    await new Promise((resolve) => setTimeout(resolve, ms));
    now--;
  });
  expect(most).toBe(2);
  expect(lastMs - startMs).toBeLessThan(performance.now() - startMs);
});

it('a scan that is enlarged has every voxel as a block', () => {
  const small = volumeOf(geometryOf([2, 1, 1], [1, 1, 1]), Int16Array.of(5, 9));
  const { geometry, hu } = enlarged(small, 2);
  expect(geometry.shape).toEqual([4, 2, 2]);
  expect([...hu]).toEqual([5, 5, 9, 9, 5, 5, 9, 9, 5, 5, 9, 9, 5, 5, 9, 9]);
});
