import { execFile, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, statfsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { PlusctError } from '../domain/errors.js';
import {
  type EngineEnvironment,
  type EnginePin,
  engineEnvironment,
  installedEngine,
  markInstalled,
  pythonVariables,
} from './engine-environment.js';
import type { Environment, Home } from './home.js';
import { type Lock, waitForLock } from './lock.js';
import type { Say } from './tools.js';

const runFile = promisify(execFile);
const [installTimeoutMs, lockWaitMs, probeTimeoutMs] = [60 * 60_000, 60 * 60_000, 30_000];
const gigabyte = 1e9;
/** Packages below this size are not worth a line. */
const largeMb = 100;

interface InstallOptions {
  readonly home: Home;
  readonly say: Say;
  readonly env?: Environment;
  /** Removes what is there and begins anew. */
  readonly again?: boolean;
  /** Folder of packages to install from, where there is no network; `fetchEngine` fills it. */
  readonly packages?: string;
}

const probe = [
  'import importlib.util as u, platform, sys',
  'print(sys.version_info[0], sys.version_info[1], platform.python_version(),',
  '      int(u.find_spec("venv") is not None and u.find_spec("ensurepip") is not None))',
].join('\n');

interface Python {
  readonly command: string;
  readonly version: string;
  readonly recent: boolean;
  readonly hasVenv: boolean;
}

async function probePython(command: string, pin: EnginePin, env: Environment): Promise<Python | undefined> {
  try {
    const { stdout } = await runFile(command, ['-c', probe], { env: { ...env }, timeout: probeTimeoutMs });
    const [major = '', minor = '', version = '', venv] = stdout.trim().split(' ');
    const [oldestMajor, oldestMinor] = pin.oldestPython;
    const recent = Number(major) === oldestMajor && Number(minor) >= oldestMinor;
    return { command, version, recent, hasVenv: venv === '1' };
  } catch {
    return undefined;
  }
}

const pythonCommands = ['python3', 'python3.13', 'python3.12', 'python3.11', 'python3.10', 'python'];

/** The first Python on PATH that is recent enough and can make environments. */
async function findPython(pin: EnginePin, env: Environment): Promise<Python> {
  const seen: Python[] = [];
  for (const command of pythonCommands) {
    const python = await probePython(command, pin, env);
    if (python?.recent && python.hasVenv) return python;
    if (python !== undefined) seen.push(python);
  }
  const oldest = pin.oldestPython.join('.');
  const found =
    seen.length === 0
      ? 'there is none'
      : `found ${[...new Set(seen.map(({ version, hasVenv }) => `${version}${hasVenv ? '' : ' without venv'}`))].join(', ')}`;
  throw new PlusctError(
    'InvalidInput',
    `${pin.title} needs Python ${oldest} or later with venv, and on PATH ${found}: install python3 and python3-venv ` +
      '(Debian, Ubuntu: apt install python3 python3-venv; macOS: brew install python), then run this again.',
  );
}

/** Throws when the disk has too little room, saying how much is needed. */
function requireRoom(dir: string, pin: EnginePin): void {
  const { bavail, bsize } = statfsSync(dir);
  const freeGb = (bavail * bsize) / gigabyte;
  if (freeGb >= pin.neededGb) return;
  throw new PlusctError(
    'InvalidInput',
    `${pin.title} needs ${pin.neededGb} GB while it is installed and ${pin.installedGb} GB after it; ${dir} has ` +
      `${freeGb.toFixed(1)} GB free: make room, or set PLUSCT_ENGINES to a folder on a larger disk.`,
  );
}

/** What to tell of pip's output while it works: the large downloads, which take the time. */
export function worthALine(line: string): string | undefined {
  const [, file, size] = /^\s*Downloading (\S+?) \(([\d.]+) MB\)/.exec(line) ?? [];
  if (file !== undefined && Number(size) >= largeMb) {
    const name = /[^/]+$/.exec(file)![0].split('-').slice(0, 2).join(' ');
    return `  ${name} (${Math.round(Number(size))} MB)`;
  }
  return /^Installing collected packages/.test(line) ? '  unpacking …' : undefined;
}

/** What to throw when pip has failed, by its words. Pure. */
export function installFailure(pin: EnginePin, output: string, dir: string): PlusctError {
  const lines = output.split('\n').filter((line) => line.trim() !== '');
  const last = (lines.filter((line) => /ERROR|Error/.test(line)).at(-1) ?? lines.at(-1) ?? '').trim();
  const fail = (what: string, remedy: string) =>
    new PlusctError('InvalidInput', `${pin.title} could not be installed: ${what} (${last}): ${remedy}`);
  if (/No space left on device/i.test(output))
    return fail('the disk is full', `make room below ${dir}, or set PLUSCT_ENGINES to a larger disk`);
  if (/do not match the hashes/i.test(output))
    return fail('a package is not the one that was pinned', 'look at the package index that pip is set to');
  if (/No matching distribution|Could not find a version/i.test(output) && !unreachable.test(output))
    return fail(
      'pip offers no such package for this platform and Python',
      'use Python 3.10 to 3.13 on Linux x86_64 or arm64, or macOS arm64',
    );
  if (unreachable.test(output))
    return fail('pip cannot reach its package index', 'check network and proxy, and run this again');
  return fail('pip failed', 'see the line above; run this again once it is mended');
}
const unreachable =
  /Temporary failure in name resolution|Name or service not known|nodename nor servname|NewConnectionError|ConnectTimeout|Connection refused|Max retries|ProxyError|Network is unreachable/i;

async function pip(
  environment: EngineEnvironment,
  pin: EnginePin,
  [command, ...args]: readonly ['install' | 'download', ...string[]],
  { env, say }: { env: Environment; say: Say },
): Promise<void> {
  const flags = ['--no-input', '--disable-pip-version-check', '--progress-bar', 'off', '--require-hashes'];
  const tmp = join(environment.dir, 'tmp');
  mkdirSync(tmp, { recursive: true });
  const child = spawn(environment.python, ['-m', 'pip', command, ...flags, ...args], {
    // A small /tmp would not hold the packages; a `user = true` of the machine would contradict the environment.
    env: { ...env, PIP_USER: '0', TMPDIR: tmp, PYTHONUNBUFFERED: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: installTimeoutMs,
  });
  const said: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream }).on('line', (line) => {
      said.push(line);
      const shown = worthALine(line);
      if (shown !== undefined) say(shown);
    });
  }
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  rmSync(tmp, { recursive: true, force: true });
  if (code !== 0) throw installFailure(pin, said.slice(-60).join('\n'), environment.dir);
}

