import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Sidecar } from '../../../engines/nnunet/sidecar.js';
import { Workshop } from '../../../engines/nnunet/workshop.js';
import { hostName } from '../../../infra/host-name.js';
import { waitUntil } from '../../../infra/process.js';
import { fakeInstallation } from './fake-installation.js';

/** Does what the image's name says, and puts every request, with the process that got it, on record. */
const script = `
import { appendFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
const say = (message) => console.log(JSON.stringify(message));
const [, , , , folder] = process.argv;
const done = (id) => say({ event: 'done', id, seconds: 1, deviceSeconds: 0.5, degraded: false });
let waiting;
say({ event: 'ready', device: 'cuda' });
for await (const line of createInterface({ input: process.stdin })) {
  const { id, cancel, image, device, results } = JSON.parse(line);
  if (cancel !== undefined) {
    appendFileSync(folder + '.cancels', cancel + '\\n');
    continue;
  }
  appendFileSync(folder + '.requests', JSON.stringify({ image, device, results, pid: process.pid }) + '\\n');
  const failed = (error, message, poisoned = false) => say({ event: 'failed', id, error, message, poisoned });
  const deeds = {
    die: () => { console.error('RuntimeError: Some background workers are no longer alive'); process.exit(1); },
    'die-silently': () => process.kill(process.pid, 'SIGKILL'),
    poison: () => failed('RuntimeError', 'CUDA error: device-side assert triggered', true),
    broken: () => failed('ImageFileError', 'Cannot work out file type'),
    large: () => device === 'cpu' ? say({ event: 'done', id, seconds: 9, deviceSeconds: 3, degraded: false }) : failed('OutOfMemoryError', 'CUDA out of memory'),
    huge: () => failed('OutOfMemoryError', 'out of memory'),
    moved: () => say({ event: 'done', id, seconds: 2, deviceSeconds: 1, degraded: true }),
    garbage: () => console.log('Traceback?'),
    hang: () => undefined,
    compute: () => say({ event: 'computing', id }),
    slow: () => setTimeout(done, 200, id),
    'wait-for-next': () => { waiting = id; },
    'answer-both': () => { done(id); done(waiting); },
  };
  (deeds[image] ?? (() => done(id)))();
}
`;

let folder: string;
let sidecar: Sidecar;
let model: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'plusct-sidecar-'));
  const workshop = Workshop.open(fakeInstallation(folder, script));
  const own = workshop.privateFolder('model');
  model = own.path;
  sidecar = new Sidecar({
    workshop,
    model,
    folder: own.path,
    mirror: false,
    device: 'auto',
    threads: 2,
    computesOnMs: 50,
  });
});
afterEach(async () => {
  await sidecar.close();
  rmSync(folder, { recursive: true, force: true });
});

