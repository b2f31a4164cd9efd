import { PlusctError } from '../domain/errors.js';
import {
  type ConnectionEnv,
  connectionEnv,
  type Environment,
  externalCredentials,
  externalObjectStore,
  type Home,
  localCredentials,
  makeHome,
  readRun,
  writeRun,
} from './home.js';
import { type Lock, tryLock } from './lock.js';
import { choosePorts, defaultBucket, defaultRegion, objectServer } from './object-server.js';
import { freePorts, freeSoon, givenPort, loopback, lostPort, requireFree } from './ports.js';
import { identityOf } from './process.js';
import type { Credentials, Endpoints, RunFile } from './run-file.js';
import { endOnSignals } from './signals.js';
import { type ChildSpec, Supervisor, stopOrphans } from './supervisor.js';
import { temporalNamespace, temporalServer, warnOfOtherDatabases } from './temporal-server.js';
import type { Say, Tools } from './tools.js';

/** A worker process as data, so that it can be handed to a detached supervisor. */
export interface WorkerSpec {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly graceMs?: number;
}

export interface BringUpOptions {
  readonly home: Home;
  readonly tools: Tools;
  readonly workers: readonly WorkerSpec[];
  readonly say: Say;
  readonly env?: Environment;
  /** Whether SIGINT, SIGTERM and SIGHUP stop everything and end this process. True if not given. */
  readonly handleSignals?: boolean;
  /** Called when such a signal comes, before anything is stopped. */
  readonly onSignal?: (signal: NodeJS.Signals) => void;
}

/** Servers and workers that run under this process. */
export interface Running {
  /** Variables by which to reach the servers. */
  readonly env: ConnectionEnv;
  readonly supervisor: Supervisor;
  /** Stops workers, then servers. Safe to call twice. */
  stop(): Promise<void>;
}

interface Plan {
  readonly endpoints: Endpoints;
  readonly ports: RunFile['ports'];
  readonly credentials: Credentials;
  readonly servers: readonly ChildSpec[];
}

function claim(home: Home): Lock {
  const got = tryLock(home.lockFile);
  if ('release' in got) return got;
  throw new PlusctError(
    'InvalidInput',
    `Process ${got.heldBy} already runs plusct from ${home.dir}: use it, stop it with \`plusct down\`, or set PLUSCT_HOME to another folder.`,
  );
}

async function temporalPort(known: number | undefined, env: Environment): Promise<number> {
  const given = givenPort('PLUSCT_TEMPORAL_PORT', env.PLUSCT_TEMPORAL_PORT);
  if (given !== undefined) {
    await requireFree(given, 'PLUSCT_TEMPORAL_PORT');
    return given;
  }
  if (known !== undefined && (await freeSoon([known]))) return known;
  return (await freePorts(1))[0];
}

interface Part<Name extends keyof Endpoints> {
  readonly endpoint: Endpoints[Name];
  readonly ports: RunFile['ports'];
  readonly servers: readonly ChildSpec[];
}

async function planTemporal(
  options: BringUpOptions,
  known: RunFile,
  env: Environment,
): Promise<Part<'temporal'>> {
  const { home, tools, say } = options;
  const namespace = env.TEMPORAL_NAMESPACE || temporalNamespace;
  if (tools.temporal.kind === 'external') {
    const endpoint = { address: env.TEMPORAL_ADDRESS ?? '', namespace, external: true };
    return { endpoint, ports: {}, servers: [] };
  }
  const { path: binary, version } = tools.temporal;
  const extraConfig = (env.PLUSCT_TEMPORAL_CONFIG ?? '').split(' ').filter((pair) => pair !== '');
  warnOfOtherDatabases(home, version, say);
  const port = await temporalPort(known.ports.temporal, env);
  const endpoint = { address: `${loopback}:${port}`, namespace: temporalNamespace, external: false };
  return {
    endpoint,
    ports: { temporal: port },
    servers: [temporalServer({ home, binary, version, port, extraConfig })],
  };
}

