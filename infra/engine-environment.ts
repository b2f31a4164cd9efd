import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { PlusctError } from '../domain/errors.js';
import type { Home } from './home.js';

/** An engine that is a Python package with everything that it needs, pinned by hash. */
export interface EnginePin {
  /** Its name in configurations and on the command line. */
  readonly name: string;
  readonly title: string;
  readonly package: string;
  readonly version: string;
  /** Folder below the project's root with `requirements.txt` and the engine's own Python files. */
  readonly folder: string;
  readonly oldestPython: readonly [number, number];
  /** A module whose import shows that the installation works. */
  readonly module: string;
  /** What it takes on disk, and what installing needs in all. */
  readonly installedGb: number;
  readonly neededGb: number;
}

export const enginePins: readonly EnginePin[] = [
  {
    name: 'nnunet',
    title: 'nnU-Net',
    package: 'nnunetv2',
    version: '2.8.1',
    folder: join('engines', 'nnunet', 'python'),
    oldestPython: [3, 10],
    module: 'nnunetv2.inference.predict_from_raw_data',
    installedGb: 6,
    neededGb: 11,
  },
];

/** Written when everything is there: without it a folder is half an installation. */
const Installed = z.object({
  version: z.string(),
  requirementsSha256: z.string(),
  python: z.string(),
  installedAt: z.iso.datetime(),
  /** The Python of an installation that was there before, whose packages are its owner's. */
  adopted: z.string().optional(),
  /** Where that Python finds packages besides its own: PYTHONPATH as it was set when the installation was taken. */
  pythonPath: z.string().optional(),
});
export type Installed = z.infer<typeof Installed>;

/** Where an engine lies, installed or not. */
export interface EngineEnvironment {
  readonly dir: string;
  readonly python: string;
  readonly marker: string;
  /** The engine's own Python files, in the project's tree. */
  readonly sources: string;
  readonly requirements: string;
  /** PYTHONPATH of an adopted installation that needs one. */
  readonly pythonPath?: string;
}

/** The pin of that name. Throws `InvalidInput`, listing the engines that can be installed. */
export function enginePin(name: string): EnginePin {
  const pin = enginePins.find((each) => each.name === name);
  if (pin !== undefined) return pin;
  const names = enginePins.map((each) => each.name).join(', ');
  throw new PlusctError('InvalidInput', `no engine "${name}" can be installed: there is ${names}`);
}

export function engineEnvironment(home: Home, pin: EnginePin): EngineEnvironment {
  const dir = join(home.enginesDir, `${pin.name}-${pin.version}`);
  const sources = join(home.root, pin.folder);
  return {
    dir,
    python: join(dir, 'bin', 'python'),
    marker: join(dir, 'installed.json'),
    sources,
    requirements: join(sources, 'requirements.txt'),
  };
}

export function requirementsHash({ requirements }: EngineEnvironment): string {
  return createHash('sha256').update(readFileSync(requirements)).digest('hex');
}

/** What is installed of an engine; undefined when it is not, not wholly, or with other packages than are pinned now. */
export function installedEngine(home: Home, pin: EnginePin): Installed | undefined {
  const environment = engineEnvironment(home, pin);
  if (!existsSync(environment.marker)) return undefined;
  try {
    const installed = Installed.parse(JSON.parse(readFileSync(environment.marker, 'utf8')));
    if (!existsSync(installed.adopted ?? environment.python)) return undefined;
    if (installed.adopted !== undefined) return installed;
    return installed.requirementsSha256 === requirementsHash(environment) ? installed : undefined;
  } catch {
    return undefined;
  }
}

/** Marks an installation as whole: with this version and these packages it counts from now on. */
export function markInstalled(
  environment: EngineEnvironment,
  { version }: EnginePin,
  of: Pick<Installed, 'python' | 'adopted' | 'pythonPath'>,
): void {
  const installed: Installed = {
    version,
    requirementsSha256: requirementsHash(environment),
    installedAt: new Date().toISOString(),
    ...of,
  };
  writeFileSync(environment.marker, `${JSON.stringify(installed, undefined, 2)}\n`);
}

/** Where an installed engine lies; undefined when it is not installed. */
export function installedEnvironment(home: Home, pin: EnginePin): EngineEnvironment | undefined {
  const installed = installedEngine(home, pin);
  if (installed === undefined) return undefined;
  const environment = engineEnvironment(home, pin);
  const { adopted = environment.python, pythonPath } = installed;
  return { ...environment, python: adopted, ...(pythonPath === undefined ? {} : { pythonPath }) };
}

/** What the engine's Python gets besides its worker's environment. */
export function pythonVariables({ pythonPath }: EngineEnvironment): { PYTHONPATH?: string } {
  return pythonPath === undefined ? {} : { PYTHONPATH: pythonPath };
}

/**
 * The environment of an installed engine.
 * @throws PlusctError EngineMissing when it is not installed: passing, since another worker may have it
 */
export function requireEngine(home: Home, name: string): EngineEnvironment {
  const pin = enginePin(name);
  const environment = installedEnvironment(home, pin);
  if (environment !== undefined) return environment;
  throw new PlusctError(
    'EngineMissing',
    `${pin.title} is not installed in ${home.enginesDir} of this machine: run \`plusct engine install ${name}\` here ` +
      '(or set PLUSCT_ENGINES to where it is)',
  );
}
