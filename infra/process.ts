import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { closeSync, existsSync, openSync, readdirSync, readFileSync, renameSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { PlusctError } from '../domain/errors.js';

const pollMs = 25;

function linuxIdentity(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The command name may hold spaces and brackets: count fields after its closing bracket. State is the first, start time the 20th.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    // A first thread that has ended is listed as a zombie while others still hold the ports of the process.
    if (fields[0] === 'X' || (fields[0] === 'Z' && readdirSync(`/proc/${pid}/task`).length <= 1))
      return undefined;
    return `${readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()}:${fields[19]}`;
  } catch {
    return undefined;
  }
}

function portableIdentity(pid: number): string | undefined {
  try {
    const line = execFileSync('ps', ['-o', 'state=,lstart=', '-p', String(pid)], { encoding: 'utf8' }).trim();
    const [state = '', ...started] = line.split(/\s+/);
    return state.startsWith('Z') || started.length === 0 ? undefined : started.join('_');
  } catch {
    return undefined;
  }
}

/** What tells process `pid` from a later one with the same number; `undefined` if no such process is alive. */
export function identityOf(pid: number): string | undefined {
  return existsSync('/proc/self/stat') ? linuxIdentity(pid) : portableIdentity(pid);
}

/** Sends `signal` to the group that `pid` leads. False if the group is gone. */
export function signalGroup(pid: number, signal: NodeJS.Signals): boolean {
  try {
    process.kill(-pid, signal);
    return true;
  } catch {
    return false;
  }
}

/** Polls until `check` holds. Resolves to false at the time-out or when `signal` aborts. */
export async function waitUntil(
  check: () => boolean | Promise<boolean>,
  options: { timeoutMs: number; intervalMs?: number; signal?: AbortSignal },
): Promise<boolean> {
  const endsAt = Date.now() + options.timeoutMs;
  while (Date.now() < endsAt && !options.signal?.aborted) {
    if (await check()) return true;
    await sleep(options.intervalMs ?? pollMs);
  }
  return false;
}

/** Asks a process and its group to end, and kills the group if it has not ended after `graceMs`. */
export async function stopProcess(pid: number, identity: string, graceMs: number): Promise<void> {
  const gone = () => identityOf(pid) !== identity;
  if (gone()) return;
  signalGroup(pid, 'SIGTERM');
  const ended = await waitUntil(gone, { timeoutMs: graceMs });
  // The leader may be gone while what it started lives on.
  signalGroup(pid, 'SIGKILL');
  if (!ended) await waitUntil(gone, { timeoutMs: 5_000 });
}

export interface SpawnOptions {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  readonly cwd: string;
  readonly logFile: string;
}

/**
 * Starts a process in a group of its own, so that Ctrl-C in a terminal reaches only the supervisor. Output goes to
 * the log file itself and not through a pipe: the process lives on unharmed if the supervisor is killed.
 */
export function spawnLogged(options: SpawnOptions): ChildProcess {
  const log = openSync(options.logFile, 'a', 0o600);
  try {
    return spawn(options.command, options.args, {
      cwd: options.cwd,
      env: options.env,
      detached: true,
      stdio: ['ignore', log, log],
    });
  } finally {
    closeSync(log);
  }
}

/** Keeps the log of the run before as NAME.1.log. */
export function rotateLog(logFile: string): void {
  if (existsSync(logFile)) renameSync(logFile, logFile.replace(/\.log$/, '.1.log'));
}

/** Last lines of a log, for an error message. */
export function logTail(logFile: string, lines = 5): string {
  if (!existsSync(logFile)) return '';
  return readFileSync(logFile, 'utf8').trimEnd().split('\n').slice(-lines).join('\n');
}

/** Thrown when a process that should serve has not come up. */
export function notStarted(name: string, why: string, logFile: string): PlusctError {
  const tail = logTail(logFile);
  const shown = tail ? ` Its last words:\n${tail}` : '';
  return new PlusctError('InvalidInput', `${name} ${why}. Look into ${logFile} and start again.${shown}`);
}
