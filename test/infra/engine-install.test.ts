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
import {
  engineEnvironment,
  enginePin,
  installedEngine,
  requireEngine,
} from '../../infra/engine-environment.js';
import { fetchEngine, installEngine, installFailure, worthALine } from '../../infra/engine-install.js';
import { resolveHome } from '../../infra/home.js';

const pin = enginePin('nnunet');
let dir: string;
let said: string[];
const say = (line: string) => said.push(line);
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'plusct-engines-'));
  said = [];
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const home = () => resolveHome({ PLUSCT_ENGINES: join(dir, 'engines') });
const env = () => ({ PATH: join(dir, 'bin') });

/**
 * A python3 that answers the probe. Its venv holds a python of its own: pip there does what `pip` says, and the engine
 * can be imported.
 */
function fakePython(version: string, pip: string): void {
  const [major, minor] = version.split('.');
  const inner = `#!/bin/sh\nPATH=/usr/bin:/bin\nif [ "$2" = pip ]; then echo "$@" >> "${join(dir, 'pip.log')}"\n${pip}\nfi\n[ "$1" = -c ] && echo "2.0|cpu"\nexit 0\n`;
  const outer = `#!/bin/sh\nPATH=/usr/bin:/bin\nif [ "$1" = -c ]; then echo ${major} ${minor} ${version} 1; exit 0; fi
mkdir -p "$3/bin"\ncat > "$3/bin/python" <<'PYTHON'\n${inner}PYTHON\nchmod +x "$3/bin/python"\n`;
  mkdirSync(join(dir, 'bin'), { recursive: true });
  writeFileSync(join(dir, 'bin', 'python3'), outer);
  chmodSync(join(dir, 'bin', 'python3'), 0o755);
}
const install = (more: { again?: boolean } = {}) =>
  installEngine(pin, { home: home(), say, env: env(), ...more });

describe('the pins of nnU-Net', () => {
  it('name every package by version and hash, the one that is asked for among them', () => {
    const { requirements, sources } = engineEnvironment(home(), pin);
    for (const file of [requirements, join(sources, 'requirements-build.txt')]) {
      const packages = readFileSync(file, 'utf8')
        .split(/\n(?=[a-z])/)
        .slice(1);
      expect(packages.length).toBeGreaterThan(0);
      for (const each of packages)
        expect(each).toMatch(/^\S+==\S+(?: ; .*)? \\\n(?: {4}--hash=sha256:[0-9a-f]{64}.*\n?)+$/);
    }
    expect(readFileSync(requirements, 'utf8')).toContain(`\n${pin.package}==${pin.version} \\`);
    expect(readFileSync(join(sources, 'requirements.in'), 'utf8').trim()).toBe(
      `${pin.package}==${pin.version}`,
    );
  });

  it('build packages with what they are pinned to run with', () => {
    const { requirements, sources } = engineEnvironment(home(), pin);
    const [, version] = /\nsetuptools==(\S+)/.exec(readFileSync(requirements, 'utf8')) ?? [];
    expect(readFileSync(join(sources, 'requirements-build.txt'), 'utf8')).toContain(
      `setuptools==${version} `,
    );
  });
});

