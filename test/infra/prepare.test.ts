import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { projectRoot } from '../../infra/home.js';

/** An npm that installs a compiler which copies the sources, and counts its runs. */
const npm = `import { appendFileSync, mkdirSync, writeFileSync, readFileSync } from 'node:fs';
appendFileSync('npm-runs', process.argv.slice(2).join(' ') + '\\n');
await new Promise((resolve) => setTimeout(resolve, 300));
mkdirSync('node_modules/typescript/bin', { recursive: true });
writeFileSync('node_modules/.package-lock.json', readFileSync('package-lock.json'));
writeFileSync('node_modules/typescript/bin/tsc', \`const fs = require('node:fs');
fs.appendFileSync('tsc-runs', 'x');
const source = fs.readFileSync('cli/main.ts', 'utf8');
if (source.includes('WRONG')) { console.error('cli/main.ts: wrong'); process.exit(2); }
fs.mkdirSync('dist/cli', { recursive: true });
fs.writeFileSync('dist/cli/main.js', source);\`);
`;

interface Result {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

describe('the set-up from a fresh checkout', () => {
  let dir: string;
  const file = (name: string) => join(dir, name);
  const text = (name: string) => (existsSync(file(name)) ? readFileSync(file(name), 'utf8') : '');

  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'plusct-prepare-'));
    for (const name of ['infra', 'cli', 'npm']) mkdirSync(file(name));
    for (const name of ['bootstrap.mjs', 'prepare.mjs', 'plusct.mjs']) {
      cpSync(join(projectRoot(), 'infra', name), file(join('infra', name)));
    }
    writeFileSync(file('npm/npm-cli.js'), npm);
    writeFileSync(file('package.json'), '{"name": "plusct", "type": "module"}');
    writeFileSync(
      file('package-lock.json'),
      '{"packages": {"": {}, "node_modules/typescript": {"version": "5.9.3"}}}',
    );
    writeFileSync(file('tsconfig.json'), '{}');
    writeFileSync(
      file('cli/main.ts'),
      'console.log("ran", process.argv.slice(2).join(" ")); process.exitCode = 7;',
    );
  });
  afterEach(() => rmSync(dir, { recursive: true, force: true }));

  function run(script: string, ...args: string[]): Promise<Result> {
    const env = { ...process.env, npm_execpath: file('npm/npm-cli.js') };
    return new Promise((resolve) => {
      execFile(process.execPath, [file(join('infra', script)), ...args], { env }, (error, stdout, stderr) => {
        resolve({ code: typeof error?.code === 'number' ? error.code : 0, stdout, stderr });
      });
    });
  }

  it('installs, compiles and runs, and passes arguments and the exit code', async () => {
    const result = await run('bootstrap.mjs', 'start', '--cases', '3');
    expect(result).toMatchObject({ code: 7, stdout: 'ran start --cases 3\n' });
    expect(result.stderr).toMatch(/^Installing the npm packages .*\nCompiling …\n$/);
    expect(text('npm-runs')).toMatch(/^install --no-save --include=dev/);
  });

  it('does nothing and says nothing the second time', async () => {
    await run('bootstrap.mjs', 'start');
    expect(await run('bootstrap.mjs', 'start')).toEqual({ code: 7, stdout: 'ran start\n', stderr: '' });
    expect(await run('plusct.mjs', 'status')).toEqual({ code: 7, stdout: 'ran status\n', stderr: '' });
    expect(text('npm-runs').split('\n')).toHaveLength(2);
    expect(text('tsc-runs')).toBe('x');
  });

  it('compiles again when a source has changed, also for the plusct command', async () => {
    await run('bootstrap.mjs', 'build');
    writeFileSync(file('cli/main.ts'), 'console.log("changed");');
    expect(await run('plusct.mjs')).toEqual({ code: 0, stdout: 'changed\n', stderr: 'Compiling …\n' });
    expect(text('npm-runs').split('\n')).toHaveLength(2);
  });

  it('installs again when the lock file names other versions', async () => {
    await run('bootstrap.mjs', 'build');
    writeFileSync(
      file('package-lock.json'),
      '{"packages": {"": {}, "node_modules/typescript": {"version": "6.0.0"}}}',
    );
    await run('bootstrap.mjs', 'build');
    expect(text('npm-runs').split('\n')).toHaveLength(3);
  });

  it('accepts packages that somebody installed by hand', async () => {
    await run('bootstrap.mjs', 'build');
    rmSync(file('node_modules/.plusct-lock-sha256'));
    expect((await run('bootstrap.mjs', 'build')).stderr).toBe('');
    expect(text('npm-runs').split('\n')).toHaveLength(2);
  });

  it('stops at sources that do not compile and repeats it the next time', async () => {
    writeFileSync(file('cli/main.ts'), 'WRONG');
    for (const _ of [1, 2]) {
      const result = await run('bootstrap.mjs', 'start');
      expect(result).toMatchObject({ code: 2, stdout: '' });
      expect(result.stderr).toContain('The sources do not compile (see above)');
    }
  });

  it('is done once when two start at the same time', async () => {
    const results = await Promise.all([run('bootstrap.mjs', 'start'), run('bootstrap.mjs', 'start')]);
    expect(results.map((result) => result.stdout)).toEqual(['ran start\n', 'ran start\n']);
    expect(text('npm-runs').split('\n')).toHaveLength(2);
    expect(text('tsc-runs')).toBe('x');
  });

  it('takes over the lock of a set-up that was killed', async () => {
    mkdirSync(file('.plusct'));
    // No process has this number: it is above the largest that systems give.
    writeFileSync(file('.plusct/prepare.lock'), '999999999');
    expect((await run('bootstrap.mjs', 'start')).code).toBe(7);
    expect(existsSync(file('.plusct/prepare.lock'))).toBe(false);
    // A process that has taken over the number of the killed one began at another time.
    writeFileSync(file('.plusct/prepare.lock'), `${process.pid} 1`);
    rmSync(file('dist/.plusct-build'));
    expect((await run('bootstrap.mjs', 'start')).code).toBe(7);
    expect(existsSync(file('.plusct/prepare.lock'))).toBe(false);
  });

  it('lets the program end in its own way at Ctrl-C, and passes its exit code', async () => {
    const polite = `process.on('SIGINT', () => setTimeout(() => { console.log('stopped'); process.exit(130); }, 200));
      console.log('up'); setInterval(() => {}, 1000);`;
    writeFileSync(file('cli/main.ts'), polite);
    await run('bootstrap.mjs', 'build');
    const child = spawn(process.execPath, [file('infra/bootstrap.mjs'), 'start'], {
      stdio: ['pipe', 'pipe', 'ignore'],
    });
    let output = '';
    child.stdout.on('data', (data) => {
      output += data;
      if (String(data) === 'up\n') child.kill('SIGINT');
    });
    const [code] = await once(child, 'exit');
    expect({ code, output }).toEqual({ code: 130, output: 'up\nstopped\n' });
  });

  it('refuses an unknown command and an old Node.js in a clear sentence', async () => {
    expect(await run('bootstrap.mjs', 'stat')).toMatchObject({
      code: 2,
      stderr: 'Unknown command "stat": use start, test, test:nnunet, build, bench, bench:gpu, fuzz, check.\n',
    });
    const { checkNode } = await import(file('infra/prepare.mjs'));
    expect(() => checkNode('18.19.0')).toThrow('plusct needs Node.js 20 or later, and this is 18.19.0');
    expect(() => checkNode('24.0.0')).not.toThrow();
  });
});