const never = new AbortController().signal;
const predict = (image: string, signal = never) => sidecar.predict(image, 'out', signal);
const requests = (): { image: string; device: string; results: string; pid: number }[] =>
  readFileSync(`${model}.requests`, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
const one = { seconds: 1, deviceSeconds: 0.5 };
const groups = () => readdirSync(join(folder, 'work', hostName(), 'groups'));

describe('the sidecar', () => {
  it('keeps one process for case after case', async () => {
    const all = await Promise.all(['a', 'b', 'c'].map((image) => predict(image)));
    expect(all).toEqual([one, one, one]);
    expect(requests().map(({ image }) => image)).toEqual(['a', 'b', 'c']);
    expect(new Set(requests().map(({ pid }) => pid)).size).toBe(1);
  });

  it('is started again after it has died, and the case that it died of says why', async () => {
    await predict('a');
    await expect(predict('die')).rejects.toMatchObject({
      kind: 'EngineCrashed',
      message: expect.stringContaining('prepares data died'),
    });
    await expect(predict('die-silently')).rejects.toThrow(/killed, most likely for want of memory/);
    expect(await predict('b')).toEqual(one);
    expect(new Set(requests().map(({ pid }) => pid)).size).toBe(3);
  });

  it('is replaced after an error of the device, which answers nothing any more', async () => {
    await expect(predict('poison')).rejects.toMatchObject({ kind: 'EngineCrashed' });
    await predict('a');
    const [first, second] = requests();
    expect(second!.pid).not.toBe(first!.pid);
  });

  it('lives on after a case that it cannot take, which no retry would mend', async () => {
    await expect(predict('broken')).rejects.toMatchObject({ kind: 'InvalidInput' });
    await predict('a');
    expect(new Set(requests().map(({ pid }) => pid)).size).toBe(1);
  });

  it('climbs down where memory is short, and says so', async () => {
    expect(await predict('large')).toEqual({
      seconds: 9,
      deviceSeconds: 3,
      degraded: 'results in the main memory, on cpu',
    });
    expect(requests().map(({ device, results }) => `${device}/${results}`)).toEqual([
      'cuda/device',
      'cuda/cpu',
      'cpu/cpu',
    ]);
    expect(await predict('moved')).toMatchObject({ degraded: 'results in the main memory, on cuda' });
    await expect(predict('huge')).rejects.toMatchObject({ kind: 'DeviceOutOfMemory' });
  });

  it('that says what is no answer is not believed', async () => {
    await expect(predict('garbage')).rejects.toThrow('said what is no answer: Traceback?');
  });

  it('that dies with several cases gives each a process to itself: only the one that it dies of fails', async () => {
    const all = ['slow', 'die', 'slow'].map((image) => predict(image));
    const [first, second, third] = await Promise.allSettled(all);
    expect([first, third]).toMatchObject([{ value: one }, { value: one }]);
    expect(second).toMatchObject({ reason: { kind: 'EngineCrashed' } });
    expect(requests().at(-1)!.image).toBe('slow');
    expect(await predict('a')).toEqual(one);
  });

  it('is ended by a cancelled case that goes on computing while others wait, and these go on', async () => {
    const stop = new AbortController();
    const computing = predict('compute', stop.signal);
    const waiting = predict('slow');
    await waitUntil(() => existsSync(`${model}.requests`) && requests().length === 2, { timeoutMs: 10_000 });
    stop.abort();
    await expect(computing).rejects.toMatchObject({ kind: 'Cancelled' });
    expect(await waiting).toEqual(one);
    expect(new Set(requests().map(({ pid }) => pid)).size).toBe(2);
  });

  it('is ended by a cancelled case, and the next one begins afresh', async () => {
    const stop = new AbortController();
    const hanging = predict('hang', stop.signal);
    await waitUntil(() => existsSync(`${model}.requests`), { timeoutMs: 10_000 });
    stop.abort();
    await expect(hanging).rejects.toMatchObject({ kind: 'Cancelled' });
    expect(groups()).toEqual([]);
    await expect(predict('a', stop.signal)).rejects.toMatchObject({ kind: 'Cancelled' });
    expect(await predict('a')).toEqual(one);
    await sidecar.close();
    expect(groups()).toEqual([]);
  });

  it('takes a case while another is under way, and gives each its own answer', async () => {
    const first = predict('wait-for-next');
    const second = predict('answer-both');
    expect(await Promise.all([first, second])).toEqual([one, one]);
  });

  it('goes on where one of several cases is cancelled, and is told of it', async () => {
    const stop = new AbortController();
    const hanging = predict('hang', stop.signal);
    const other = predict('wait-for-next');
    await waitUntil(() => existsSync(`${model}.requests`) && requests().length === 2, { timeoutMs: 10_000 });
    stop.abort();
    await expect(hanging).rejects.toMatchObject({ kind: 'Cancelled' });
    expect(await Promise.all([predict('answer-both'), other])).toEqual([one, one]);
    expect(readFileSync(`${model}.cancels`, 'utf8')).toBe('1\n');
    expect(new Set(requests().map(({ pid }) => pid)).size).toBe(1);
  });

  it('waits for its cases before a fresh process takes over, and starts none once it is closed', async () => {
    for (let n = 0; n < 199; n++) await predict('a');
    const waiting = predict('wait-for-next');
    await waitUntil(() => requests().length === 200, { timeoutMs: 10_000 });
    const next = predict('b');
    const ends = Promise.allSettled([waiting, next]);
    await sidecar.close();
    const crashed = { status: 'rejected', reason: { kind: 'EngineCrashed' } };
    expect(await ends).toMatchObject([crashed, crashed]);
    expect(requests().at(-1)!.image).toBe('wait-for-next');
    await expect(predict('a')).rejects.toThrow('let go');
    expect(groups()).toEqual([]);
  });

  it('is replaced by a fresh process once its last case is done', async () => {
    for (let n = 0; n < 199; n++) await predict('a');
    const last = predict('slow');
    await waitUntil(() => requests().length === 200, { timeoutMs: 10_000 });
    expect(await Promise.all([last, predict('b')])).toEqual([one, one]);
    const [before, after] = requests().slice(-2);
    expect([before!.image, after!.image]).toEqual(['slow', 'b']);
    expect(after!.pid).not.toBe(before!.pid);
  });
});
