import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { projectRoot, resolveHome } from '../infra/home.js';
import { largePages } from '../infra/large-pages.js';
import type { WorkerSpec } from '../infra/servers.js';

/** Device workers where there is no GPU; on one machine they share its cores. */
const processorWorkers = 2;

/** Device workers of the embedded installation unless told otherwise: one for each GPU. */
export function defaultDevices(): number {
  const { status, stdout } = spawnSync('nvidia-smi', ['-L'], { encoding: 'utf8', timeout: 20_000 });
  if (status !== 0) return processorWorkers;
  return Math.max(1, stdout.split('\n').filter((line) => line.startsWith('GPU ')).length);
}

/** Where workers of this home keep weights, unless the environment says otherwise. */
export function modelCacheHere(): Record<string, string> {
  return { PLUSCT_MODEL_CACHE: process.env.PLUSCT_MODEL_CACHE ?? join(resolveHome().dir, 'model-cache') };
}

/** The worker processes that `npm start` and `plusct up` run. */
export function workerSpecs(devices: number): WorkerSpec[] {
  const main = join(projectRoot(), 'dist', 'workers', 'main.js');
  const env = { ...largePages, ...modelCacheHere() };
  const worker = (name: string, ...args: string[]): WorkerSpec => ({
    name,
    command: process.execPath,
    args: ['--enable-source-maps', main, ...args],
    env,
  });
  return [
    worker('orchestration', '--role', 'orchestration'),
    worker('io', '--role', 'io'),
    ...Array.from({ length: devices }, (_, device) =>
      worker(`gpu-${device}`, '--role', 'gpu', '--device', `${device}`),
    ),
    worker('simulated', '--role', 'simulated'),
  ];
}
