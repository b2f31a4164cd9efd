import { defineConfig } from 'vitest/config';

/** Tests with the real nnU-Net: minutes each, and not part of `npm test`. `npm run test:nnunet` installs it first. */
export default defineConfig({
  test: {
    include: ['test/nnunet/*.real.ts'],
    pool: 'forks',
    // Each test uses all cores by itself.
    maxWorkers: 1,
    testTimeout: 10 * 60_000,
    hookTimeout: 10 * 60_000,
  },
});
