import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Workshop } from '../../engines/nnunet/workshop.js';
import { adoptEngine } from '../../infra/engine-adopt.js';
import {
  engineEnvironment,
  enginePin,
  installedEngine,
  requireEngine,
} from '../../infra/engine-environment.js';
import { tryEngine } from '../../infra/engine-install.js';
import { resolveHome } from '../../infra/home.js';

const pin = enginePin('nnunet');
let dir: string;
let said: string[];
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'plusct-adopt-'));
  said = [];
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const home = () => resolveHome({ PLUSCT_ENGINES: join(dir, 'engines') });
const adopt = (python: string) => adoptEngine(pin, python, { home: home(), say: (line) => said.push(line) });

/** This machine's Python with packages of those names that do nothing. */
function pythonWith(files: Readonly<Record<string, string>>): string {
  for (const [name, text] of Object.entries(files)) {
    const path = join(dir, 'site', name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  }
  const python = join(dir, 'python');
  writeFileSync(python, `#!/bin/sh\nPYTHONPATH="${join(dir, 'site')}" exec python3 "$@"\n`);
  chmodSync(python, 0o755);
  return python;
}

const packageOf = (version: string) => ({
  [`nnunetv2-${version}.dist-info/METADATA`]: `Metadata-Version: 2.1\nName: nnunetv2\nVersion: ${version}\n`,
  [`nnunetv2-${version}.dist-info/entry_points.txt`]:
    '[console_scripts]\nnnUNetv2_train = nnunetv2.work:train\n',
  'nnunetv2/__init__.py': '',
  'nnunetv2/work.py': 'def train():\n    print("trained")\n    return 3\n',
  'nnunetv2/inference/__init__.py': '',
  'nnunetv2/inference/predict_from_raw_data.py': '',
});
const torch = {
  'torch.py': '__version__ = "9.9"\nclass cuda:\n    is_available = staticmethod(lambda: False)\n',
};

describe('an installation that is there already', () => {
  it('is taken as it is: its Python runs, and its commands are found', async () => {
    const python = pythonWith({ ...packageOf(pin.version), ...torch });
    await adopt(python);
    expect(installedEngine(home(), pin)).toMatchObject({ version: pin.version, adopted: python });
    expect(said).toEqual([expect.stringContaining('torch 9.9, no CUDA device')]);
    const environment = requireEngine(home(), 'nnunet');
    expect(environment.python).toBe(python);
    const train = () => execFileSync(python, [join(environment.dir, 'bin', 'nnUNetv2_train')]);
    expect(train).toThrow(expect.objectContaining({ status: 3, stdout: Buffer.from('trained\n') }));
    rmSync(python);
    expect(installedEngine(home(), pin)).toBeUndefined();
  });

  it('that is found by PYTHONPATH is found by it ever after', async () => {
    pythonWith({ ...packageOf(pin.version), ...torch });
    const before = process.env.PYTHONPATH;
    process.env.PYTHONPATH = join(dir, 'site');
    try {
      await adopt('python3');
    } finally {
      if (before === undefined) delete process.env.PYTHONPATH;
      else process.env.PYTHONPATH = before;
    }
    const environment = requireEngine(home(), 'nnunet');
    expect(environment.pythonPath).toBe(join(dir, 'site'));
    expect(await tryEngine(environment, pin)).toContain('torch 9.9');
    const workshop = Workshop.open({ PLUSCT_ENGINES: join(dir, 'engines') });
    expect(workshop.program('device.py', [], dir).env.PYTHONPATH).toBe(join(dir, 'site'));
  });

  it.each([
    ['has no nnunetv2', torch, 'it has no nnunetv2'],
    ['has another version', { ...packageOf('2.5.0'), ...torch }, 'it has nnunetv2 2.5.0'],
    ['has no torch', packageOf(pin.version), 'torch cannot be imported'],
  ])('that %s is refused, and what was there stays', async (_, files, why) => {
    const { dir: place } = engineEnvironment(home(), pin);
    mkdirSync(place, { recursive: true });
    await expect(adopt(pythonWith(files))).rejects.toThrow(why);
    await expect(adopt(pythonWith(files))).rejects.toThrow(`nnunetv2==${pin.version} and torch`);
    expect(existsSync(place)).toBe(true);
  });

  it('that is no Python is refused', async () => {
    await expect(adopt(join(dir, 'nothing'))).rejects.toThrow('it does not run');
  });
});
