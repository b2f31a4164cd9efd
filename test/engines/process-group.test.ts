import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type GroupSpec, ProcessGroup, runGroup, sweepGroups } from '../../engines/process-group.js';
import { identityOf, waitUntil } from '../../infra/process.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'plusct-group-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** A shell script as a group; `$0` is a file that it may write the number of a child into. */
const shell = (script: string, more: Partial<GroupSpec> = {}): GroupSpec => ({
  title: 'the script',
  command: '/bin/sh',
  args: ['-c', script, join(folder, 'pid')],
  env: { PATH: '/usr/bin:/bin' },
  cwd: folder,
  records: join(folder, 'groups'),
  ...more,
});
const never = new AbortController().signal;
/** Starts a child that outlives the script unless its group is ended. */
const withChild = 'sleep 600 & echo $! > "$0"';
const childPid = () => Number(readFileSync(join(folder, 'pid'), 'utf8'));
const written = () =>
  waitUntil(() => existsSync(join(folder, 'pid')) && childPid() > 0, { timeoutMs: 10_000 });
const gone = (pid: number) => waitUntil(() => identityOf(pid) === undefined, { timeoutMs: 10_000 });

describe('a process group', () => {
  it('tells how it ended and what it said last', async () => {
    const lines: string[] = [];
    const ending = await runGroup(
      shell('echo one; echo two >&2; exit 3', { onLine: (line) => lines.push(line) }),
      never,
    );
    expect(ending).toMatchObject({ code: 3, signal: null });
    expect(lines.sort()).toEqual(['one', 'two']);
    expect(ending.output.split('\n').sort()).toEqual(['one', 'two']);
    expect(readdirSync(join(folder, 'groups'))).toEqual([]);
  });

  it('that cannot be started says why', async () => {
    const ending = await runGroup(shell('', { command: join(folder, 'nothing') }), never);
    expect(ending.code).toBeNull();
    expect(ending.output).toContain('ENOENT');
  });

  it('ends with everything that it started, also when the program leaves something behind', async () => {
    await runGroup(shell(withChild), never);
    expect(await gone(childPid())).toBe(true);
  });

  it('does not wait for a daemon that has left it', async () => {
    const startedMs = Date.now();
    const ending = await runGroup(shell('setsid sleep 60 & echo $! > "$0"; echo done'), never);
    expect(ending).toMatchObject({ code: 0, output: 'done' });
    expect(Date.now() - startedMs).toBeLessThan(30_000);
    process.kill(childPid(), 'SIGKILL');
  });

  it('is ended as a whole when it is cancelled', async () => {
    const stop = new AbortController();
    const running = runGroup(shell(`${withChild}; wait`), stop.signal);
    await written();
    stop.abort();
    await expect(running).rejects.toMatchObject({ kind: 'Cancelled', message: 'the script was cancelled' });
    expect(await gone(childPid())).toBe(true);
    await expect(runGroup(shell('exit 0'), stop.signal)).rejects.toMatchObject({ kind: 'Cancelled' });
  });

  it('answers what it is told', async () => {
    const answers: string[] = [];
    const group = new ProcessGroup(
      shell('while read line; do echo "got $line"; done', { onAnswer: (line) => answers.push(line) }),
    );
    group.tell('a');
    group.tell('b');
    await waitUntil(() => answers.length === 2, { timeoutMs: 10_000 });
    expect(answers).toEqual(['got a', 'got b']);
    await group.stop();
    await group.stop();
    group.tell('nobody hears');
  });

  it('whose worker was killed is found by the next one and ended; those of the living are left alone', async () => {
    const records = join(folder, 'groups');
    const living = new ProcessGroup(shell('sleep 600'));
    const orphan = spawn('/bin/sh', ['-c', `${withChild}; wait`, join(folder, 'pid')], {
      detached: true,
      stdio: 'ignore',
    });
    await written();
    const group = { pid: orphan.pid!, identity: identityOf(orphan.pid!)! };
    const owner = { pid: process.pid, identity: 'of another process that had this number' };
    writeFileSync(join(records, `${group.pid}.json`), JSON.stringify({ group, owner }));
    expect(sweepGroups(records)).toBe(1);
    expect(await gone(childPid())).toBe(true);
    expect(readdirSync(records)).toHaveLength(1);
    await living.stop();
    expect(sweepGroups(records)).toBe(0);
  });

  it('of a number that somebody else has now is not touched', async () => {
    const records = join(folder, 'groups');
    const other = new ProcessGroup(shell('sleep 600'));
    const [name] = readdirSync(records);
    const pid = Number.parseInt(name!, 10);
    const group = { pid, identity: 'of one that ended long ago' };
    const owner = { pid: process.pid, identity: 'dead' };
    writeFileSync(join(records, name!), JSON.stringify({ group, owner }));
    expect(sweepGroups(records)).toBe(0);
    expect(identityOf(pid)).toBeDefined();
    await other.stop();
  });
});
