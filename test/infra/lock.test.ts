import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { type Lock, tryLock, waitForLock } from '../../infra/lock.js';
import { identityOf } from '../../infra/process.js';

const dir = mkdtempSync(join(tmpdir(), 'plusct-lock-'));
const path = join(dir, 'a.lock');

function take(): Lock {
  const got = tryLock(path);
  if ('release' in got) return got;
  throw new Error(`held by ${got.heldBy}`);
}

describe('a lock', () => {
  beforeEach(() => rmSync(path, { force: true }));
  afterAll(() => rmSync(dir, { recursive: true }));

  it('is taken once and names its holder to the second', () => {
    const lock = take();
    expect(tryLock(path)).toEqual({ heldBy: process.pid });
    lock.release();
    take().release();
    expect(readdirSync(dir)).toEqual([]);
  });

  it('of a process that has died is taken over', async () => {
    const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
    writeFileSync(path, `${child.pid} ${identityOf(child.pid ?? 0)}\n`);
    expect(tryLock(path)).toEqual({ heldBy: child.pid });
    child.kill('SIGKILL');
    await once(child, 'exit');
    take().release();
  });

  it('of a process whose number was given to another one is taken over', () => {
    writeFileSync(path, `${process.pid} another-boot:1\n`);
    take().release();
  });

  it('with unreadable content is taken over', () => {
    writeFileSync(path, '');
    take().release();
  });

  it('is not released by one who lost it', () => {
    const lock = take();
    writeFileSync(path, 'of somebody else');
    lock.release();
    expect(existsSync(path)).toBe(true);
  });

  it('is waited for, and the wait is announced once', async () => {
    const lock = take();
    const announced: number[] = [];
    const waiting = waitForLock(path, 5_000, (pid) => announced.push(pid));
    setTimeout(() => lock.release(), 300);
    (await waiting).release();
    expect(announced).toEqual([process.pid]);
  });

  it('of another host is waited for as long as that one touches it, and then taken over', async () => {
    writeFileSync(path, `${process.pid} another-boot:1 another-host\n`);
    const begun = Date.now();
    const touching = setInterval(() => utimesSync(path, new Date(), new Date()), 50);
    setTimeout(() => clearInterval(touching), 1_000);
    const announced: number[] = [];
    (await waitForLock(path, 20_000, (pid) => announced.push(pid), 400)).release();
    expect(Date.now() - begun).toBeGreaterThan(1_300);
    expect(announced).toEqual([process.pid]);
    expect(readdirSync(dir)).toEqual([]);
  });

  it('is not waited for without end', async () => {
    const lock = take();
    await expect(waitForLock(path, 100, () => undefined)).rejects.toThrow(`held by process ${process.pid}`);
    lock.release();
  });
});
