import { expect, it } from 'vitest';
import { gpuPage } from '../../bench/gpu-page.js';

it('the page of the GPU bench names the device, sets both engines beside each other and says what it does not know', () => {
  const row = { set: 'phantoms', organ: 'spleen' as const, cases: 3, trainingSeconds: 61.4 };
  const page = gpuPage({
    device: 'Some GPU 80GB',
    rows: [{ ...row, use: 91.2, nnunet: 0.9512, atlas: 0.87 }],
    speed: { sidecar: { perMinute: 30, use: 83 }, command: { perMinute: 4, use: undefined } },
    settings: { epochs: 50 },
    date: new Date('2026-01-02T03:04:05Z'),
  });
  expect(page).toMatch(/^2026-01-02 · .* · device: Some GPU 80GB · epochs=50$/m);
  expect(page).toContain('| phantoms | spleen | 3 | 0.951 | 0.870 | 61 s | 91 % |');
  expect(page).toContain('| process that stays | 30.0 | **7.5×** | 83 % |');
  expect(page).toContain('| one command for each case | 4.0 | 1× | not known |');
});
