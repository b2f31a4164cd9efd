import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { projectRoot, resolveHome } from '../../infra/home.js';
import { bringUp } from '../../infra/servers.js';
import { ensureTools } from '../../infra/tools.js';

declare module 'vitest' {
  export interface ProvidedContext {
    /** How to reach the servers of this test run: TEMPORAL_ADDRESS, S3_ENDPOINT and their companions. */
    servers: Record<string, string>;
  }
}

/** Processes of the tests run from dist/; it is built if the sources have changed. */
function build(): void {
  const args = [join(projectRoot(), 'infra', 'bootstrap.mjs'), 'build', '--tolerant'];
  const { status } = spawnSync(process.execPath, args, { stdio: 'inherit' });
  if (status !== 0) throw new Error('The project could not be built for the tests (see above).');
}

/** One Temporal and one S3 server for the whole run, in a home that is thrown away. `inject('servers')` tells where. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  build();
  const dir = mkdtempSync(join(tmpdir(), 'plusct-tests-'));
  const home = resolveHome({ ...process.env, PLUSCT_HOME: dir });
  const tools = await ensureTools({ toolsDir: home.toolsDir, say: console.error });
  const running = await bringUp({ home, tools, workers: [], say: console.error, handleSignals: false });
  project.provide('servers', running.env);
  return async () => {
    await running.stop();
    rmSync(dir, { recursive: true, force: true });
  };
}
