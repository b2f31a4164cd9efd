import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GetObjectCommand, HeadBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { Client, Connection } from '@temporalio/client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startDetached, stopDetached } from '../../infra/detached.js';
import {
  type ConnectionEnv,
  type Home,
  liveConnection,
  readRun,
  resolveHome,
  writeRun,
} from '../../infra/home.js';
import { freePorts, loopback } from '../../infra/ports.js';
import { identityOf, waitUntil } from '../../infra/process.js';
import { bringUp, type Running } from '../../infra/servers.js';
import { ensureTools, type Tools } from '../../infra/tools.js';

const base = mkdtempSync(join(tmpdir(), 'plusct-servers-'));
const own = { PATH: process.env.PATH };
let tools: Tools;
/** All that was started, so that a failed test leaves no server running. */
const started: Running[] = [];

function homeAt(name: string): Home {
  return resolveHome({ PLUSCT_HOME: join(base, name), PLUSCT_TOOLS: process.env.PLUSCT_TOOLS });
}

async function up(home: Home, env: Record<string, string> = {}): Promise<Running> {
  const say = () => undefined;
  const running = await bringUp({
    home,
    tools,
    workers: [],
    say,
    env: { ...own, ...env },
    handleSignals: false,
  });
  started.push(running);
  return running;
}

function s3(env: ConnectionEnv): S3Client {
  return new S3Client({
    endpoint: env.S3_ENDPOINT,
    region: env.S3_REGION,
    forcePathStyle: true,
    credentials: { accessKeyId: env.S3_ACCESS_KEY_ID, secretAccessKey: env.S3_SECRET_ACCESS_KEY },
    maxAttempts: 10,
  });
}

async function put(env: ConnectionEnv, key: string, body: string): Promise<void> {
  await s3(env).send(new PutObjectCommand({ Bucket: env.S3_BUCKET, Key: key, Body: body }));
}

async function get(env: ConnectionEnv, key: string): Promise<string | undefined> {
  const answer = await s3(env).send(new GetObjectCommand({ Bucket: env.S3_BUCKET, Key: key }));
  return answer.Body?.transformToString();
}

async function withClient<T>(env: ConnectionEnv, work: (client: Client) => Promise<T>): Promise<T> {
  const connection = await Connection.connect({ address: env.TEMPORAL_ADDRESS });
  try {
    return await work(new Client({ connection, namespace: env.TEMPORAL_NAMESPACE }));
  } finally {
    await connection.close();
  }
}

function startWorkflow(env: ConnectionEnv, workflowId: string): Promise<unknown> {
  return withClient(env, (client) =>
    client.workflow.start('sleepy', { workflowId, taskQueue: 'nobody', args: [] }),
  );
}

async function statusOf(env: ConnectionEnv, workflowId: string): Promise<string> {
  return withClient(
    env,
    async (client) => (await client.workflow.getHandle(workflowId).describe()).status.name,
  );
}

async function killAndWait({ supervisor }: Running, name: string): Promise<void> {
  const restarts = supervisor.restarts(name);
  process.kill(supervisor.pidOf(name) ?? 0, 'SIGKILL');
  expect(await waitUntil(() => supervisor.restarts(name) > restarts, { timeoutMs: 10_000 })).toBe(true);
}

beforeAll(async () => {
  const { toolsDir } = homeAt('any');
  tools = await ensureTools({ toolsDir, say: () => undefined, env: own });
}, 300_000);
afterAll(async () => {
  await Promise.all(started.map((running) => running.stop()));
  await stopDetached(homeAt('detached'));
  rmSync(base, { recursive: true, force: true });
});