async function planObjects(
  options: BringUpOptions,
  known: RunFile,
  env: Environment,
): Promise<Part<'s3'> & { credentials: Credentials }> {
  const { home, tools } = options;
  const bucket = env.S3_BUCKET || defaultBucket;
  const region = env.S3_REGION || env.AWS_REGION || defaultRegion;
  if (tools.weed.kind === 'external') {
    const credentials = externalCredentials(env);
    if (!credentials)
      throw new PlusctError(
        'InvalidInput',
        'Set S3_ACCESS_KEY_ID and S3_SECRET_ACCESS_KEY beside S3_ENDPOINT.',
      );
    const endpoint = {
      endpoint: externalObjectStore(env) ?? '',
      bucket,
      region,
      external: true,
    };
    return { endpoint, ports: {}, servers: [], credentials };
  }
  const given = givenPort('PLUSCT_S3_PORT', env.PLUSCT_S3_PORT);
  if (given !== undefined) await requireFree(given, 'PLUSCT_S3_PORT');
  const ports = await choosePorts(known.ports.objects, given);
  const credentials = localCredentials(home);
  const endpoint = { endpoint: `http://${loopback}:${ports.s3}`, bucket, region, external: false };
  const server = objectServer({ home, binary: tools.weed.path, ports, credentials, bucket });
  return { endpoint, ports: { objects: ports }, servers: [server], credentials };
}

async function plan(options: BringUpOptions, known: RunFile): Promise<Plan> {
  const env = options.env ?? process.env;
  const temporal = await planTemporal(options, known, env);
  const objects = await planObjects(options, known, env);
  return {
    endpoints: { temporal: temporal.endpoint, s3: objects.endpoint },
    ports: { ...known.ports, ...temporal.ports, ...objects.ports },
    credentials: objects.credentials,
    servers: [...temporal.servers, ...objects.servers],
  };
}

async function clearOrphans(known: RunFile, say: Say): Promise<void> {
  const orphans = await stopOrphans(known.children);
  if (orphans.length > 0) say(`Stopped ${orphans.join(', ')}, left behind by a plusct that was killed.`);
}

/** Keeps run.json up to date with what this process runs. */
function keepRun(home: Home, planned: Plan): (change: Partial<RunFile>) => RunFile {
  const pid = process.pid;
  let run: RunFile = {
    version: 1,
    ready: false,
    supervisor: { pid, identity: identityOf(pid) ?? '', startedAt: new Date().toISOString() },
    ports: planned.ports,
    endpoints: planned.endpoints,
    children: [],
  };
  return (change) => {
    run = { ...run, ...change };
    writeRun(home, run);
    return run;
  };
}

async function startAll(options: BringUpOptions, lock: Lock): Promise<Running> {
  const { home, workers, say } = options;
  const known = readRun(home);
  await clearOrphans(known, say);
  const planned = await plan(options, known);
  const save = keepRun(home, planned);
  const supervisor = new Supervisor({
    cwd: home.root,
    logsDir: home.logsDir,
    say,
    onChange: (children) => save({ children: [...children] }),
  });
  const env = connectionEnv(save({}), planned.credentials);
  let stopped: Promise<void> | undefined;
  const stop = () => {
    stopped ??= supervisor.stop().finally(() => {
      save({ ready: false, supervisor: undefined, children: [] });
      lock.release();
      signals?.off();
    });
    return stopped;
  };
  const signals =
    options.handleSignals === false
      ? undefined
      : endOnSignals({ stop, kill: () => supervisor.kill() }, options.onSignal);
  try {
    await Promise.all(planned.servers.map((spec) => supervisor.start(spec)));
    for (const worker of workers) {
      await supervisor.start({ ...worker, tier: 'worker', env: { ...env, ...worker.env } });
    }
    save({ ready: true });
  } catch (error) {
    await stop();
    // What failed is then only that the servers were stopped as asked; the handler ends the process.
    if (signals?.seen()) await new Promise(() => undefined);
    throw error;
  }
  return { env, supervisor, stop };
}

const mostTries = 4;

async function tryToStart(options: BringUpOptions): Promise<Running> {
  const lock = claim(options.home);
  try {
    return await startAll(options, lock);
  } catch (error) {
    lock.release();
    throw error;
  }
}

/**
 * Starts the servers that the environment does not name, and the workers, and keeps them alive. State and logs are in the home,
 * `run.json` there tells other terminals where everything is. A port that another program takes between the choice and the
 * start is no failure: others are chosen.
 * @throws PlusctError if another process uses the home, a given port is taken, or a server does not come up
 */
export async function bringUp(options: BringUpOptions): Promise<Running> {
  makeHome(options.home);
  for (let tries = 1; ; tries++) {
    try {
      return await tryToStart(options);
    } catch (error) {
      if (tries === mostTries || !lostPort(error)) throw error;
      options.say('Another program took one of the chosen ports; trying others.');
    }
  }
}
