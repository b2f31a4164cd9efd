import { readFileSync } from 'node:fs';
import { WorkerSpecs, workersFile } from './detached.js';
import { resolveHome } from './home.js';
import { bringUp } from './servers.js';
import { ensureTools } from './tools.js';

/** The detached supervisor. Its output is a log, so every line has a time. */
function say(line: string): void {
  console.log(`${new Date().toISOString()} ${line}`);
}

try {
  const home = resolveHome();
  const workers = WorkerSpecs.parse(JSON.parse(readFileSync(workersFile(home), 'utf8')));
  const tools = await ensureTools({ toolsDir: home.toolsDir, say });
  await bringUp({ home, tools, workers, say, onSignal: (signal) => say(`Stopping (${signal}).`) });
  say('Ready.');
} catch (error) {
  say(error instanceof Error ? error.message : String(error));
  process.exit(1);
}