describe('installing an engine', () => {
  it('makes an environment, takes only packages with the right hash, and is quick the second time', async () => {
    fakePython('3.11.2', '');
    expect(await install()).toBe(true);
    expect(installedEngine(home(), pin)).toMatchObject({ version: pin.version, python: '3.11.2' });
    expect(said.at(-1)).toMatch(/^nnU-Net 2\.8\.1 is ready/);
    const calls = readFileSync(join(dir, 'pip.log'), 'utf8').trimEnd().split('\n');
    expect(calls).toHaveLength(2);
    for (const call of calls) expect(call).toContain('--require-hashes');
    expect(calls[1]).toContain('--no-build-isolation');
    expect(await install()).toBe(false);
    expect(readFileSync(join(dir, 'pip.log'), 'utf8').trimEnd().split('\n')).toHaveLength(2);
    expect(await install({ again: true })).toBe(true);
  });

  it('that fails leaves nothing that looks whole, and says what to do', async () => {
    fakePython('3.12.0', 'echo "ERROR: Could not install: [Errno 28] No space left on device" >&2; exit 1');
    await expect(install()).rejects.toThrow(/the disk is full .*make room below/);
    expect(readdirSync(join(dir, 'engines')).filter((name) => !name.endsWith('.lock'))).toEqual([]);
    expect(() => requireEngine(home(), 'nnunet')).toThrow('run `plusct engine install nnunet` here');
  });

  it('needs no network where its packages were fetched into a folder', async () => {
    fakePython('3.11.2', '');
    const packages = join(dir, 'packages');
    await fetchEngine(pin, packages, { home: home(), say, env: env() });
    expect(readdirSync(packages)).toEqual([]);
    await installEngine(pin, { home: home(), say, env: env(), packages });
    const calls = readFileSync(join(dir, 'pip.log'), 'utf8').trimEnd().split('\n');
    expect(calls.map((call) => call.split(' ')[2])).toEqual([
      'install',
      'download',
      'download',
      'install',
      'install',
    ]);
    for (const call of calls) expect(call).toContain('--require-hashes');
    for (const call of calls.slice(1, 3)) expect(call).toContain(`--dest ${packages}`);
    for (const call of calls.slice(3)) expect(call).toContain(`--no-index --find-links ${packages}`);
  });

  it('that was broken off is begun anew', async () => {
    const { dir: place, marker } = engineEnvironment(home(), pin);
    mkdirSync(join(place, 'bin'), { recursive: true });
    writeFileSync(join(place, 'bin', 'left-over'), '');
    fakePython('3.13.1', '');
    expect(await install()).toBe(true);
    expect(existsSync(join(place, 'bin', 'left-over'))).toBe(false);
    // Other packages are pinned since: the installation no longer counts.
    writeFileSync(
      marker,
      readFileSync(marker, 'utf8').replace(/"requirementsSha256": "./, '"requirementsSha256": "x'),
    );
    expect(installedEngine(home(), pin)).toBeUndefined();
  });

  it('needs a recent Python, and names those that there are', async () => {
    fakePython('3.9.18', '');
    await expect(install()).rejects.toThrow(
      /nnU-Net needs Python 3\.10 or later with venv, and on PATH found 3\.9\.18: install python3/,
    );
    rmSync(join(dir, 'bin', 'python3'));
    await expect(install()).rejects.toThrow(/on PATH there is none: install python3 and python3-venv/);
  });

  it('needs room, and says how much', async () => {
    fakePython('3.11.0', '');
    const vast = { ...pin, neededGb: 1e9 };
    await expect(installEngine(vast, { home: home(), say, env: env() })).rejects.toThrow(
      /needs 1000000000 GB while it is installed.*GB free: make room, or set PLUSCT_ENGINES/,
    );
  });

  it.each([
    [
      'NewConnectionError: Temporary failure in name resolution\nERROR: No matching distribution found for x',
      /cannot reach its package index .*check network and proxy/,
    ],
    ['ERROR: No matching distribution found for torch==2.15.0', /no such package for this platform/],
    [
      'ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE',
      /not the one that was pinned/,
    ],
    ['ERROR: something else', /pip failed \(ERROR: something else\)/],
  ])('tells by pip’s words what went wrong: %s', (output, message) => {
    expect(installFailure(pin, output, '/engines').message).toMatch(message);
  });

  it('tells of large downloads only', () => {
    expect(worthALine('  Downloading torch-2.15.0-cp311-cp311-manylinux_2_28_x86_64.whl (539.2 MB)')).toBe(
      '  torch 2.15.0 (539 MB)',
    );
    expect(worthALine('  Downloading six-1.17.0-py2.py3-none-any.whl (11 kB)')).toBeUndefined();
    expect(worthALine('Collecting torch')).toBeUndefined();
  });
});

describe('an engine that is not installed', () => {
  it('is refused as a failure that passes, so that another worker may do the work', () => {
    expect(() => requireEngine(home(), 'nnunet')).toThrow(
      expect.objectContaining({ kind: 'EngineMissing', permanent: false }),
    );
  });

  it('that nobody knows is refused with those that there are', () => {
    expect(() => enginePin('oracle')).toThrow('no engine "oracle" can be installed: there is nnunet');
  });
});
