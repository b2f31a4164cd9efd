import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { commandEngine } from '../../../engines/command/command-engine.js';
import { environmentFor, programCall, removalCall } from '../../../engines/command/program.js';
import { commandSettings, splitWords } from '../../../engines/command/settings.js';
import { parseLabelValues, toOrganValues } from '../../../engines/label-values.js';
import { hostName } from '../../../infra/host-name.js';
import { identityOf } from '../../../infra/process.js';
import { dsc, phantom, recording } from '../phantom.js';

const { image, mask } = phantom(10);
const script = resolve('test/engines/command/segment.mjs');
const engine = commandEngine({ ...process.env, PLUSCT_ALLOW_COMMANDS: '1' });
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'plusct-test-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const command = (how: string) =>
  `"${process.execPath}" "${script}" {input} {output} ${how} ${join(folder, 'note')}`;

async function model(how: string, more = {}) {
  const settings = engine.settingsOf({ command: command(how), labels: '1=liver', ...more });
  const bytes = await engine.train({ organs: ['liver'], cases: [], seed: 1, settings }, recording().context);
  return engine.load(bytes);
}

const answer = async (how: string, more = {}) => (await model(how, more)).predict(image, recording().context);

describe('a program as an engine', { timeout: 60_000 }, () => {
  it('is given a folder with the scan and gives a folder with its labels', async () => {
    const labels = await answer('well');
    expect(new Set(labels)).toEqual(new Set([0, 1]));
    expect(dsc(labels, mask)).toBeGreaterThan(0.7);
  });

  it('may write its label map with axes the other way round: nothing is lost', async () => {
    expect(Buffer.from(await answer('flipped')).equals(Buffer.from(await answer('well')))).toBe(true);
  });

  it.each([
    ['fail', 'EngineCrashed', 'ended with exit code 3; it said: CUDA error: out of memory'],
    ['misnamed', 'SchemaViolation', 'wrote no scan.nii.gz for scan_0000.nii.gz: it wrote x_scan_0000.nii.gz'],
    ['garbage', 'SchemaViolation', 'no label map'],
    ['cropped', 'SchemaViolation', 'does not lie on its image: cropped or padded'],
    ['shifted', 'SchemaViolation', 'does not lie on its image: shifted by'],
    ['strange', 'SchemaViolation', 'holds the value 9, which stands for nothing (0 background, 1 liver)'],
  ])('that does it wrong (%s) is %s', async (how, kind, message) => {
    await expect(answer(how)).rejects.toMatchObject({ kind, message: expect.stringContaining(message) });
  });

  it('may know more organs than are wanted', async () => {
    expect(new Set(await answer('strange', { otherLabels: 'background' }))).toEqual(new Set([0]));
    expect(new Set(await answer('strange', { labels: '1+9=liver' }))).toEqual(new Set([0, 1]));
  });

  it('is ended with everything that it started when it is cancelled', async () => {
    const loaded = await model('hang');
    const stop = new AbortController();
    const running = loaded.predict(image, recording(stop.signal).context);
    const refused = expect(running).rejects.toMatchObject({ kind: 'Cancelled' });
    const note = join(folder, 'note');
    while (!existsSync(note) || readFileSync(note, 'utf8') === '') await sleep(20);
    const child = Number(readFileSync(note, 'utf8'));
    stop.abort();
    await refused;
    while (isAlive(child)) await sleep(20);
  });

  it('is ended when it takes too long', async () => {
    await expect(answer('hang', { timeoutSeconds: 1 })).rejects.toMatchObject({
      kind: 'EngineCrashed',
      message: expect.stringContaining('longer than timeoutSeconds=1'),
    });
  });

  it('leaves nothing behind, and that cannot be started says so', async () => {
    const folders = () => readdirSync(tmpdir()).filter((name) => name.startsWith('plusct-command-'));
    const before = folders();
    await answer('well');
    await expect(answer('garbage')).rejects.toThrow();
    expect(folders().filter((each) => !before.includes(each))).toEqual([]);
    const missing = await model('well', { command: '/no/such/program {input} {output}' });
    await expect(missing.predict(image, recording().context)).rejects.toThrow('ENOENT');
  });

  it('is rid of the scan and the container that a worker has left which was killed', async () => {
    const worker = spawn('sleep', ['600']);
    const left = mkdtempSync(join(tmpdir(), `plusct-command-${hostName()}-`));
    const removal = { command: 'docker', args: ['rm', '--force', basename(left).toLowerCase()] };
    const owner = { pid: worker.pid, identity: identityOf(worker.pid!), removal };
    writeFileSync(join(left, 'owner.json'), JSON.stringify(owner));
    writeFileSync(join(left, 'scan_0000.nii.gz'), 'a scan');
    await answer('well');
    expect(existsSync(left)).toBe(true);
    worker.kill('SIGKILL');
    await once(worker, 'exit');
    const docker = join(folder, 'docker');
    const mood = (ending: string) =>
      writeFileSync(docker, `#!/bin/sh\necho "$@" >> ${docker}.log\n${ending}\n`, { mode: 0o755 });
    mood('echo Cannot connect to the daemon >&2; exit 1');
    const path = `${folder}:${process.env.PATH}`;
    const contained = commandEngine({ ...process.env, PATH: path, PLUSCT_ALLOW_COMMANDS: '1' });
    const settings = contained.settingsOf({ image: 'team:latest', command: 'run', labels: '1=liver' });
    const input = { organs: ['liver' as const], cases: [], seed: 1, settings };
    const loaded = await contained.load(await contained.train(input, recording().context));
    const predicting = () => loaded.predict(image, recording().context);
    await expect(predicting()).rejects.toThrow('exit code 1');
    // The scan is gone at once; the containers are tried again, now that the runtime answers.
    expect(readdirSync(left)).toEqual(['owner.json']);
    mood('echo No such container >&2; exit 1');
    await expect(predicting()).rejects.toThrow('No such container');
    expect(existsSync(left)).toBe(false);
    const [first] = readFileSync(`${docker}.log`, 'utf8').split('\n');
    expect(first).toBe(`rm --force ${basename(left).toLowerCase()}`);
  });

  it('runs only where the worker allows it', async () => {
    const careful = commandEngine({});
    const bytes = await careful.train(
      { organs: ['liver'], cases: [], seed: 1, settings: { command: command('well'), labels: '1=liver' } },
      recording().context,
    );
    const refused = (await careful.load(bytes)).predict(image, recording().context);
    await expect(refused).rejects.toMatchObject({ kind: 'EngineMissing' });
  });
});

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') Z ');
  } catch {
    return false;
  }
}