describe('two homes side by side', () => {
  let running: Running[];
  beforeAll(async () => {
    running = await Promise.all([up(homeAt('left')), up(homeAt('right'))]);
  });
  afterAll(async () => {
    await Promise.all(running.map((one) => one.stop()));
  });

  it('have a bucket each, and only the keys of their own', async () => {
    const [left, right] = running.map((one) => one.env);
    expect(left.S3_ENDPOINT).not.toBe(right.S3_ENDPOINT);
    await s3(left).send(new HeadBucketCommand({ Bucket: 'plusct' }));
    await put(left, 'a', 'left');
    await put(right, 'a', 'right');
    expect(await get(left, 'a')).toBe('left');
    expect(await get(right, 'a')).toBe('right');
    const crossed = { ...left, S3_ENDPOINT: right.S3_ENDPOINT };
    await expect(get(crossed, 'a')).rejects.toMatchObject({ $metadata: { httpStatusCode: 403 } });
  });

  it('have a Temporal server each that keeps histories for 30 days', async () => {
    const [left, right] = running.map((one) => one.env);
    await startWorkflow(left, 'w');
    expect(await statusOf(left, 'w')).toBe('RUNNING');
    await expect(statusOf(right, 'w')).rejects.toThrow();
    const { config } = await withClient(left, (client) =>
      client.workflowService.describeNamespace({ namespace: 'default' }),
    );
    expect(Number(config?.workflowExecutionRetentionTtl?.seconds)).toBe(30 * 86_400);
  });

  it('listen on the loopback address only', () => {
    // Every listening socket of the children, from the kernel's own table; addresses are hexadecimal, 0100007F is 127.0.0.1.
    const lines = readFileSync('/proc/net/tcp', 'utf8').split('\n').slice(1);
    const { ports } = readRun(homeAt('left'));
    const objects = Object.values(ports.objects ?? {});
    const all = [ports.temporal ?? 0, ...objects, ...objects.map((port) => port + 10_000)];
    for (const port of all) {
      const hex = port.toString(16).toUpperCase().padStart(4, '0');
      const listening = lines
        .map((line) => line.trim().split(/\s+/))
        .filter(([, local = '', , state]) => local.endsWith(`:${hex}`) && state === '0A');
      expect(listening.map(([, local]) => local)).toEqual([`0100007F:${hex}`]);
    }
  });

  it('come back on the same ports with their data when a server is killed', async () => {
    const [left] = running;
    await put(left.env, 'before', 'kept');
    await startWorkflow(left.env, 'before');
    await Promise.all([killAndWait(left, 'objects'), killAndWait(left, 'temporal')]);
    expect(await get(left.env, 'before')).toBe('kept');
    expect(await statusOf(left.env, 'before')).toBe('RUNNING');
    await put(left.env, 'after', 'written');
    expect(await get(left.env, 'after')).toBe('written');
  }, 60_000);

  it('refuse a second supervisor of the same home', async () => {
    await expect(up(homeAt('left'))).rejects.toThrow(
      new RegExp(`Process ${process.pid} already runs plusct from .*left: .*plusct down.*PLUSCT_HOME`),
    );
    expect(liveConnection(homeAt('left'))).toEqual(running[0].env);
  });
});

describe('a home that is started again', () => {
  it('has its data, keys and ports; and its data even if the ports had to change', async () => {
    const home = homeAt('again');
    const first = await up(home);
    await put(first.env, 'k', 'v');
    await startWorkflow(first.env, 'w');
    await first.stop();
    expect(liveConnection(home)).toBeUndefined();

    const second = await up(home);
    expect(second.env).toEqual(first.env);
    expect(await get(second.env, 'k')).toBe('v');
    await second.stop();

    writeRun(home, { ...readRun(home), ports: {} });
    const third = await up(home);
    expect(third.env.S3_ENDPOINT).not.toBe(first.env.S3_ENDPOINT);
    expect(await get(third.env, 'k')).toBe('v');
    await put(third.env, 'k2', 'v2');
    expect(await get(third.env, 'k2')).toBe('v2');
    expect(await statusOf(third.env, 'w')).toBe('RUNNING');
    await third.stop();
  }, 90_000);

  it('takes the ports that the user gives', async () => {
    const [temporal, store] = await freePorts(2);
    const env = { PLUSCT_TEMPORAL_PORT: String(temporal), PLUSCT_S3_PORT: String(store) };
    const running = await up(homeAt('given'), env);
    expect(running.env).toMatchObject({
      TEMPORAL_ADDRESS: `${loopback}:${temporal}`,
      S3_ENDPOINT: `http://${loopback}:${store}`,
    });
    await put(running.env, 'k', 'v');
    await running.stop();
  }, 60_000);
});

describe('a start that cannot succeed', () => {
  it.each(['PLUSCT_TEMPORAL_PORT', 'PLUSCT_S3_PORT'])(
    'names the busy port of %s and leaves nothing behind',
    async (name) => {
      const home = homeAt('busy');
      const server = createServer();
      const [port] = await freePorts(1);
      await new Promise<void>((resolve) => server.listen(port, loopback, resolve));
      await expect(up(home, { [name]: String(port) })).rejects.toThrow(`Port ${port} (${name}) is in use`);
      await new Promise((resolve) => server.close(resolve));
      expect(readRun(home).children).toEqual([]);
    },
  );

  it('stops the other server when one does not come up', async () => {
    const home = homeAt('broken');
    const broken: Tools = { ...tools, weed: { kind: 'binary', path: '/bin/false', version: '4.48' } };
    await expect(
      bringUp({ home, tools: broken, workers: [], say: () => undefined, env: own, handleSignals: false }),
    ).rejects.toThrow(/objects ended with code 1/);
    expect(readRun(home)).toMatchObject({ ready: false, children: [] });
    const running = await up(home);
    await running.stop();
  }, 60_000);
});