/** Imports the engine: an installation that does not run is none. */
export async function tryEngine(environment: EngineEnvironment, pin: EnginePin): Promise<string> {
  const script = [
    'import torch',
    `import ${pin.module}`,
    'print(torch.__version__, torch.cuda.get_device_name(0) if torch.cuda.is_available() else "cpu", sep="|")',
  ].join('\n');
  try {
    const { PYTHONPATH: _, ...inherited } = process.env;
    const { stdout } = await runFile(environment.python, ['-c', script], {
      // As the engine's work will have it.
      env: { ...inherited, ...pythonVariables(environment) },
      timeout: 5 * 60_000,
    });
    const [torch = '', device = ''] = stdout.trim().split('\n').at(-1)!.split('|');
    return `torch ${torch}, ${device === 'cpu' ? 'no CUDA device: it computes on the CPU' : device}`;
  } catch (error) {
    throw new PlusctError(
      'InvalidInput',
      `${pin.title} is installed but does not run here: run \`plusct engine install ${pin.name} --again\`, or look at the cause`,
      { cause: error },
    );
  }
}

/** A new environment with what builds packages that come as sources; pinned like everything else. */
async function makeEnvironment(
  pin: EnginePin,
  environment: EngineEnvironment,
  python: Python,
  { env, from }: { env: Environment; from: readonly string[] },
): Promise<void> {
  await runFile(python.command, ['-m', 'venv', environment.dir], {
    env: { ...env },
    timeout: installTimeoutMs,
  });
  const build = join(environment.sources, 'requirements-build.txt');
  await pip(environment, pin, ['install', ...from, '-r', build], { env, say: () => undefined });
}

