import { spawn } from 'node:child_process';
import { closeSync, openSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { PlusctError } from '../domain/errors.js';
import { type ConnectionEnv, type Home, liveConnection, makeHome, readRun } from './home.js';
import { identityOf, logTail, rotateLog, waitUntil } from './process.js';
import type { WorkerSpec } from './servers.js';
import { stopOrphans } from './supervisor.js';

const [startTimeoutMs, stopTimeoutMs] = [120_000, 60_000];

export const WorkerSpecs = z.array(
  z.object({
    name: z.string(),
    command: z.string(),
    args: z.array(z.string()),
    env: z.record(z.string(), z.string()).exactOptional(),
    graceMs: z.number().exactOptional(),
  }),
);

/** File through which the worker command lines reach the detached supervisor. */
export function workersFile(home: Home): string {
  return join(home.dir, 'workers.json');
}

/**
 * Starts servers and workers under a supervisor that outlives this process, and waits until they are ready.
 * Does nothing but return the connection if they run already. Tools must be installed before.
 */
export async function startDetached(options: {
  home: Home;
  workers: readonly WorkerSpec[];
}): Promise<ConnectionEnv> {
  const { home, workers } = options;
  const already = liveConnection(home);
  if (already) return already;
  makeHome(home);
  writeFileSync(workersFile(home), JSON.stringify(workers), { mode: 0o600 });
  const logFile = join(home.logsDir, 'supervisor.log');
  rotateLog(logFile);
  const log = openSync(logFile, 'a', 0o600);
  const main = join(home.root, 'dist', 'infra', 'supervise-main.js');
  const child = spawn(process.execPath, [main], {
    cwd: home.root,
    env: {
      ...process.env,
      PLUSCT_HOME: home.dir,
      PLUSCT_TOOLS: home.toolsDir,
      PLUSCT_ENGINES: home.enginesDir,
    },
    detached: true,
    stdio: ['ignore', log, log],
  });
  closeSync(log);
  let ended = false;
  child.once('error', () => {
    ended = true;
  });
  child.once('exit', () => {
    ended = true;
  });
  const up = () => readRun(home).supervisor?.pid === child.pid && liveConnection(home) !== undefined;
  await waitUntil(() => ended || up(), { timeoutMs: startTimeoutMs, intervalMs: 50 });
  child.unref();
  const connection = liveConnection(home);
  if (connection) return connection;
  throw new PlusctError('InvalidInput', `The servers did not start. ${logFile} says:\n${logTail(logFile)}`);
}

/** Stops the supervisor of the home and all it started. Returns false if nothing ran. */
export async function stopDetached(home: Home): Promise<boolean> {
  const { supervisor, children } = readRun(home);
  const alive = supervisor !== undefined && identityOf(supervisor.pid) === supervisor.identity;
  if (alive) {
    process.kill(supervisor.pid, 'SIGTERM');
    const gone = () => identityOf(supervisor.pid) !== supervisor.identity;
    if (!(await waitUntil(gone, { timeoutMs: stopTimeoutMs, intervalMs: 50 })))
      process.kill(supervisor.pid, 'SIGKILL');
  }
  // Its children are in groups of their own, so they may be left even if the supervisor is not.
  const orphans = await stopOrphans(alive ? readRun(home).children : children);
  return alive || orphans.length > 0;
}