/** A program that runs `binary`, the first time with the port that `port` finds in its arguments taken a moment before. */
function losingItsPort(name: string, binary: string, port: RegExp): string {
  const path = join(base, `${name}.cjs`);
  const script = `#!${process.execPath}
    const { existsSync, writeFileSync } = require('node:fs');
    const args = process.argv.slice(2);
    const run = () => {
      const server = require('node:child_process').spawn(${JSON.stringify(binary)}, args, { stdio: 'inherit' });
      server.on('exit', (code) => process.exit(code ?? 1));
      process.on('SIGTERM', () => server.kill());
    };
    if (existsSync(__filename + '.lost')) run();
    else {
      writeFileSync(__filename + '.lost', '');
      const port = Number(${port}.exec(args.join(' '))[1]);
      require('node:net').createServer().listen(port, '${loopback}', run);
    }`;
  writeFileSync(path, script, { mode: 0o755 });
  return path;
}

describe('a server whose port is taken between the choice and the start', () => {
  it.each(['temporal', 'weed'] as const)(
    '(%s) starts on another',
    async (name) => {
      const tool = tools[name];
      if (tool.kind !== 'binary') throw new Error(`${name} is not run here`);
      const port = name === 'weed' ? /master.port=(\d+)/ : /--port (\d+)/;
      const said: string[] = [];
      const running = await bringUp({
        home: homeAt(`lost-${name}`),
        tools: { ...tools, [name]: { ...tool, path: losingItsPort(name, tool.path, port) } },
        workers: [],
        say: (line) => said.push(line),
        env: own,
        handleSignals: false,
      });
      started.push(running);
      expect(said).toEqual(['Another program took one of the chosen ports; trying others.']);
      await put(running.env, 'k', 'v');
      await running.stop();
    },
    60_000,
  );
});

describe('servers of the user', () => {
  it('are named to the workers, and none is started', async () => {
    const env = {
      TEMPORAL_ADDRESS: 'cluster.example:7233',
      TEMPORAL_NAMESPACE: 'ct',
      S3_ENDPOINT: 'http://store.example',
      S3_ACCESS_KEY_ID: 'keykeykey',
      S3_SECRET_ACCESS_KEY: 'secretsecretsecret',
      S3_BUCKET: 'mine',
    };
    const external: Tools = { temporal: { kind: 'external' }, weed: { kind: 'external' } };
    const home = homeAt('external');
    const worker = {
      name: 'io',
      command: process.execPath,
      args: [
        '-e',
        'console.log(process.env.S3_BUCKET, process.env.TEMPORAL_ADDRESS); setInterval(() => {}, 1000)',
      ],
    };
    const running = await bringUp({
      home,
      tools: external,
      workers: [worker],
      say: () => undefined,
      env,
      handleSignals: false,
    });
    expect(running.env).toEqual({ ...env, S3_REGION: 'us-east-1' });
    expect(readRun(home).children.map((child) => child.name)).toEqual(['io']);
    const log = join(home.logsDir, 'io.log');
    expect(
      await waitUntil(() => readFileSync(log, 'utf8') === 'mine cluster.example:7233\n', {
        timeoutMs: 5_000,
      }),
    ).toBe(true);
    expect(readFileSync(home.runFile, 'utf8')).not.toContain('secretsecret');
    await running.stop();
  });
});

describe('the detached supervisor', () => {
  it('outlives its starter, is replaced with its orphans when it is killed, and stops everything when asked', async () => {
    const home = homeAt('detached');
    const workers = [
      { name: 'io-1', command: process.execPath, args: ['-e', 'setInterval(() => {}, 1000)'] },
    ];
    const connection = await startDetached({ home, workers });
    expect(await startDetached({ home, workers })).toEqual(connection);
    await put(connection, 'k', 'v');
    const before = readRun(home);
    expect(before.children.map((child) => child.name).sort()).toEqual(['io-1', 'objects', 'temporal']);

    process.kill(before.supervisor?.pid ?? 0, 'SIGKILL');
    await waitUntil(() => liveConnection(home) === undefined, { timeoutMs: 5_000 });
    expect(before.children.every((child) => identityOf(child.pid) === child.identity)).toBe(true);

    expect(await startDetached({ home, workers })).toEqual(connection);
    expect(before.children.some((child) => identityOf(child.pid) === child.identity)).toBe(false);
    expect(readFileSync(join(home.logsDir, 'supervisor.log'), 'utf8')).toContain(
      'left behind by a plusct that was killed',
    );
    expect(await get(connection, 'k')).toBe('v');

    const after = readRun(home);
    expect(await stopDetached(home)).toBe(true);
    expect(after.children.some((child) => identityOf(child.pid) === child.identity)).toBe(false);
    expect(liveConnection(home)).toBeUndefined();
    expect(await stopDetached(home)).toBe(false);
  }, 120_000);
});
