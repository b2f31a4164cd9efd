import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { identityOf, waitUntil } from '../../infra/process.js';
import type { ChildRecord } from '../../infra/run-file.js';
import { type ChildSpec, Supervisor, stopOrphans } from '../../infra/supervisor.js';

const idle = 'setInterval(() => {}, 1000)';

function nodeChild(name: string, script: string, more: Partial<ChildSpec> = {}): ChildSpec {
  return { name, tier: 'worker', command: process.execPath, args: ['-e', script], ...more };
}

describe('the supervisor', () => {
  let dir: string;
  let said: string[];
  let records: readonly ChildRecord[];
  let supervisor: Supervisor;
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'plusct-supervisor-'));
    said = [];
    records = [];
    supervisor = new Supervisor({
      cwd: dir,
      logsDir: join(dir, 'logs'),
      say: (line) => said.push(line),
      onChange: (children) => {
        records = children;
      },
    });
  });
  afterEach(async () => {
    await supervisor.stop();
    rmSync(dir, { recursive: true, force: true });
  });
  const log = (name: string) => readFileSync(supervisor.logFile(name), 'utf8');

  it('starts a child with its environment and keeps its output', async () => {
    await supervisor.start(
      nodeChild('io', `console.log('hello', process.env.PLUSCT_ROLE); ${idle}`, {
        env: { PLUSCT_ROLE: 'io' },
      }),
    );
    expect(await waitUntil(() => log('io') === 'hello io\n', { timeoutMs: 5_000 })).toBe(true);
    expect(records).toEqual([
      expect.objectContaining({ name: 'io', pid: supervisor.pidOf('io'), restarts: 0 }),
    ]);
    expect(supervisor.restarts('io')).toBe(0);
  });

  it('starts a child again that was killed, and counts', async () => {
    await supervisor.start(nodeChild('gpu', idle));
    const first = supervisor.pidOf('gpu') ?? 0;
    process.kill(first, 'SIGKILL');
    expect(await waitUntil(() => supervisor.restarts('gpu') === 1, { timeoutMs: 5_000 })).toBe(true);
    expect(supervisor.pidOf('gpu')).not.toBe(first);
    expect(records).toEqual([expect.objectContaining({ name: 'gpu', restarts: 1 })]);
    expect(said).toEqual(['gpu ended with SIGKILL; starting it again.']);
  });

  it('has heard of every end when stop() is over', async () => {
    const names = Array.from({ length: 12 }, (_, n) => `io-${n}`);
    await Promise.all(names.map((name) => supervisor.start(nodeChild(name, idle))));
    await supervisor.stop();
    expect(records).toEqual([]);
    expect(names.map((name) => supervisor.pidOf(name))).toEqual(names.map(() => undefined));
  });

  it('waits longer and longer for a child that cannot stay up', async () => {
    await supervisor.start(nodeChild('io', 'process.exit(3)'));
    const startedMs = Date.now();
    expect(await waitUntil(() => supervisor.restarts('io') === 3, { timeoutMs: 10_000 })).toBe(true);
    // 0.2 + 0.4 + 0.8 s
    expect(Date.now() - startedMs).toBeGreaterThan(1_300);
    expect(said[0]).toBe('io ended with code 3; starting it again.');
  });

  it('reports a child that ends before it is ready, with its last words', async () => {
    const spec = nodeChild('objects', `console.error('disk is full'); process.exit(1)`, {
      ready: () => new Promise(() => undefined),
    });
    await expect(supervisor.start(spec)).rejects.toThrow(
      /objects ended with code 1.*objects\.log.*disk is full/s,
    );
    expect(supervisor.pidOf('objects')).toBeUndefined();
    expect(records).toEqual([]);
  });

  it('reports a command that is not there', async () => {
    const spec = {
      name: 'x',
      tier: 'worker',
      command: join(dir, 'nothing'),
      args: [],
      ready: () => new Promise<void>(() => undefined),
    } as const;
    await expect(supervisor.start(spec)).rejects.toThrow(/x cannot be run .*ENOENT/);
  });

  it('stops a child whose readiness fails', async () => {
    let pid: number | undefined;
    const spec = nodeChild('objects', idle, {
      ready: async () => {
        pid = supervisor.pidOf('objects');
        throw new Error('never');
      },
    });
    await expect(supervisor.start(spec)).rejects.toThrow('never');
    expect(pid).toBeGreaterThan(0);
    expect(identityOf(pid ?? 0)).toBeUndefined();
  });

  it('stops workers before servers and runs what is to follow', async () => {
    const ended: string[] = [];
    const patient = (name: string) =>
      `process.on('SIGTERM', () => setTimeout(() => process.exit(0), 200)); console.log('up'); ${idle}; '${name}'`;
    await supervisor.start(
      nodeChild('server', patient('s'), { tier: 'server', afterStop: () => ended.push('server') }),
    );
    await supervisor.start(nodeChild('worker', patient('w'), { afterStop: () => ended.push('worker') }));
    await waitUntil(() => log('server') === 'up\n' && log('worker') === 'up\n', { timeoutMs: 5_000 });
    const pids = ['server', 'worker'].map((name) => supervisor.pidOf(name) ?? 0);
    await supervisor.stop();
    expect(ended).toEqual(['worker', 'server']);
    expect(pids.map(identityOf)).toEqual([undefined, undefined]);
    expect(said).toEqual([]);
    await expect(supervisor.start(nodeChild('late', idle))).rejects.toThrow('plusct is stopping');
  });

  it('does not restart a child that dies while it stops', async () => {
    await supervisor.start(nodeChild('io', 'process.exit(1)'));
    await supervisor.stop();
    const before = supervisor.restarts('io');
    await waitUntil(() => false, { timeoutMs: 500 });
    expect(supervisor.restarts('io')).toBe(before);
    expect(supervisor.pidOf('io')).toBeUndefined();
  });

  it('refuses two children of one name', async () => {
    await supervisor.start(nodeChild('io', idle));
    await expect(supervisor.start(nodeChild('io', idle))).rejects.toThrow('Two processes are called io');
    expect(supervisor.pidOf('io')).toBeGreaterThan(0);
  });

  it('finds what an earlier one left behind, and only that', async () => {
    await supervisor.start(nodeChild('left', idle));
    const [left] = records;
    const foreign: ChildRecord = { ...left, name: 'foreign', pid: process.pid, identity: 'another-boot:1' };
    supervisor.kill();
    expect(await stopOrphans([foreign])).toEqual([]);
    const next = new Supervisor({
      cwd: dir,
      logsDir: join(dir, 'logs2'),
      say: () => undefined,
      onChange: (r) => {
        records = r;
      },
    });
    await next.start(nodeChild('left', idle));
    expect(await stopOrphans([records[0], foreign])).toEqual(['left']);
    await next.stop();
  });
});
