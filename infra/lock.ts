import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { PlusctError } from '../domain/errors.js';
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

/** The process that holds the lock, `undefined` if the holder is dead or the file unreadable. */
function holderOf(content: string): number | undefined {
  const [pid = '', identity = ''] = content.trim().split(' ');
  return /^\d+$/.test(pid) && identity !== '' && identityOf(Number(pid)) === identity
    ? Number(pid)
    : undefined;
}

/** Moves a dead holder's file away. A fresh lock taken in the meantime is put back. */
function clearStale(path: string, seen: string): void {
  const aside = `${path}.${process.pid}.stale`;
  try {
    renameSync(path, aside);
    if (read(aside) !== seen) linkSync(aside, path);
  } catch {
    // Somebody else cleared it first; the next try to lock tells.
  }
  rmSync(aside, { force: true });
}

/** Takes the lock, or names the process that holds it. A lock whose holder has died is taken over. */
export function tryLock(path: string): Lock | { heldBy: number } {
  const content = `${process.pid} ${identityOf(process.pid) ?? 'unknown'}\n`;
  const own = `${path}.${process.pid}.own`;
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
      const heldBy = seen === undefined ? undefined : holderOf(seen);
      if (heldBy !== undefined) return { heldBy };
      if (seen !== undefined) clearStale(path, seen);
    }
  } finally {
    rmSync(own, { force: true });
  }
}

/** Waits until the lock is free and takes it. `onWait` is called once, if there is a wait. */
export async function waitForLock(
  path: string,
  timeoutMs: number,
  onWait: (pid: number) => void,
): Promise<Lock> {
  const endsAt = Date.now() + timeoutMs;
  let told = false;
  for (;;) {
    const got = tryLock(path);
    if ('release' in got) return got;
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
