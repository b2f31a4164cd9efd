import { existsSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import {
  connectionEnv,
  externalConnection,
  liveConnection,
  localCredentials,
  makeHome,
  projectRoot,
  readRun,
  resolveHome,
  writeRun,
} from '../../infra/home.js';
import { identityOf } from '../../infra/process.js';
import { emptyRun, type RunFile } from '../../infra/run-file.js';

const dir = mkdtempSync(join(tmpdir(), 'plusct-home-'));
const home = resolveHome({ PLUSCT_HOME: dir });

function liveRun(external = false): RunFile {
  return {
    version: 1,
    ready: true,
    supervisor: {
      pid: process.pid,
      identity: identityOf(process.pid) ?? '',
      startedAt: new Date().toISOString(),
    },
    ports: { temporal: 20_001 },
    endpoints: {
      temporal: { address: '127.0.0.1:20001', namespace: 'default', external: false },
      s3: { endpoint: 'http://127.0.0.1:20002', bucket: 'plusct', region: 'us-east-1', external },
    },
    children: [],
  };
}

describe('the home', () => {
  beforeEach(() => {
    rmSync(dir, { recursive: true, force: true });
    makeHome(home);
  });
  afterAll(() => rmSync(dir, { recursive: true, force: true }));

  it('is .plusct in the project unless the environment moves it; the tools are moved apart from it', () => {
    const root = projectRoot();
    expect(existsSync(join(root, 'package.json'))).toBe(true);
    expect(resolveHome({}).dir).toBe(join(root, '.plusct'));
    expect(resolveHome({}).toolsDir).toBe(join(root, '.plusct', 'tools'));
    expect(home.dir).toBe(dir);
    expect(home.toolsDir).toBe(join(root, '.plusct', 'tools'));
    expect(resolveHome({ PLUSCT_HOME: 'other', PLUSCT_TOOLS: '/t' })).toMatchObject({
      dir: join(root, 'other'),
      toolsDir: '/t',
    });
  });

  it('makes keys once, for the owner only', () => {
    const made = localCredentials(home);
    expect(localCredentials(home)).toEqual(made);
    expect(statSync(home.credentialsFile).mode & 0o777).toBe(0o600);
    expect(statSync(home.dir).mode & 0o077).toBe(0);
    expect(made.secretAccessKey.length).toBeGreaterThan(30);
  });

  it('reads back the run that was written and leaves no partial files', () => {
    expect(readRun(home)).toEqual(emptyRun);
    const run = liveRun();
    writeRun(home, run);
    expect(readRun(home)).toEqual(run);
    expect(readdirSync(dir).filter((name) => name.includes('partial'))).toEqual([]);
  });

  it('says which file is damaged and what to do', () => {
    writeFileSync(home.runFile, '{"version": 1, "ready"');
    expect(() => readRun(home)).toThrow(`${home.runFile} is damaged: delete it and start again.`);
  });

  it('tells another terminal how to connect while the supervisor lives', () => {
    expect(liveConnection(home)).toBeUndefined();
    writeRun(home, liveRun());
    const { accessKeyId, secretAccessKey } = localCredentials(home);
    expect(liveConnection(home)).toEqual({
      TEMPORAL_ADDRESS: '127.0.0.1:20001',
      TEMPORAL_NAMESPACE: 'default',
      S3_ENDPOINT: 'http://127.0.0.1:20002',
      S3_ACCESS_KEY_ID: accessKeyId,
      S3_SECRET_ACCESS_KEY: secretAccessKey,
      S3_BUCKET: 'plusct',
      S3_REGION: 'us-east-1',
    });
  });

  it('does not connect to a supervisor that has died or is not ready', () => {
    const run = liveRun();
    writeRun(home, { ...run, ready: false });
    expect(liveConnection(home)).toBeUndefined();
    writeRun(home, {
      ...run,
      supervisor: { pid: process.pid, identity: 'another-boot:1', startedAt: new Date().toISOString() },
    });
    expect(liveConnection(home)).toBeUndefined();
  });

  it('takes the keys of an external store from the environment and asks for them if they are not there', () => {
    writeRun(home, liveRun(true));
    expect(() => liveConnection(home, {})).toThrow('set S3_ACCESS_KEY_ID and S3_SECRET_ACCESS_KEY here too');
    const env = { AWS_ACCESS_KEY_ID: 'mykeyid1', AWS_SECRET_ACCESS_KEY: 'mysecretmysecret' };
    expect(liveConnection(home, env)).toMatchObject({ S3_ACCESS_KEY_ID: 'mykeyid1' });
    expect(existsSync(home.credentialsFile)).toBe(false);
  });

  it('takes servers from the environment where it names both and the keys; plusct’s own variable comes first', () => {
    const env = {
      TEMPORAL_ADDRESS: 'cluster:7233',
      S3_ENDPOINT: 'http://another',
      PLUSCT_S3_ENDPOINT: 'http://store',
      AWS_ACCESS_KEY_ID: 'mykeyid1',
      AWS_SECRET_ACCESS_KEY: 'mysecretmysecret',
      AWS_REGION: 'eu-central-1',
    };
    expect(externalConnection(env)).toEqual({
      TEMPORAL_ADDRESS: 'cluster:7233',
      S3_ENDPOINT: 'http://store',
      S3_ACCESS_KEY_ID: 'mykeyid1',
      S3_SECRET_ACCESS_KEY: 'mysecretmysecret',
      S3_REGION: 'eu-central-1',
    });
    expect(externalConnection({ ...env, S3_REGION: 'local' })).not.toHaveProperty('S3_REGION');
    for (const name of ['TEMPORAL_ADDRESS', 'AWS_SECRET_ACCESS_KEY'])
      expect(externalConnection({ ...env, [name]: '' })).toBeUndefined();
  });

  it('knows no connection before the first start', () => {
    expect(() => connectionEnv(emptyRun, { accessKeyId: 'a', secretAccessKey: 'b' })).toThrow('npm start');
  });
});
