import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { engineEnvironment, enginePin, requirementsHash } from '../../../infra/engine-environment.js';
import { resolveHome } from '../../../infra/home.js';

/**
 * A folder that looks like an installation of nnU-Net, whose `python` runs a script of the test with Node instead.
 * For tests of what happens to processes, not of nnU-Net.
 */
export function fakeInstallation(folder: string, script: string): Record<string, string> {
  const environment = { PLUSCT_ENGINES: folder, PATH: process.env.PATH ?? '' };
  const pin = enginePin('nnunet');
  const at = engineEnvironment(resolveHome(environment), pin);
  mkdirSync(join(at.dir, 'bin'), { recursive: true });
  writeFileSync(join(at.dir, 'fake.mjs'), script);
  writeFileSync(at.python, `#!/bin/sh\nexec "${process.execPath}" "${join(at.dir, 'fake.mjs')}" "$@"\n`);
  chmodSync(at.python, 0o755);
  const marker = {
    version: pin.version,
    requirementsSha256: requirementsHash(at),
    python: '3.11.0',
    installedAt: new Date(0).toISOString(),
  };
  writeFileSync(at.marker, JSON.stringify(marker));
  return environment;
}
