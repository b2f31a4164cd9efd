import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { hostName } from '../../infra/host-name.js';
import { waitUntil } from '../../infra/process.js';

const Recorded = z.object({ group: z.object({ pid: z.number() }) });

/** The process groups that run from an engines folder and whose command names the program. */
export function runningGroups(engines: string, program: string): number[] {
  const records = join(engines, 'work', hostName(), 'groups');
  if (!existsSync(records)) return [];
  return readdirSync(records)
    .flatMap((name) => {
      try {
        return [Recorded.parse(JSON.parse(readFileSync(join(records, name), 'utf8'))).group.pid];
      } catch {
        return [];
      }
    })
    .filter((pid) => commandOf(pid).includes(program));
}

function commandOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    return '';
  }
}

/** Waits until the program runs, and kills its whole group as a machine's failure would. */
export async function killWhenRunning(engines: string, program: string): Promise<number> {
  const found = () => runningGroups(engines, program);
  if (!(await waitUntil(() => found().length > 0, { timeoutMs: 300_000 })))
    throw new Error(`${program} does not run`);
  const [pid] = found();
  process.kill(-pid!, 'SIGKILL');
  return pid!;
}
