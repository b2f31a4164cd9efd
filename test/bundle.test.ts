import { resolve } from 'node:path';
import { bundleWorkflowCode } from '@temporalio/worker';
import { describe, expect, it } from 'vitest';

const quiet = { log() {}, trace() {}, debug() {}, info() {}, warn() {}, error() {} };

describe('the workflow bundle', () => {
  it('holds the reducer, but no zod, no AWS SDK, no NIfTI and no voxel code', async () => {
    const { code } = await bundleWorkflowCode({
      workflowsPath: resolve('workflows/index.ts'),
      logger: quiet,
      webpackConfigHook: resolveTypeScript,
    });
    const sources = code.replace(/\/\/# sourceMappingURL=.*$/gm, '');
    expect(sources).toContain('task-reducer');
    for (const absent of [
      'node_modules/zod',
      '@aws-sdk',
      'nifti-reader-js',
      'dcmjs',
      './imaging/',
      './storage/',
      './engines/',
      './sources/',
    ]) {
      expect(sources.includes(absent), absent).toBe(false);
    }
  }, 120_000);
});

/** The sources import each other as `.js`, which is what they are once compiled. */
function resolveTypeScript<Config extends { resolve?: object }>(config: Config): Config {
  return { ...config, resolve: { ...config.resolve, extensionAlias: { '.js': ['.ts', '.js'] } } };
}
