import { execFile } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { delimiter, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { z } from 'zod';
import { PlusctError } from '../domain/errors.js';
import { type EnginePin, engineEnvironment, markInstalled } from './engine-environment.js';
import { lockEngine, tryEngine } from './engine-install.js';
import type { Home } from './home.js';
import type { Say } from './tools.js';

const runFile = promisify(execFile);
const probeTimeoutMs = 60_000;

const Probed = z.object({
  executable: z.string(),
  python: z.string(),
  /** Null where the package is not there. */
  version: z.string().nullable(),
  /** `module:function` of each command that the package brings. */
  commands: z.record(z.string(), z.string()),
});

const probe = `
import json, platform, sys
from importlib.metadata import PackageNotFoundError, distribution
try:
    found = distribution(sys.argv[1])
    version = found.version
    commands = {e.name: e.value for e in found.entry_points if e.group == "console_scripts"}
except PackageNotFoundError:
    version, commands = None, {}
print(json.dumps({"executable": sys.executable, "python": platform.python_version(), "version": version, "commands": commands}))
`;

/**
 * Takes an installation of the engine that is on this machine already, as clusters and machines without a network have it. Nothing of it
 * is changed; its packages are not pinned by hash, only the engine's own version is held to.
 * @throws PlusctError InvalidInput when that Python does not run, or has another version of the engine or none
 */
export async function adoptEngine(
  pin: EnginePin,
  python: string,
  { home, say }: { home: Home; say: Say },
): Promise<void> {
  const found = await probed(pin, python);
  // A file may be a wrapper that finds the packages: it is what runs then, not the interpreter behind it.
  const adopted = python.includes('/') ? resolve(python) : found.executable;
  const environment = engineEnvironment(home, pin);
  const { PYTHONPATH: pythonPath } = process.env;
  const own = pythonPath === undefined ? {} : { pythonPath: absolute(pythonPath) };
  const runs = await tryEngine({ ...environment, python: adopted, ...own }, pin).catch((cause) => {
    throw refused(pin, python, `${pin.module} or torch cannot be imported`, cause);
  });
  const lock = await lockEngine(pin, { home, say });
  try {
    rmSync(environment.dir, { recursive: true, force: true });
    mkdirSync(join(environment.dir, 'bin'), { recursive: true });
    for (const [name, target] of Object.entries(found.commands))
      writeFileSync(join(environment.dir, 'bin', name), commandFile(target));
    markInstalled(environment, pin, { python: found.python, adopted, ...own });
  } finally {
    lock.release();
  }
  say(`${pin.title} ${pin.version} of ${adopted} is what workers use here now (${runs}).`);
}

async function probed(pin: EnginePin, python: string): Promise<z.infer<typeof Probed>> {
  const answer = await runFile(python, ['-c', probe, pin.package], { timeout: probeTimeoutMs }).catch(
    (cause) => {
      throw refused(pin, python, 'it does not run', cause);
    },
  );
  const found = Probed.parse(JSON.parse(answer.stdout));
  if (found.version === pin.version) return found;
  const has = found.version === null ? `it has no ${pin.package}` : `it has ${pin.package} ${found.version}`;
  throw refused(pin, python, has);
}

function refused(pin: EnginePin, python: string, what: string, cause?: unknown): PlusctError {
  return new PlusctError(
    'InvalidInput',
    `--python ${python}: ${what}; give the Python of an environment that has ${pin.package}==${pin.version} and torch`,
    { cause },
  );
}

/** Work runs in other folders than this one. */
function absolute(pythonPath: string): string {
  return pythonPath
    .split(delimiter)
    .map((each) => resolve(each))
    .join(delimiter);
}

/** What Python runs as that command. */
function commandFile(target: string): string {
  const [module, call] = target.split(':');
  // Processes that it starts import it once more.
  return `import sys\nfrom ${module} import ${call}\n\nif __name__ == "__main__":\n    sys.exit(${call}())\n`;
}
