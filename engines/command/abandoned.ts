import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { type GroupEnding, runGroup, sweepGroups } from '../process-group.js';
import { abandonExchange, abandonedExchanges, closeExchange, type Exchange } from './exchange.js';
import { environmentFor, type ProgramCall } from './program.js';

/** How a runtime says that there is nothing to remove, which is as good as removing it. */
const notThere = /no such container|no container with/i;

/** Runs a program in a group of its own, so that it ends as a whole, also where its worker is killed. */
export function runProgram(
  call: ProgramCall,
  environment: NodeJS.ProcessEnv,
  signal: AbortSignal,
): Promise<GroupEnding> {
  const records = join(tmpdir(), `plusct-commands-${userInfo().uid}`);
  sweepGroups(records);
  const spec = { ...call, title: call.command, env: environmentFor(environment), cwd: tmpdir(), records };
  return runGroup(spec, signal);
}

/** Ends and removes what workers that were killed have left, and what could not be removed before: containers, and scans. */
export async function removeAbandoned(environment: NodeJS.ProcessEnv): Promise<void> {
  // Another worker may do the same.
  for (const exchange of await abandonedExchanges())
    await removeExchange(exchange, exchange.removal, environment).catch(() => undefined);
}

/** Removes a run's container, if it may have left one, and then its folder; where the first fails, the next sweep tries again. */
export async function removeExchange(
  exchange: Pick<Exchange, 'folder'>,
  removal: ProgramCall | undefined,
  environment: NodeJS.ProcessEnv,
): Promise<void> {
  if (removal === undefined || (await succeeds(removal, environment))) return closeExchange(exchange);
  return abandonExchange(exchange, removal);
}

async function succeeds(call: ProgramCall, environment: NodeJS.ProcessEnv): Promise<boolean> {
  try {
    const { code, output } = await runProgram(call, environment, new AbortController().signal);
    return code === 0 || notThere.test(output);
  } catch {
    return false;
  }
}
