import { execFile } from 'node:child_process';
import { accessSync, constants, mkdirSync, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { PlusctError } from '../domain/errors.js';
import { type Environment, externalCredentials, externalObjectStore } from './home.js';
import { waitForLock } from './lock.js';
import { installTool } from './tool-install.js';
import { type ToolPin, temporalPin, weedPin } from './tool-pins.js';

export type Say = (line: string) => void;

/** A binary and its version; or nothing, because the environment names a server that runs already. */
export type Tool =
  | { readonly kind: 'external' }
  | { readonly kind: 'binary'; readonly path: string; readonly version: string };

export interface Tools {
  readonly temporal: Tool;
  readonly weed: Tool;
}

/** What the search for a tool asks of the machine. */
export interface Lookup {
  /** Path of an executable of this name on PATH. */
  which(command: string): string | undefined;
  isExecutable(path: string): boolean;
  /** Version that the binary reports, `undefined` if it cannot be run. */
  versionOf(path: string, pin: ToolPin): Promise<string | undefined>;
}

const runFile = promisify(execFile);
const versionTimeoutMs = 15_000;
const installTimeoutMs = 15 * 60_000;

/** First dotted number in the output of a version command. */
export function parseVersion(output: string): string | undefined {
  return /\b\d+\.\d+(?:\.\d+)?\b/.exec(output)?.[0];
}

/** True if dotted version `version` is `minimum` or later. Missing parts count as 0. */
export function isAtLeast(version: string, minimum: string): boolean {
  const [have, need] = [version, minimum].map((text) => text.split('.').map(Number));
  for (let part = 0; part < Math.max(have.length, need.length); part++) {
    const difference = (have[part] ?? 0) - (need[part] ?? 0);
    if (difference !== 0) return difference > 0;
  }
  return true;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

/** The machine itself as a `Lookup`. */
export function machineLookup(env: Environment): Lookup {
  return {
    isExecutable,
    which: (command) =>
      (env.PATH ?? '')
        .split(delimiter)
        .filter((dir) => dir !== '')
        .map((dir) => join(dir, command))
        .find(isExecutable),
    async versionOf(path, pin) {
      try {
        const { stdout, stderr } = await runFile(path, [...pin.versionArgs], { timeout: versionTimeoutMs });
        return parseVersion(stdout + stderr);
      } catch {
        return undefined;
      }
    },
  };
}

/** Where an installed binary lies. The version is in the path: another pin is another folder. */
export function installedPath(toolsDir: string, pin: ToolPin): string {
  return join(toolsDir, `${pin.package}-${pin.version}`, 'bin', pin.command);
}

/** True if the environment names a Temporal cluster or an object store that runs already. */
export function isExternal(pin: ToolPin, env: Environment): boolean {
  if (pin === temporalPin) return Boolean(env.TEMPORAL_ADDRESS);
  const endpoint = externalObjectStore(env);
  if (!endpoint) return false;
  if (externalCredentials(env)) return true;
  throw new PlusctError(
    'InvalidInput',
    `The object store ${endpoint} is given without keys: set S3_ACCESS_KEY_ID and S3_SECRET_ACCESS_KEY, or unset S3_ENDPOINT.`,
  );
}

/**
 * Looks for a tool without installing: environment, then the installed pin, then PATH. The pin comes before PATH, since the
 * Temporal database belongs to one version of the server: a new `temporal` on PATH must not hide running campaigns.
 */
export async function findTool(
  pin: ToolPin,
  options: { env: Environment; toolsDir: string; say: Say; lookup: Lookup },
): Promise<Tool | undefined> {
  const { env, toolsDir, say, lookup } = options;
  if (isExternal(pin, env)) return { kind: 'external' };
  const installed = installedPath(toolsDir, pin);
  if (lookup.isExecutable(installed)) return { kind: 'binary', path: installed, version: pin.version };
  const path = lookup.which(pin.command);
  if (!path) return undefined;
  const version = await lookup.versionOf(path, pin);
  if (version && isAtLeast(version, pin.minimum)) return { kind: 'binary', path, version };
  say(
    `Skipping ${path}: ${version ? `version ${version} is older than ${pin.minimum}` : 'it does not run here'}.`,
  );
  return undefined;
}

async function ensureTool(
  pin: ToolPin,
  options: { env: Environment; toolsDir: string; say: Say; lookup: Lookup },
): Promise<Tool> {
  const found = await findTool(pin, options);
  if (found) return found;
  mkdirSync(options.toolsDir, { recursive: true });
  const lock = await waitForLock(join(options.toolsDir, 'install.lock'), installTimeoutMs, (pid) =>
    options.say(`Waiting for process ${pid}, which is installing tools …`),
  );
  try {
    const installed = installedPath(options.toolsDir, pin);
    if (!isExecutable(installed)) await installTool(pin, options);
    return { kind: 'binary', path: installed, version: pin.version };
  } finally {
    lock.release();
  }
}

/** Finds or installs both servers. Safe to repeat and to interrupt; quick when they are there. */
export async function ensureTools(options: {
  toolsDir: string;
  say: Say;
  env?: Environment;
  lookup?: Lookup;
}): Promise<Tools> {
  const env = options.env ?? process.env;
  const all = {
    toolsDir: options.toolsDir,
    say: options.say,
    env,
    lookup: options.lookup ?? machineLookup(env),
  };
  // Only pip has the object server: without Python nothing else need be fetched.
  const weed = await ensureTool(weedPin, all);
  return { temporal: await ensureTool(temporalPin, all), weed };
}
