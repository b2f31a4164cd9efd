import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Sidecar } from '../../../engines/nnunet/sidecar.js';
import { Workshop } from '../../../engines/nnunet/workshop.js';
import { waitUntil } from '../../../infra/process.js';
import { fakeInstallation } from './fake-installation.js';

/** Does what the image's name says, and puts every request, with the process that got it, on record. */
const script = `
import { appendFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
const say = (message) => console.log(JSON.stringify(message));
const [, , , , folder] = process.argv;
say({ event: 'ready', device: 'cuda' });
for await (const line of createInterface({ input: process.stdin })) {
  const { id, image, device, results } = JSON.parse(line);
  appendFileSync(folder + '.requests', JSON.stringify({ image, device, results, pid: process.pid }) + '\\n');
  const failed = (error, message, poisoned = false) => say({ event: 'failed', id, error, message, poisoned });
  const deeds = {
    die: () => { console.error('RuntimeError: Some background workers are no longer alive'); process.exit(1); },
    'die-silently': () => process.kill(process.pid, 'SIGKILL'),
    poison: () => failed('RuntimeError', 'CUDA error: device-side assert triggered', true),
    broken: () => failed('ImageFileError', 'Cannot work out file type'),
    large: () => device === 'cpu' ? say({ event: 'done', id, seconds: 9, degraded: false }) : failed('OutOfMemoryError', 'CUDA out of memory'),
    huge: () => failed('OutOfMemoryError', 'out of memory'),
    moved: () => say({ event: 'done', id, seconds: 2, degraded: true }),
    garbage: () => console.log('Traceback?'),
    hang: () => undefined,
  };
  (deeds[image] ?? (() => say({ event: 'done', id, seconds: 1, degraded: false })))();
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
  sidecar = new Sidecar({ workshop, model, folder: own.path, mirror: false, device: 'auto' });
});
afterEach(async () => {
  await sidecar.stop();
  rmSync(folder, { recursive: true, force: true });
});

const never = new AbortController().signal;
const predict = (image: string, signal = never) => sidecar.predict(image, 'out', signal);
const requests = (): { image: string; device: string; results: string; pid: number }[] =>
  readFileSync(`${model}.requests`, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
const groups = () => readdirSync(join(folder, 'work', 'groups'));

describe('the sidecar', () => {
  it('keeps one process for case after case, one at a time', async () => {
    const all = await Promise.all(['a', 'b', 'c'].map((image) => predict(image)));
    expect(all).toEqual([{ seconds: 1 }, { seconds: 1 }, { seconds: 1 }]);
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
    expect(await predict('b')).toEqual({ seconds: 1 });
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
    expect(await predict('large')).toEqual({ seconds: 9, degraded: 'results in the main memory, on cpu' });
    expect(requests().map(({ device, results }) => `${device}/${results}`)).toEqual([
      'cuda/device',
      'cuda/cpu',
      'cpu/cpu',
    ]);
    expect(await predict('moved')).toMatchObject({ degraded: 'results in the main memory, on cuda' });
    await expect(predict('huge')).rejects.toMatchObject({ kind: 'EngineCrashed' });
  });

  it('that says what is no answer is not believed', async () => {
    await expect(predict('garbage')).rejects.toThrow('said what is no answer: Traceback?');
  });

  it('is ended by a cancelled case, and the next one begins afresh', async () => {
    const stop = new AbortController();
    const hanging = predict('hang', stop.signal);
    await waitUntil(() => existsSync(`${model}.requests`), { timeoutMs: 10_000 });
    stop.abort();
    await expect(hanging).rejects.toMatchObject({ kind: 'Cancelled' });
    expect(groups()).toEqual([]);
    await expect(predict('a', stop.signal)).rejects.toMatchObject({ kind: 'Cancelled' });
    expect(await predict('a')).toEqual({ seconds: 1 });
    await sidecar.stop();
    expect(groups()).toEqual([]);
  });
});
