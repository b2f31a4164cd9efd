import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { identityOf, logTail, rotateLog, stopProcess, waitUntil } from '../../infra/process.js';

function sleeper(script = 'setInterval(() => {}, 1000); console.log("up")'): ChildProcess {
  return spawn(process.execPath, ['-e', script], { detached: true, stdio: ['ignore', 'pipe', 'ignore'] });
}

describe('the identity of a process', () => {
  it('stays the same while it lives and is gone when it has ended', async () => {
    const child = sleeper();
    const pid = child.pid ?? 0;
    const identity = identityOf(pid);
    expect(identity).toBeTruthy();
    expect(identityOf(pid)).toBe(identity);
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(identityOf(pid)).toBeUndefined();
  });

  it('differs between two processes', async () => {
    const first = sleeper();
    await waitUntil(() => false, { timeoutMs: 30 });
    const second = sleeper();
    expect(identityOf(first.pid ?? 0)).not.toBe(identityOf(second.pid ?? 0));
    for (const child of [first, second]) child.kill('SIGKILL');
  });
});

describe('stopping a process', () => {
  it('leaves a process alone whose identity is another', async () => {
    const child = sleeper();
    await stopProcess(child.pid ?? 0, 'another-boot:1', 200);
    expect(identityOf(child.pid ?? 0)).toBeTruthy();
    child.kill('SIGKILL');
  });

  it('kills one that ignores SIGTERM after the grace time', async () => {
    const child = sleeper('process.on("SIGTERM", () => {}); setInterval(() => {}, 1000); console.log("up")');
    await once(child.stdout!, 'data');
    const startedMs = Date.now();
    await stopProcess(child.pid ?? 0, identityOf(child.pid ?? 0) ?? '', 300);
    expect(Date.now() - startedMs).toBeGreaterThanOrEqual(290);
    expect(identityOf(child.pid ?? 0)).toBeUndefined();
  });

  it('ends what the process has started as well', async () => {
    const script = `const c = require('node:child_process').spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
      console.log(c.pid); setInterval(() => {}, 1000)`;
    const child = sleeper(script);
    const [output] = await once(child.stdout!, 'data');
    const grandchild = Number(String(output));
    expect(identityOf(grandchild)).toBeTruthy();
    await stopProcess(child.pid ?? 0, identityOf(child.pid ?? 0) ?? '', 2_000);
    expect(await waitUntil(() => identityOf(grandchild) === undefined, { timeoutMs: 2_000 })).toBe(true);
  });
});

describe('a log', () => {
  let dir: string;
  beforeAll(() => {
    dir = mkdtempSync(join(tmpdir(), 'plusct-log-'));
  });
  afterAll(() => rmSync(dir, { recursive: true }));

  it('is kept under another name when the next run begins', () => {
    const log = join(dir, 'objects.log');
    writeFileSync(log, 'first run\n');
    rotateLog(log);
    expect(readFileSync(join(dir, 'objects.1.log'), 'utf8')).toBe('first run\n');
    rotateLog(log);
    expect(logTail(log)).toBe('');
  });

  it('shows its last lines', () => {
    const log = join(dir, 'tail.log');
    writeFileSync(log, 'a\nb\nc\n');
    expect(logTail(log, 2)).toBe('b\nc');
  });
});