describe('what is run', () => {
  const place = { input: '/tmp/in', output: '/tmp/out', name: 'plusct-command-x', device: '3' };

  it('is the program with the folders in their places', () => {
    const settings = commandSettings({
      command: 'predict "my model" -i {input} --out={output}',
      labels: '1=liver',
    });
    expect(programCall(settings, place)).toEqual({
      command: 'predict',
      args: ['my model', '-i', '/tmp/in', '--out=/tmp/out'],
    });
    expect(removalCall(settings, place.name)).toBeUndefined();
  });

  it('is a container without a network, with the worker’s device and the folders alone', () => {
    const settings = commandSettings({ image: 'team:latest', command: 'sh predict.sh', labels: '1=liver' });
    const { command: runtime, args } = programCall(settings, place);
    expect([runtime, ...args].join(' ')).toBe(
      'docker run --rm --network none --name plusct-command-x --shm-size 8g --gpus "device=3" ' +
        '-v /tmp/in:/workspace/inputs:ro -v /tmp/out:/workspace/outputs team:latest sh predict.sh',
    );
    expect(removalCall(settings, place.name)).toEqual({
      command: 'docker',
      args: ['rm', '--force', 'plusct-command-x'],
    });
    const podman = commandSettings({
      ...{ image: 'team:latest', runtime: 'podman', inputAt: '/in', outputAt: '/out', labels: '1=liver' },
      command: 'run {input} {output}',
    });
    expect(programCall(podman, place).args.join(' ')).toContain(
      '--device nvidia.com/gpu=3 -v /tmp/in:/in:ro',
    );
    expect(programCall(podman, place).args.slice(-3)).toEqual(['run', '/in', '/out']);
    expect(programCall({ ...podman, gpus: false }, place).args.join(' ')).not.toContain('nvidia');
  });

  it('does not see what opens the store', () => {
    const own = {
      PATH: '/bin',
      CUDA_VISIBLE_DEVICES: '1',
      S3_SECRET_ACCESS_KEY: 'x',
      AWS_PROFILE: 'x',
      TEMPORAL_ADDRESS: 'x',
    };
    expect(environmentFor(own)).toEqual({ PATH: '/bin', CUDA_VISIBLE_DEVICES: '1' });
  });
});

describe('settings of a program', () => {
  it.each([
    [{ labels: '1=liver' }, 'has no {input}'],
    [{ command: 'run {input}', labels: '1=liver' }, 'has no {output}'],
    [{ command: 'run "{input} {output}', labels: '1=liver' }, 'never closed'],
    [{ command: 'run {input} {output}' }, 'labels of the engine command has to be given'],
    [{ command: 'run {input} {output}', labels: '1=heart' }, '"1=heart" is not value=organ'],
    [
      { image: 'x', labels: '1=liver', inputAt: 'inputs' },
      'inputAt of the engine command cannot be "inputs"',
    ],
    [
      { image: 'x', labels: '1=liver', timeoutSeconds: 7200 },
      'timeoutSeconds of the engine command cannot be 7200',
    ],
  ])('%o are refused', (given, message) => {
    expect(() => commandSettings(given)).toThrow(message);
  });

  it('split into words as people expect', () => {
    expect(splitWords(`a  'b c' "d 'e'" f''g ""`)).toEqual(['a', 'b c', "d 'e'", 'fg', '']);
    expect(splitWords('')).toEqual([]);
  });

  it('give values their organs', () => {
    const values = parseLabelValues('4=spleen, 2+3=kidney');
    expect(values.organs).toEqual(['kidney', 'spleen']);
    expect([...toOrganValues([0, 2, 3, 4], values, 'refuse', 'map')]).toEqual([0, 2, 2, 3]);
    for (const text of ['', '1', '0=liver', '1=liver,1=spleen', '1=liver,2=liver', '70000=liver']) {
      expect(() => parseLabelValues(text), text).toThrow('is not value=organ');
    }
  });
});
