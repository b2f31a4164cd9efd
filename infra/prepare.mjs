// Makes node_modules and dist/ fit the sources. Uses Node's own modules only: it runs before anything is installed.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = dirname(dirname(fileURLToPath(import.meta.url)));
const dist = join(root, 'dist');
const pageDir = join(root, 'web', 'page');
const [oldestNode, lockWaitMs] = [20, 20 * 60_000];
const notSources = new Set(['node_modules', 'dist', 'test', 'docs', 'coverage']);

/** An expected failure: its message is all that the user needs. */
export class SetupError extends Error {
  constructor(message, exitCode = 1) {
    super(message);
    this.exitCode = exitCode;
  }
}

/** Runs a program with the terminal of this one and resolves to its exit code. Ctrl-C is the program's own affair. */
export function run(command, args, options = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: root, stdio: 'inherit', ...options });
    // A terminal sends Ctrl-C to every process itself; without one, we are the only one to be told.
    const onInterrupt = () => process.stdin.isTTY || child.kill('SIGINT');
    const onTerminate = () => child.kill('SIGTERM');
    process.on('SIGINT', onInterrupt);
    process.on('SIGTERM', onTerminate);
    const done = () => process.off('SIGINT', onInterrupt).off('SIGTERM', onTerminate);
    child.once('error', (error) => {
      done();
      reject(new SetupError(`${command} cannot be run (${error.message}): install it and start again.`));
    });
    child.once('exit', (code, signal) => {
      done();
      const signals = { SIGINT: 130, SIGTERM: 143, SIGKILL: 137 };
      resolve(code ?? signals[signal] ?? 1);
    });
  });
}

/** What to throw when a step has ended with `code`. Ctrl-C needs no advice. */
function stepFailed(code, message) {
  return code === 130 || code === 143
    ? new SetupError('Stopped before the set-up was complete; the next start goes on.', code)
    : new SetupError(message, code);
}

function sha256(text) {
  return createHash('sha256').update(text).digest('hex');
}

function readText(path) {
  return existsSync(path) ? readFileSync(path, 'utf8') : '';
}

/** Every file below `dir` that the compiler puts into dist/; the console's page is built apart. */
function sourcesBelow(dir) {
  return readdirSync(dir, { withFileTypes: true }).flatMap((entry) => {
    if (entry.name.startsWith('.') || notSources.has(entry.name)) return [];
    if (entry.isDirectory())
      return join(dir, entry.name) === pageDir ? [] : sourcesBelow(join(dir, entry.name));
    return entry.name.endsWith('.ts') && dir !== root ? [join(dir, entry.name)] : [];
  });
}

/** A print of names, sizes and times: no file is read, so that a fresh start costs milliseconds. */
function printOf(files) {
  const facts = files.sort().map((file) => {
    const { size, mtimeMs } = statSync(file);
    return `${file} ${size} ${mtimeMs}`;
  });
  return sha256(facts.join('\n'));
}

function buildPrint() {
  return printOf([...sourcesBelow(root), join(root, 'tsconfig.json'), join(root, 'package-lock.json')]);
}

function bundlePrint() {
  const dirs = ['domain', 'workflows'].map((name) => join(root, name)).filter((dir) => existsSync(dir));
  return printOf([...dirs.flatMap(sourcesBelow), join(root, 'package-lock.json')]);
}

/** The page takes words from domain/; everything else of it is in its folder. */
function pagePrint() {
  const files = readdirSync(pageDir, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name));
  return printOf([...files, ...sourcesBelow(join(root, 'domain')), join(root, 'package-lock.json')]);
}

const modulesStamp = join(root, 'node_modules', '.plusct-lock-sha256');
const buildStamp = join(dist, '.plusct-build');
const bundleStamp = join(dist, '.plusct-bundle');
const pageStamp = join(dist, '.plusct-page');
const hasWorkflows = () => existsSync(join(root, 'workflows', 'index.ts'));

/** True if the packages that are there are those of package-lock.json, whoever installed them. */
function modulesMatch() {
  try {
    const wanted = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')).packages;
    const have = JSON.parse(readFileSync(join(root, 'node_modules', '.package-lock.json'), 'utf8')).packages;
    return Object.entries(wanted).every(
      ([path, entry]) => path === '' || entry.optional || have[path]?.version === entry.version,
    );
  } catch {
    return false;
  }
}

function modulesFresh() {
  return readText(modulesStamp) === sha256(readText(join(root, 'package-lock.json')));
}

function bundleFresh() {
  return (
    !hasWorkflows() ||
    (existsSync(join(dist, 'workflow-bundle.js')) && readText(bundleStamp) === bundlePrint())
  );
}

function pageFresh() {
  return (
    !existsSync(pageDir) ||
    (existsSync(join(dist, 'web', 'page', 'index.html')) && readText(pageStamp) === pagePrint())
  );
}

/** True if nothing has to be installed or built. */
export function isFresh() {
  return modulesFresh() && readText(buildStamp) === buildPrint() && bundleFresh() && pageFresh();
}

