import { useEffect } from 'preact/hooks';
import type { TaskEntry } from '../../api/schemas/task-body.js';
import { me } from '../state/session.js';
import { command } from './commands.js';
import type { Workspace } from './workspace.js';

const lookEveryMs = 60_000;
/** Somebody who has done nothing for this long does not keep a case from others. */
const atWorkMs = 10 * 60_000;

/** Moves the end of the lease on while its holder works on the case, once half of it is over. */
export function useLease(entry: TaskEntry | undefined, workspace: Workspace, done: () => void): void {
  const lease = entry?.task.lease;
  const mine = lease?.holder === me.value?.id && (entry?.can.includes('renew') ?? false);
  useEffect(() => {
    if (entry === undefined || lease === undefined || !mine) return undefined;
    const halfOver = (Date.parse(lease.since) + Date.parse(lease.expiresAt)) / 2;
    const look = () => {
      if (Date.now() < halfOver || workspace.clock.idleMs(Date.now()) > atWorkMs) return;
      command(entry, { kind: 'renew' }).then(done, () => undefined);
    };
    const timer = setInterval(look, lookEveryMs);
    return () => clearInterval(timer);
  }, [lease?.since, mine]);
}
