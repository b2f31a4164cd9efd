import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { Connection } from '@temporalio/client';
import { msToTs } from '@temporalio/common/lib/time.js';
import type { Home } from './home.js';
import { loopback } from './ports.js';
import { notStarted, waitUntil } from './process.js';
import type { ChildSpec } from './supervisor.js';
import type { Say } from './tools.js';

export const temporalNamespace = 'default';
const startTimeoutMs = 60_000;
const retentionMs = 30 * 24 * 3600 * 1000;

/** Settings of the development server that plusct depends on, or that suit a machine without a network. */
const dynamicConfig = [
  'frontend.enableServerVersionCheck=false',
  // Priority keys work by default; fairness between collections has to be switched on.
  'matching.enableFairness=true',
  // Order holds within a partition. New tasks go to one, whose throughput is plenty here; all are still read.
  'matching.numTaskqueueWritePartitions=1',
  // The defaults guard shared clusters. Here one user's backlog is all there is.
  'frontend.namespaceRPS=100000',
  'frontend.namespaceRPS.visibility=1000',
  'history.maxInFlightUpdates=100',
];

/** Database of one server version: the server migrates no schema, so each version has its own file. */
export function databaseFile(home: Home, version: string): string {
  return join(home.temporalDir, `temporal-${version}.db`);
}

/** Tells once if another version of the server has left campaigns behind that this one cannot see. */
export function warnOfOtherDatabases(home: Home, version: string, say: Say): void {
  const own = `temporal-${version}.db`;
  const others = readdirSync(home.temporalDir).filter((name) => name.endsWith('.db') && name !== own);
  if (others.length > 0 && !readdirSync(home.temporalDir).includes(own)) {
    say(
      `Temporal ${version} starts with an empty history: ${others.join(', ')} belongs to another version and stays where it is.`,
    );
  }
}

async function tryConnect(address: string): Promise<Connection | undefined> {
  try {
    return await Connection.connect({ address, connectTimeout: 2_000 });
  } catch {
    return undefined;
  }
}

async function keepHistories(connection: Connection): Promise<boolean> {
  try {
    await connection.workflowService.updateNamespace({
      namespace: temporalNamespace,
      config: { workflowExecutionRetentionTtl: msToTs(retentionMs) },
    });
    return true;
  } catch {
    // The namespace is registered a moment after the port opens.
    return false;
  }
}

/** Waits until the server answers, and has it keep finished histories for 30 days instead of one. */
async function serving(address: string, signal: AbortSignal): Promise<boolean> {
  return waitUntil(
    async () => {
      const connection = await tryConnect(address);
      if (!connection) return false;
      try {
        return await keepHistories(connection);
      } finally {
        await connection.close();
      }
    },
    { timeoutMs: startTimeoutMs, intervalMs: 50, signal },
  );
}

/** The development server with its state in the home, on `port` of the loopback address. */
export function temporalServer(options: {
  home: Home;
  binary: string;
  version: string;
  port: number;
  /** Further dynamic configuration as `key=JSON`; of two values of a key the later counts. */
  extraConfig?: readonly string[];
}): ChildSpec {
  const { home, binary, version, port, extraConfig = [] } = options;
  return {
    name: 'temporal',
    tier: 'server',
    command: binary,
    args: [
      ...['server', 'start-dev', '--headless', '--ip', loopback, '--port', String(port)],
      ...['--db-filename', databaseFile(home, version)],
      // Nearly three times the throughput of the defaults, and safe against a killed process.
      ...['--sqlite-pragma', 'journal_mode=wal', '--sqlite-pragma', 'synchronous=normal'],
      ...['--ui-disable-news-fetch', '--log-level', 'warn'],
      ...[...dynamicConfig, ...extraConfig].flatMap((pair) => ['--dynamic-config-value', pair]),
    ],
    async ready(signal) {
      if (await serving(`${loopback}:${port}`, signal)) return;
      throw notStarted(
        'temporal',
        `does not answer after ${startTimeoutMs / 1000} s`,
        join(home.logsDir, 'temporal.log'),
      );
    },
  };
}
