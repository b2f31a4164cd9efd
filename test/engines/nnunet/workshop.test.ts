import { existsSync, mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { nnunetEngine } from '../../../engines/nnunet/nnunet-engine.js';
import { Workshop } from '../../../engines/nnunet/workshop.js';
import { hostName } from '../../../infra/host-name.js';
import { fakeInstallation } from './fake-installation.js';

let folder: string;
let environment: Record<string, string>;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'plusct-workshop-'));
  environment = fakeInstallation(folder, '');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const at = (name: string) => join(folder, 'work', hostName(), name);
const dead = '999999999 of-a-process-that-is-gone\n';

describe('the folder that nnU-Net works in', () => {
  it('keeps what living processes have, and is rid of what dead ones have left', () => {
    const own = Workshop.open(environment).privateFolder('model');
    const left = at('model-999999999-0123abcd');
    mkdirSync(left);
    writeFileSync(`${left}.lock`, dead);
    Workshop.open(environment);
    expect(existsSync(left)).toBe(false);
    expect(existsSync(own.path)).toBe(true);
    own.dispose();
    own.dispose();
    expect(existsSync(own.path)).toBe(false);
  });

  it('leaves alone what another host or container has in the same folder, unless that was not heard of for long', () => {
    const theirs = join(folder, 'work', 'other-host');
    const [running, old] = [join(theirs, 'model-999999999-0123abcd'), join(folder, 'work', 'gone-host')];
    for (const each of [running, old]) mkdirSync(each, { recursive: true });
    writeFileSync(`${running}.lock`, dead);
    const longAgo = Date.now() / 1000 - 61 * 24 * 3600;
    utimesSync(old, longAgo, longAgo);
    Workshop.open(environment);
    expect(existsSync(running)).toBe(true);
    expect(existsSync(old)).toBe(false);
  });

  it('keeps a training for whoever goes on with it, for two weeks', () => {
    const workshop = Workshop.open(environment);
    for (const name of ['train-00aa', 'train-00bb']) {
      mkdirSync(at(name));
      writeFileSync(`${at(name)}.lock`, dead);
    }
    const longAgo = Date.now() / 1000 - 15 * 24 * 3600;
    utimesSync(at('train-00bb'), longAgo, longAgo);
    Workshop.open(environment);
    expect(existsSync(at('train-00aa'))).toBe(true);
    expect(existsSync(at('train-00bb'))).toBe(false);
    const claimed = workshop.claim('00aa');
    expect(claimed?.path).toBe(at('train-00aa'));
    expect(workshop.claim('00aa')).toBeUndefined();
    claimed?.lock.release();
  });

  it('gives programs what they need of the environment, and no keys', () => {
    const { env } = Workshop.open({
      ...environment,
      S3_SECRET_ACCESS_KEY: 'secret',
      CUDA_VISIBLE_DEVICES: '3',
      nnUNet_n_proc_DA: '5',
      nnUNet_raw: '/somebody/elses',
    }).program('nnUNetv2_train', [], at('train-1'));
    expect(env).toMatchObject({
      CUDA_VISIBLE_DEVICES: '3',
      nnUNet_n_proc_DA: '5',
      nnUNet_raw: join(at('train-1'), 'raw'),
      PATH: process.env.PATH,
    });
    expect(Object.values(env)).not.toContain('secret');
    // Sockets below it have paths of a hundred characters at most.
    expect(env.TMPDIR!.length).toBeLessThan(80);
  });

  it('does not have networks compiled where there is no compiler, unless it is told to', () => {
    const compile = (more: Record<string, string>) =>
      Workshop.open({ ...environment, ...more }).program('nnUNetv2_train', [], at('train-1')).env
        .nnUNet_compile;
    expect(compile({ PATH: folder })).toBe('f');
    expect(compile({ PATH: folder, nnUNet_compile: 't' })).toBe('t');
    writeFileSync(join(folder, 'cc'), '');
    expect(compile({ PATH: folder })).toBeUndefined();
  });

  it('is asked for only where there is work: without an installation everything else of the engine serves', async () => {
    const engine = nnunetEngine({ environment: { PLUSCT_ENGINES: join(folder, 'empty') } });
    expect(engine.describe()).toMatchObject({ name: 'nnunet', device: 'gpu', finetunes: true });
    expect(engine.settingsOf({ epochs: 3 })).toMatchObject({ epochs: 3 });
    await expect(engine.load(new Uint8Array())).rejects.toMatchObject({ kind: 'EngineMissing' });
    const input = { organs: ['liver' as const], cases: [], seed: 1, settings: engine.settingsOf({}) };
    const context = { signal: new AbortController().signal, progress: () => undefined };
    await expect(engine.train(input, context)).rejects.toMatchObject({
      kind: 'EngineMissing',
      message: expect.stringContaining('plusct engine install nnunet'),
    });
  });
});
