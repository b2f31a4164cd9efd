import { join } from 'node:path';
import { projectRoot } from '../infra/home.js';
import { largePages } from '../infra/large-pages.js';
import type { WorkerSpec } from '../infra/servers.js';

/** Device workers of the embedded installation; on one machine they share its cores. */
export const defaultDevices = 2;

/** The worker processes that `npm start` and `plusct up` run. */
export function workerSpecs(devices: number): WorkerSpec[] {
  const main = join(projectRoot(), 'dist', 'workers', 'main.js');
  const worker = (name: string, ...args: string[]): WorkerSpec => ({
    name,
    command: process.execPath,
    args: ['--enable-source-maps', main, ...args],
    env: largePages,
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
