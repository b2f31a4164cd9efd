import { startDetached, stopDetached } from '../infra/detached.js';
import { readRun, resolveHome } from '../infra/home.js';
import { ensureTools } from '../infra/tools.js';
import { printJson, printTable, say } from './output.js';
import { defaultDevices, workerSpecs } from './worker-specs.js';
import { wholeNumber } from './wrong-option.js';

/** `plusct up`: servers and workers in the background, kept alive until `plusct down`. */
export async function up(options: { devices?: string; json?: boolean }): Promise<void> {
  const devices =
    options.devices === undefined ? defaultDevices() : wholeNumber('--devices', options.devices, 1, 64);
  const home = resolveHome();
  await ensureTools({ toolsDir: home.toolsDir, say: (line) => process.stderr.write(`${line}\n`) });
  await startDetached({ home, workers: workerSpecs(devices) });
  const { endpoints, children } = readRun(home);
  if (options.json) return printJson({ endpoints, children });
  printTable(
    ['process', 'pid', 'restarts'],
    children.map((each) => [each.name, each.pid, each.restarts]),
  );
  say(
    `\nTemporal at ${endpoints?.temporal.address}, S3 at ${endpoints?.s3.endpoint}; logs in ${home.logsDir}`,
  );
}

/** `plusct down`: stops what `plusct up` started; data stay. */
export async function down(): Promise<void> {
  say((await stopDetached(resolveHome())) ? 'Stopped. Data are kept.' : 'Nothing was running.');
}