/**
 * `npm install` without saving takes the versions and checksums of the lock file like `npm ci`. Unlike that, it accepts a lock
 * file that was written where the packages of other platforms could not be had, and fetches those of this platform.
 */
async function installModules(say) {
  if (modulesFresh()) return;
  if (!modulesMatch()) {
    say(
      'Installing the npm packages (once, about a minute: it brings the Temporal and S3 clients and the compiler) …',
    );
    const npm = process.env.npm_execpath;
    const own = npm !== undefined && basename(npm) === 'npm-cli.js';
    const args = ['install', '--no-save', '--include=dev', '--no-audit', '--no-fund', '--loglevel=error'];
    const code = own ? await run(process.execPath, [npm, ...args]) : await run('npm', args);
    if (code !== 0)
      throw stepFailed(code, 'npm install failed (see above): check the network and start again.');
    if (!modulesMatch())
      throw new SetupError(
        'package-lock.json does not fit package.json: run npm install and commit the lock file.',
      );
  }
  writeFileSync(modulesStamp, sha256(readText(join(root, 'package-lock.json'))));
}

/** Resolves to whether dist/ now fits the sources. */
async function compile(say, tolerant) {
  const print = buildPrint();
  if (readText(buildStamp) === print) return true;
  say('Compiling …');
  const code = await run(process.execPath, [
    join(root, 'node_modules', 'typescript', 'bin', 'tsc'),
    '-p',
    'tsconfig.json',
  ]);
  if (code === 0) writeFileSync(buildStamp, print);
  else if (!tolerant)
    throw stepFailed(code, 'The sources do not compile (see above): mend them and start again.');
  return code === 0;
}

async function bundle(say, tolerant) {
  if (bundleFresh()) return;
  const print = bundlePrint();
  say('Bundling the workflows …');
  const stdio = tolerant ? 'ignore' : 'inherit';
  const code = await run(process.execPath, [join(dist, 'infra', 'build-bundle.js')], { stdio });
  if (code === 0) writeFileSync(bundleStamp, print);
  else if (tolerant) say('The workflows cannot be bundled now; `npm run build` tells why.');
  else throw stepFailed(code, 'The workflows cannot be bundled (see above): mend them and start again.');
}

/** The console's page, by Vite: needs no browser. */
async function buildPage(say, tolerant) {
  if (pageFresh()) return;
  const print = pagePrint();
  say('Building the console’s page …');
  const vite = join(root, 'node_modules', 'vite', 'bin', 'vite.js');
  const args = [vite, 'build', '--config', join(pageDir, 'vite.config.ts')];
  const code = await run(process.execPath, args, { stdio: tolerant ? 'ignore' : 'inherit' });
  if (code === 0) writeFileSync(pageStamp, print);
  else if (tolerant) say('The page cannot be built now; `npm run build` tells why.');
  else throw stepFailed(code, 'The page cannot be built (see above): mend it and start again.');
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

/** When a process began, in the kernel's ticks: tells it from a later one with its number. Empty where Linux does not tell. */
function startOf(pid) {
  const stat = readText(`/proc/${pid}/stat`);
  // The command name may hold spaces and brackets; start time is the 20th field after it.
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
}

function tryLock(path) {
  try {
    writeFileSync(path, `${process.pid} ${startOf(process.pid)}`, { flag: 'wx' });
    return true;
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
  }
  const [holder = 0, start = ''] = readText(path).split(' ');
  // An empty file has just been made by somebody who is about to write to it.
  const stale =
    Number(holder) > 0
      ? !isAlive(Number(holder)) || startOf(holder) !== start
      : Date.now() - (statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0) > 5_000;
  if (stale) rmSync(path, { force: true });
  return false;
}

async function locked(say, work) {
  const dir = join(root, '.plusct');
  const path = join(dir, 'prepare.lock');
  mkdirSync(dir, { recursive: true });
  const endsAt = Date.now() + lockWaitMs;
  for (let told = false; !tryLock(path); told = true) {
    if (!told) say('Waiting for another plusct that is being set up here …');
    if (Date.now() > endsAt)
      throw new SetupError(`Another set-up takes too long: if none runs, delete ${path} and start again.`);
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  try {
    await work();
  } finally {
    rmSync(path, { force: true });
  }
}

/** Throws if Node.js `version` is too old. */
export function checkNode(version = process.versions.node) {
  if (Number(version.split('.')[0]) >= oldestNode) return;
  throw new SetupError(
    `plusct needs Node.js ${oldestNode} or later, and this is ${version}: install a newer one and start again.`,
  );
}

/**
 * Installs packages, compiles and bundles, each only if needed; says what it does, and nothing if all is fresh.
 * With `tolerant`, sources that do not compile are no error: the tests show better what is wrong.
 */
export async function prepare({ say = console.error, tolerant = false } = {}) {
  checkNode();
  if (isFresh()) return;
  await locked(say, async () => {
    await installModules(say);
    if (await compile(say, tolerant)) await bundle(say, tolerant);
    await buildPage(say, tolerant);
  });
}
