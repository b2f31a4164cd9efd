import { spawn } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { madeFolder, organsAt, writeMap } from './made-files.js';

const root = madeFolder();
const at = (...parts: string[]) => join(root, ...parts);
afterAll(() => rmSync(root, { recursive: true, force: true }));

interface Outcome {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** The command as it is typed, with no server in reach. */
function plusct(...args: string[]): Promise<Outcome> {
  const { PATH } = process.env;
  const env = { PATH, PLUSCT_HOME: at('home') };
  const child = spawn(process.execPath, [resolve('dist/cli/main.js'), ...args], { env });
  const parts = { out: '', err: '' };
  child.stdout.on('data', (text) => (parts.out += String(text)));
  child.stderr.on('data', (text) => (parts.err += String(text)));
  return new Promise((done) => child.on('close', (code) => done({ code, ...parts })));
}

const oneSentence = (err: string) => expect(err.trim().split('\n')).toHaveLength(1);

describe('the exit code of plusct', () => {
  it('is 2 where the command line is wrong, with the option, the value and what it takes', async () => {
    mkdirSync(at('data', 'lits'), { recursive: true });
    const wrong: [args: string[], message: RegExp][] = [
      [['samples', at('s'), '--seed', 'x'], /--seed is 'x'; give a whole number from 0 on/],
      [['up', '--devices', 'two'], /--devices is 'two'; give a whole number from 1 to 64/],
      [
        ['build', '--collections', at('data'), '--window', '0'],
        /--window is '0'; give a whole number from 1 to 100/,
      ],
      [['evaluate', '--truth', root], /--prediction is needed beside --truth/],
      [['evaluate', '--truth', 'a', '--prediction', 'b', '--labels', 'liver'], /--labels has 'liver'/],
      [['leakage', root, root, '--jobs', '0'], /--jobs is '0'; give a whole number from 1 to 256/],
      [['start', '--collections', root], /needs? --reference DIR/],
      [
        ['worker', '--role', 'cook'],
        /'cook' is invalid. Allowed choices are orchestration, io, gpu, simulated/,
      ],
      [['statsu'], /unknown command 'statsu'\n\(Did you mean status\?\)/],
      [['status', '--yaml'], /unknown option '--yaml'/],
    ];
    const outcomes = await Promise.all(wrong.map(([args]) => plusct(...args)));
    outcomes.forEach(({ code, out, err }, n) => {
      expect(err, wrong[n]![0].join(' ')).toMatch(wrong[n]![1]);
      expect([code, out], wrong[n]![0].join(' ')).toEqual([2, '']);
      expect(err).not.toMatch(/\n\s+at /);
    });
  }, 60_000);

  it('is 1 where something is not there or cannot be written, in one sentence and without a stack', async () => {
    writeMap(at('a.nii'), organsAt(0));
    mkdirSync(at('folder'));
    writeFileSync(at('file'), 'a file');
    const files = [
      'evaluate',
      '--truth',
      at('a.nii'),
      '--prediction',
      at('a.nii'),
      '--labels',
      '1=liver,2=kidney',
    ];
    const failing: [args: string[], message: RegExp][] = [
      [['status'], /Nothing runs here. Start it with `plusct up`, or set TEMPORAL_ADDRESS, S3_ENDPOINT/],
      [['inspect', at('none.nii')], /none\.nii: there is no such file or folder/],
      [[...files, '--strata', at('none.csv')], /none\.csv: there is no such file or folder \(ENOENT\)/],
      [[...files, '--images', at('none')], /none: there is no such file or folder \(ENOENT\)/],
      [[...files, '--json', at('folder')], /folder: a folder is there, not a file \(EISDIR\)/],
      [
        [...files, '--report', at('file', 'r.html')],
        /file.*: (a part of its path is a file|something else is there already)/,
      ],
      [['samples', at('file', 'samples')], /file.*: a part of its path is a file/],
      [['build', '--collections', at('none')], /--collections .*none: there is no such folder/],
    ];
    const outcomes = await Promise.all(failing.map(([args]) => plusct(...args)));
    outcomes.forEach(({ code, err }, n) => {
      expect(err, failing[n]![0].join(' ')).toMatch(failing[n]![1]);
      expect(code, failing[n]![0].join(' ')).toBe(1);
      oneSentence(err);
    });
  }, 60_000);

  it('is 0 where whoever reads has read enough', async () => {
    const args = [resolve('dist/cli/main.js'), 'cases', '--fields'];
    const child = spawn(process.execPath, args, { env: { PATH: process.env.PATH, PLUSCT_HOME: at('home') } });
    child.stdout.destroy();
    let err = '';
    child.stderr.on('data', (text) => (err += String(text)));
    const code = await new Promise((done) => child.on('close', done));
    expect([code, err]).toEqual([0, '']);
  }, 60_000);

  it('is 0 for what was done, for --help alone and of a command', async () => {
    const [done, help, own] = await Promise.all([
      plusct(
        'evaluate',
        '--truth',
        at('a.nii'),
        '--prediction',
        at('a.nii'),
        '--labels',
        '1=liver,2=kidney',
        '--json',
      ),
      plusct('--help'),
      plusct('evaluate', '--help'),
    ]);
    expect([done.code, help.code, own.code]).toEqual([0, 0, 0]);
    expect(JSON.parse(done.out).rows).toHaveLength(2);
    expect(help.out).toContain('evaluate [options] [campaign]');
    expect(own.out).toContain('--tolerance-mm <list>');
  }, 60_000);
});
