import { linkSync, readFileSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { PlusctError } from '../domain/errors.js';
import { hostName } from './host-name.js';
import { identityOf } from './process.js';

export interface Lock {
  release(): void;
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

/** Whether a lock of another host is still held there, which only its file can tell. */
type Elsewhere = (content: string) => boolean;

/** The process that holds the lock, `undefined` if the holder is dead or the file unreadable. */
function holderOf(content: string, elsewhere: Elsewhere): number | undefined {
  const [pid = '', identity = '', host] = content.trim().split(' ');
  if (!/^\d+$/.test(pid) || identity === '') return undefined;
  const alive =
    host !== undefined && host !== hostName() ? elsewhere(content) : identityOf(Number(pid)) === identity;
  return alive ? Number(pid) : undefined;
}

/** Moves a dead holder's file away. A fresh lock taken in the meantime is put back. */
function clearStale(path: string, seen: string): void {
  const aside = `${path}.${hostName()}.${process.pid}.stale`;
  try {
    renameSync(path, aside);
    if (read(aside) !== seen) linkSync(aside, path);
  } catch {
    // Somebody else cleared it first; the next try to lock tells.
  }
  rmSync(aside, { force: true });
}

/** Takes the lock, or names the process that holds it. A lock whose holder has died is taken over, and one of another host. */
export function tryLock(path: string, elsewhere: Elsewhere = () => false): Lock | { heldBy: number } {
  const content = `${process.pid} ${identityOf(process.pid) ?? 'unknown'} ${hostName()}\n`;
  const own = `${path}.${hostName()}.${process.pid}.own`;
  writeFileSync(own, content, { mode: 0o600 });
  try {
    for (;;) {
      try {
        // A link appears whole and only once, unlike a file that is created and then filled.
        linkSync(own, path);
        return { release: () => read(path) === content && rmSync(path, { force: true }) };
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      }
      const seen = read(path);
      const heldBy = seen === undefined ? undefined : holderOf(seen, elsewhere);
      if (heldBy !== undefined) return { heldBy };
      if (seen !== undefined) clearStale(path, seen);
    }
  } finally {
    rmSync(own, { force: true });
  }
}

/** How often a holder touches its lock, and how long one of another host may lie untouched. */
const [touchEveryMs, untouchedMs] = [10_000, 60_000];

/**
 * Waits until the lock is free and takes it. `onWait` is called once, if there is a wait. Hosts that share the folder exclude each other
 * too: the holder touches the file, and one that lies untouched for `quietMs` by the waiting host's own clock is taken over.
 */
export async function waitForLock(
  path: string,
  timeoutMs: number,
  onWait: (pid: number) => void,
  quietMs = untouchedMs,
): Promise<Lock> {
  const endsAt = Date.now() + timeoutMs;
  const elsewhere = touchedWithin(path, quietMs);
  let told = false;
  for (;;) {
    const got = tryLock(path, elsewhere);
    if ('release' in got) return touching(path, got);
    if (!told) onWait(got.heldBy);
    told = true;
    if (Date.now() > endsAt) {
      throw new PlusctError(
        'InvalidInput',
        `${path} is held by process ${got.heldBy}: wait for it or stop it, then start again.`,
      );
    }
    await sleep(200);
  }
}

/** Whether a lock was touched within the last milliseconds, as far as this process has watched it. */
function touchedWithin(path: string, quietMs: number): Elsewhere {
  let last = '';
  let since = 0;
  return (content) => {
    const now = `${content}${statSync(path, { throwIfNoEntry: false })?.mtimeMs}`;
    if (now !== last) [last, since] = [now, Date.now()];
    return Date.now() - since < quietMs;
  };
}

function touching(path: string, lock: Lock): Lock {
  const timer = setInterval(() => {
    try {
      utimesSync(path, new Date(), new Date());
    } catch {
      // Somebody took it away, and `release` will not touch what is not ours.
    }
  }, touchEveryMs);
  timer.unref();
  return {
    release: () => {
      clearInterval(timer);
      lock.release();
    },
  };
}
