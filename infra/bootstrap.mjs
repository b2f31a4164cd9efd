// One command from a fresh checkout: node infra/bootstrap.mjs start | test | test:nnunet | build | check | bench | bench:gpu | fuzz
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { prepare, root, run, SetupError } from './prepare.mjs';

const bin = (...parts) => join(root, 'node_modules', ...parts);
const node = (script, args) => run(process.execPath, [script, ...args]);

async function fetchTools() {
  const load = (name) => import(pathToFileURL(join(root, 'dist', 'infra', name)).href);
  const [{ ensureTools }, { resolveHome }] = [await load('tools.js'), await load('home.js')];
  await ensureTools({ toolsDir: resolveHome().toolsDir, say: console.error });
}

function installNnunet() {
  return node(join(root, 'dist', 'cli', 'main.js'), ['engine', 'install', 'nnunet']);
}

async function check() {
  const tsc = bin('typescript', 'bin', 'tsc');
  const types =
    (await node(tsc, ['-p', 'tsconfig.test.json'])) || (await node(tsc, ['-p', 'web/page/tsconfig.json']));
  const style = await node(bin('@biomejs', 'biome', 'bin', 'biome'), ['check', '.']);
  return types || style;
}

const commands = {
  async start(args) {
    await prepare();
    return node(join(root, 'dist', 'cli', 'main.js'), ['start', ...args]);
  },
  async test(args) {
    await prepare({ tolerant: true });
    await fetchTools();
    return node(bin('vitest', 'vitest.mjs'), ['run', ...args]);
  },
  async 'test:nnunet'(args) {
    await prepare();
    await fetchTools();
    const installed = await installNnunet();
    return (
      installed ||
      node(bin('vitest', 'vitest.mjs'), ['run', '--config', join(root, 'vitest.nnunet.config.ts'), ...args])
    );
  },
  async build() {
    await prepare({ tolerant: process.argv.includes('--tolerant') });
    return 0;
  },
  async bench(args) {
    await prepare();
    return node(join(root, 'dist', 'bench', 'main.js'), args);
  },
  async 'bench:gpu'(args) {
    await prepare();
    return (await installNnunet()) || node(join(root, 'dist', 'bench', 'main.js'), ['gpu', ...args]);
  },
  async fuzz(args) {
    await prepare();
    return node(join(root, 'dist', 'fuzz', 'main.js'), args);
  },
  async check() {
    await prepare({ tolerant: true });
    return check();
  },
};

const [name = '', ...args] = process.argv.slice(2);
try {
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (!command)
    throw new SetupError(`Unknown command "${name}": use ${Object.keys(commands).join(', ')}.`, 2);
  process.exitCode = await command(args);
} catch (error) {
  // An error with a name of ours is meant for the user; anything else is a fault of plusct and needs its stack.
  const meant = error instanceof SetupError || error.name === 'PlusctError';
  console.error(meant ? error.message : error);
  process.exitCode = error.exitCode ?? 1;
}
