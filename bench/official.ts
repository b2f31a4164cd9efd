import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PlusctError } from '../domain/errors.js';

/** What the official implementation runs on; surface-distance is the package of google-deepmind/surface-distance. */
export const officialPackages = ['surface-distance==0.1', 'numpy==2.4.6', 'scipy==1.17.1', 'nibabel==5.4.2'];

/** Path of a Python that has the official implementation; the first call installs it under `dir`. */
export function officialPython(dir: string, say: (line: string) => void): string {
  const venv = join(dir, 'venv');
  const python = join(venv, process.platform === 'win32' ? 'Scripts/python.exe' : 'bin/python');
  const stamp = join(venv, 'plusct-packages.txt');
  const wanted = officialPackages.join('\n');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return python;
  say(`Installing ${officialPackages.join(', ')} from PyPI …`);
  mkdirSync(dir, { recursive: true });
  must(process.env.PYTHON ?? 'python3', ['-m', 'venv', '--clear', venv]);
  must(python, ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', ...officialPackages]);
  writeFileSync(stamp, wanted);
  return python;
}

/** Version of that Python. */
export function pythonVersion(python: string): string {
  const { stdout } = spawnSync(python, ['--version'], { encoding: 'utf8' });
  return stdout.trim();
}

function must(command: string, args: string[]): void {
  const { status, error } = spawnSync(command, args, { stdio: 'inherit' });
  if (status === 0) return;
  throw new PlusctError(
    'InvalidInput',
    `${command} ${args.join(' ')} failed (${error?.message ?? `exit ${status}`}): the bench needs Python 3.11 or later and PyPI`,
  );
}
