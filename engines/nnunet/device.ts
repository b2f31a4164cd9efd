import { runGroup } from '../process-group.js';
import { failureOf } from './failures.js';
import type { Workshop } from './workshop.js';

export type Device = 'cuda' | 'cpu';

/** What `auto` comes to on this machine: asked of torch itself. */
export async function foundDevice(workshop: Workshop, cwd: string, signal: AbortSignal): Promise<Device> {
  let found: Device = 'cpu';
  const onLine = (line: string) => {
    if (line.trim() === 'cuda') found = 'cuda';
  };
  const ending = await runGroup({ ...workshop.program('device.py', [], cwd), onLine }, signal);
  if (ending.code !== 0) throw failureOf('device.py', ending);
  return found;
}
