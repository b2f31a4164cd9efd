import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { z } from 'zod';
import { PlusctError } from '../domain/errors.js';
import { identityOf } from './process.js';
import { Credentials, emptyRun, RunFile } from './run-file.js';

export type Environment = Readonly<Record<string, string | undefined>>;
export type ConnectionEnv = Record<string, string>;

/** The folders and files that hold all state of one installation. */
export interface Home {
  readonly root: string;
  readonly dir: string;
  readonly toolsDir: string;
  /** Engines that have to be installed, and the folders that they work in. */
  readonly enginesDir: string;
  readonly logsDir: string;
  readonly temporalDir: string;
  readonly objectsDir: string;
  readonly runFile: string;
  readonly lockFile: string;
  readonly credentialsFile: string;
  /** Keys of the console: what people sign in with where there is no identity provider. */
  readonly consoleFile: string;
  /** Where uploads wait until they are checked. */
  readonly quarantineDir: string;
}

/** The folder with package.json, whether this file runs from the sources or from dist/. */
export function projectRoot(from: string = dirname(fileURLToPath(import.meta.url))): string {
  if (existsSync(join(from, 'package.json'))) return from;
  const parent = dirname(from);
  if (parent === from)
    throw new PlusctError('InvalidInput', 'No package.json above infra/: run plusct from its checkout.');
  return projectRoot(parent);
}

/** Paths of the home. `PLUSCT_HOME` moves the state, `PLUSCT_TOOLS` the downloaded tools, `PLUSCT_ENGINES` installed engines. Creates nothing. */
export function resolveHome(env: Environment = process.env, root: string = projectRoot()): Home {
  const dir = resolve(root, env.PLUSCT_HOME || '.plusct');
  const toolsDir = resolve(root, env.PLUSCT_TOOLS || join('.plusct', 'tools'));
  const enginesDir = resolve(root, env.PLUSCT_ENGINES || join('.plusct', 'engines'));
  return {
    root,
    dir,
    toolsDir,
    enginesDir,
    logsDir: join(dir, 'logs'),
    temporalDir: join(dir, 'temporal'),
    objectsDir: join(dir, 'objects'),
    runFile: join(dir, 'run.json'),
    lockFile: join(dir, 'supervisor.lock'),
    credentialsFile: join(dir, 'credentials.json'),
    consoleFile: join(dir, 'console.json'),
    quarantineDir: join(dir, 'quarantine'),
  };
}

/** Makes the folders of the home, readable by the owner only. */
export function makeHome(home: Home): void {
  for (const dir of [home.dir, home.logsDir, home.temporalDir, home.objectsDir]) {
    mkdirSync(dir, { recursive: true, mode: 0o700 });
  }
}

function readJson<T>(path: string, schema: z.ZodType<T>): T | undefined {
  if (!existsSync(path)) return undefined;
  try {
    return schema.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch (cause) {
    throw new PlusctError('InvalidInput', `${path} is damaged: delete it and start again.`, { cause });
  }
}

function writeJson(path: string, value: unknown): void {
  const partial = `${path}.${process.pid}.partial`;
  writeFileSync(partial, `${JSON.stringify(value, null, 2)}\n`, { mode: 0o600 });
  renameSync(partial, path);
}

/** What ran, or runs, from this home; the empty run if nothing ever did. */
export function readRun(home: Home): RunFile {
  return readJson(home.runFile, RunFile) ?? emptyRun;
}

/** Replaces run.json in one step: a reader sees the old one or the new one. */
export function writeRun(home: Home, run: RunFile): void {
  writeJson(home.runFile, run);
}

/** Keys of the local object server, made at the first call and kept after it. */
export function localCredentials(home: Home): Credentials {
  const known = readJson(home.credentialsFile, Credentials);
  if (known) return known;
  const made: Credentials = {
    accessKeyId: `plusct${randomBytes(7).toString('hex')}`,
    secretAccessKey: randomBytes(24).toString('base64url'),
  };
  writeJson(home.credentialsFile, made);
  return made;
}

/** Keys of an object store that the environment names, `undefined` if it names none. */
export function externalCredentials(env: Environment): Credentials | undefined {
  const accessKeyId = env.S3_ACCESS_KEY_ID || env.AWS_ACCESS_KEY_ID;
  const secretAccessKey = env.S3_SECRET_ACCESS_KEY || env.AWS_SECRET_ACCESS_KEY;
  return accessKeyId && secretAccessKey ? { accessKeyId, secretAccessKey } : undefined;
}

/** Address of an object store that the environment names, `undefined` if it names none. */
export function externalObjectStore(env: Environment): string | undefined {
  return env.PLUSCT_S3_ENDPOINT || env.S3_ENDPOINT || undefined;
}

/**
 * How to reach servers that the environment names, `undefined` unless it names both and the keys. Namespace, bucket and region
 * are left to their own variables.
 */
export function externalConnection(env: Environment): ConnectionEnv | undefined {
  const [endpoint, keys] = [externalObjectStore(env), externalCredentials(env)];
  if (!env.TEMPORAL_ADDRESS || !endpoint || !keys) return undefined;
  return {
    TEMPORAL_ADDRESS: env.TEMPORAL_ADDRESS,
    S3_ENDPOINT: endpoint,
    S3_ACCESS_KEY_ID: keys.accessKeyId,
    S3_SECRET_ACCESS_KEY: keys.secretAccessKey,
    ...(env.AWS_REGION && !env.S3_REGION ? { S3_REGION: env.AWS_REGION } : {}),
  };
}

/** The environment variables by which workers and other terminals find the servers of `run`. */
export function connectionEnv(run: RunFile, credentials: Credentials): ConnectionEnv {
  if (!run.endpoints) {
    throw new PlusctError(
      'InvalidInput',
      'No server was started from this home yet: run `plusct up` or `npm start`.',
    );
  }
  const { temporal, s3 } = run.endpoints;
  return {
    TEMPORAL_ADDRESS: temporal.address,
    TEMPORAL_NAMESPACE: temporal.namespace,
    S3_ENDPOINT: s3.endpoint,
    S3_ACCESS_KEY_ID: credentials.accessKeyId,
    S3_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    S3_BUCKET: s3.bucket,
    S3_REGION: s3.region,
  };
}

/** True while the supervisor that `run` names is alive and its servers answer. */
export function isRunning(run: RunFile): boolean {
  return (
    run.ready && run.supervisor !== undefined && identityOf(run.supervisor.pid) === run.supervisor.identity
  );
}

/**
 * How to reach what runs from this home now, for a second terminal. `undefined` if nothing runs.
 * Keys of an external store are never written to disk, so they must be in `env` again.
 */
export function liveConnection(home: Home, env: Environment = process.env): ConnectionEnv | undefined {
  const run = readRun(home);
  if (!isRunning(run)) return undefined;
  const credentials = run.endpoints?.s3.external ? externalCredentials(env) : localCredentials(home);
  if (!credentials) {
    throw new PlusctError(
      'InvalidInput',
      'The running plusct uses your own object store: set S3_ACCESS_KEY_ID and S3_SECRET_ACCESS_KEY here too.',
    );
  }
  return connectionEnv(run, credentials);
}