async function installAnew(pin: EnginePin, environment: EngineEnvironment, options: InstallOptions) {
  const { home, say, env = process.env, packages } = options;
  const from = packages === undefined ? [] : ['--no-index', '--find-links', resolve(packages)];
  const startedMs = Date.now();
  const python = await findPython(pin, env);
  rmSync(environment.dir, { recursive: true, force: true });
  requireRoom(home.enginesDir, pin);
  say(
    `Installing ${pin.title} ${pin.version} for Python ${python.version} (about ${pin.installedGb} GB, minutes) …`,
  );
  await makeEnvironment(pin, environment, python, { env, from });
  // What builds packages is there already: nothing is fetched behind pip's back.
  const all = ['install', ...from, '--no-build-isolation', '-r', environment.requirements] as const;
  await pip(environment, pin, all, { env, say });
  say(`  ${await tryEngine(environment, pin)}`);
  markInstalled(environment, pin, { python: python.version });
  say(
    `${pin.title} ${pin.version} is ready (${((Date.now() - startedMs) / 1000).toFixed(0)} s) in ${environment.dir}.`,
  );
}

/**
 * Installs an engine below the home, or finds that it is there. Safe to repeat and to interrupt: what is not marked as
 * whole is begun anew. Resolves to whether anything was done.
 */
export async function installEngine(pin: EnginePin, options: InstallOptions): Promise<boolean> {
  const { home, again = false } = options;
  const environment = engineEnvironment(home, pin);
  if (!again && installedEngine(home, pin) !== undefined) return false;
  const lock = await lockEngine(pin, options);
  try {
    if (!again && installedEngine(home, pin) !== undefined) return false;
    await installAnew(pin, environment, options);
    return true;
  } finally {
    // What was not finished takes gigabytes and is of no use; whoever waits begins after that.
    if (!existsSync(environment.marker)) rmSync(environment.dir, { recursive: true, force: true });
    lock.release();
  }
}

/** Nobody else changes the engine's installation until it is released. */
export function lockEngine(
  pin: EnginePin,
  { home, say }: Pick<InstallOptions, 'home' | 'say'>,
): Promise<Lock> {
  mkdirSync(home.enginesDir, { recursive: true });
  return waitForLock(join(home.enginesDir, `${pin.name}.lock`), lockWaitMs, (pid) =>
    say(`Waiting for process ${pid}, which is installing ${pin.title} …`),
  );
}

/**
 * Puts every package of an engine into a folder, for machines of this kind (processor, system, Python) that have no network. What is in
 * the folder already is not fetched again.
 */
export async function fetchEngine(
  pin: EnginePin,
  folder: string,
  { home, say, env = process.env }: Omit<InstallOptions, 'again' | 'packages'>,
): Promise<void> {
  const python = await findPython(pin, env);
  const into = resolve(folder);
  mkdirSync(into, { recursive: true });
  const dir = mkdtempSync(join(into, '.fetching-'));
  const environment = { ...engineEnvironment(home, pin), dir, python: join(dir, 'bin', 'python') };
  const { sources, requirements } = environment;
  say(`Fetching ${pin.title} ${pin.version} for Python ${python.version} into ${into} …`);
  try {
    await makeEnvironment(pin, environment, python, { env, from: [] });
    for (const file of [join(sources, 'requirements-build.txt'), requirements])
      await pip(environment, pin, ['download', '--no-build-isolation', '--dest', into, '-r', file], {
        env,
        say,
      });
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
  say(`There: plusct engine install ${pin.name} --packages ${into}, with Python ${python.version}.`);
}
