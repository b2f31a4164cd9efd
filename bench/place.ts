import { join } from 'node:path';
import { resolveHome } from '../infra/home.js';
import { bringUp } from '../infra/servers.js';
import { ensureTools } from '../infra/tools.js';
import { s3Store } from '../storage/s3.js';
import { openConsole } from '../web/api/console.js';
import { readConfig } from '../workers/config.js';
import { connectClient } from '../workers/connect.js';
import type { DayPlace } from './day-run.js';

/** Servers, workers and a console of their own, in a folder that is thrown away. */
export async function openPlace(
  root: string,
  folder: string,
  say: (line: string) => void,
): Promise<DayPlace & { close(): Promise<void> }> {
  const home = resolveHome({ ...process.env, PLUSCT_HOME: folder });
  const tools = await ensureTools({ toolsDir: home.toolsDir, say });
  const worker = (role: string) => ({
    name: role,
    command: process.execPath,
    args: [join(root, 'dist', 'workers', 'main.js'), '--role', role],
  });
  const running = await bringUp({ home, tools, workers: [worker('orchestration'), worker('io')], say });
  const config = readConfig({ ...process.env, ...running.env });
  const store = s3Store(config.s3);
  const client = await connectClient(config);
  const console_ = await openConsole({
    store,
    client: async () => client,
    keyFile: home.consoleFile,
    quarantineFolder: home.quarantineDir,
    logLevel: 'error',
    requestsPerMinute: { person: 100_000, stranger: 300 },
  });
  const url = await console_.api.listen({ host: '127.0.0.1', port: 0 });
  return {
    store,
    client,
    queueSuffix: config.queueSuffix,
    url,
    tokenFor: (person) => console_.identity.tokenFor(person),
    close: async () => {
      await console_.close();
      await client.connection.close();
      await running.stop();
    },
  };
}
