import { execFile } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readLabelMap } from '../../imaging/nifti.js';
import { generateSamples } from '../../sources/samples/generate.js';

/** The command line as people use it: one collection, three people, a case from claim to verification. */
let directory: string;
let env: NodeJS.ProcessEnv;
const campaign = 'by-hand';

interface Outcome {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

function plusct(...args: string[]): Promise<Outcome> {
  return new Promise((done) => {
    execFile(process.execPath, [resolve('infra/plusct.mjs'), ...args], { env }, (error, out, err) =>
      done({ code: error === null ? 0 : Number(error.code), out, err }),
    );
  });
}

async function json<T>(...args: string[]): Promise<T> {
  const { out, err, code } = await plusct(...args, '--json');
  if (out === '') throw new Error(`plusct ${args.join(' ')} exited ${code}: ${err}`);
  return JSON.parse(out) as T;
}

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'plusct-cli-'));
  const samples = join(directory, 'samples');
  await generateSamples({ directory: samples, seed: 5 });
  cpSync(join(samples, 'msd-spleen'), join(directory, 'collections', 'msd-spleen'), { recursive: true });
  env = { ...process.env, PLUSCT_HOME: join(directory, 'home'), PLUSCT_TOOLS: resolve('.plusct/tools') };
  const up = await plusct('up', '--devices', '1');
  expect(up.err).not.toContain('did not start');
}, 180_000);

afterAll(async () => {
  await plusct('down');
  rmSync(directory, { recursive: true, force: true });
}, 60_000);

type Listed = { caseId: string; phase: string; can: string[] }[];

describe('plusct on a terminal', () => {
  it('builds with people, who claim, bundle, submit, return, approve and verify', async () => {
    const people = ['anna:junior', 'clara:certified', 'david:senior'].flatMap((person) => [
      '--person',
      person,
    ]);
    const build = await plusct(
      'build',
      '--collections',
      join(directory, 'collections'),
      '--campaign',
      campaign,
      ...people,
    );
    expect(build).toMatchObject({ code: 0, out: expect.stringContaining('under way') });

    let tasks: Listed = [];
    while (tasks.length < 5) {
      tasks = await json<Listed>('tasks', 'list', '--campaign', campaign, '--as', 'anna').catch(() => []);
      await sleep(500);
    }
    expect(tasks[0]!.can).toEqual(['claim']);

    const name = 'msd-spleen/spleen_2';
    const wrong = await plusct('tasks', 'approve', name, '--as', 'anna');
    expect(wrong).toMatchObject({ code: 3, err: expect.stringContaining('refused') });

    expect((await plusct('tasks', 'claim', name, '--as', 'anna')).code).toBe(0);
    const bundle = join(directory, 'bundle');
    expect((await plusct('tasks', 'bundle', name, '--out', bundle)).code).toBe(0);
    expect(readFileSync(join(bundle, 'labels.txt'), 'utf8')).toContain('"pancreas"');
    const before = readLabelMap(readFileSync(join(bundle, 'mask.nii.gz')), 'mask').values;
    expect(before.includes(3)).toBe(true);
    expect(existsSync(join(bundle, 'image.nii.gz'))).toBe(true);

    const reference = join(directory, 'samples', 'reference', 'msd-spleen', 'spleen_2.nii.gz');
    expect(await json('tasks', 'submit', name, reference, '--as', 'anna')).toMatchObject({
      accepted: true,
      phase: 'submitted',
    });
    expect(await json('tasks', 'next', '--as', 'clara')).toMatchObject({
      task: `${name}/1`,
      taken: 'review',
      answer: { accepted: true, phase: 'in-review' },
    });
    expect((await plusct('tasks', 'show', name)).out).toContain('held by clara until');
    const silent = await plusct('tasks', 'return', name, '--as', 'clara');
    expect(silent).toMatchObject({ code: 2, err: expect.stringContaining('--reason') });
    const because = ['--as', 'clara', '--reason', 'not there'];
    for (const [args, said] of [
      [['attest-absent', name, '--organ', 'tail', ...because], "--organ is 'tail'; there are liver"],
      [['attest-absent', name, '--organ', 'liver', '--organ', 'spleen', ...because], 'takes one --organ'],
      [['approve', name, '--as', 'clara', '--expected-version', 'last'], "--expected-version is 'last'"],
      [['approve', name, '--as', 'clara', '--reason', ''], 'approve needs --reason'],
    ] as const) {
      const { code, err } = await plusct('tasks', ...args);
      expect({ code, err }).toEqual({ code: 2, err: expect.stringContaining(said) });
      expect(err).not.toContain('    at ');
    }
    const note = ['--organ', 'pancreas', '--voxel', '3,4,5', '--text', 'the tail ends too early'];
    expect((await plusct('tasks', 'comment', name, '--as', 'clara', ...note)).code).toBe(0);
    await plusct(
      'tasks',
      'return',
      name,
      '--as',
      'clara',
      '--reason',
      'look at the tail',
      '--organ',
      'pancreas',
    );
    await plusct('tasks', 'submit', name, reference, '--as', 'anna', '--reason', 'looked');
    await plusct('tasks', 'review', name, '--as', 'clara');
    expect((await plusct('tasks', 'show', name)).out).toContain(
      'clara (pancreas, voxel 3, 4, 5): the tail ends too early',
    );
    await plusct('tasks', 'approve', name, '--as', 'clara');
    await plusct('tasks', 'start-verification', name, '--as', 'david');
    const verified = await plusct('tasks', 'verify', name, '--as', 'david');
    expect(verified).toMatchObject({ code: 0, out: expect.stringContaining('verified') });
  }, 240_000);

  it('tells in status how far each collection is and who has to act', async () => {
    let finished = 0;
    let status: {
      collections: { listed: number; finished: number; waiting: Record<string, number> }[];
      findings: { code: string }[];
    };
    do {
      status = await json('status', campaign);
      finished = status.collections[0]!.finished;
    } while (finished === 0);
    expect(status.collections[0]).toMatchObject({
      listed: 5,
      finished: 1,
      waiting: { junior: 4, certified: 0, senior: 0 },
    });
    expect(status.findings.map((each) => each.code)).toContain('COUNT_UNEXPECTED');
    const { out } = await plusct('status', campaign);
    expect(out).toContain('MSD Spleen');
    expect(Math.max(...out.split('\n').map((line) => line.length))).toBeLessThan(180);
  }, 60_000);

  it('tells in audit who did what, when and why', async () => {
    const { records, breaks } = await json<{ records: Record<string, string>[]; breaks: string[] }>(
      'audit',
      'msd-spleen/spleen_2',
    );
    expect(breaks).toEqual([]);
    const lines = records.map((each) =>
      `${each.action} ${each.actor} ${each.outcome} ${each.why ?? ''}`.trim(),
    );
    expect(lines).toContain('return clara done look at the tail');
    expect(lines.some((line) => line.startsWith('approve anna refused'))).toBe(true);
    expect(lines.at(-1)).toBe('finalised plusct done');
    expect((await plusct('audit', 'msd-spleen/spleen_2')).out).toContain('chain whole');
  });

  it('lets a lead join, and open another round of a finished case', async () => {
    const lea = ['--role', 'lead', '--name', 'Lea L.', '--as', 'operator', '--reason', 'new in March'];
    expect((await plusct('people', 'add', 'lea', ...lea)).out).toContain('lea: lead');
    expect(await plusct('people', 'add', 'lea', ...lea)).toMatchObject({
      code: 1,
      err: expect.stringContaining('is of by-hand already'),
    });
    await plusct('people', 'change', 'anna', '--quota', '0', '--as', 'operator');
    const other = 'msd-spleen/spleen_3';
    expect(await plusct('tasks', 'claim', other, '--as', 'anna')).toMatchObject({
      code: 3,
      err: expect.stringContaining('anna holds 0 of at most 0 tasks; finish one'),
    });
    await plusct('people', 'change', 'anna', '--quota', '5', '--organ', 'spleen', '--as', 'operator');
    const people = await json<{ id: string; quota?: number; role: string }[]>('people', 'list');
    expect(people.map((each) => each.id)).toEqual(['anna', 'clara', 'david', 'lea']);
    expect(people[0]).toMatchObject({ quota: 5, skills: { organs: ['spleen'] }, role: 'junior' });
    const name = 'msd-spleen/spleen_2';
    const because = ['--reason', 'the pancreas is too short'];
    const reopened = await json('tasks', 'reopen', name, '--as', 'lea', ...because);
    expect(reopened).toMatchObject({ accepted: true, phase: 'verified' });
    let round: { round?: number; phase?: string } = {};
    while (round.round !== 2) round = await json('tasks', 'show', name);
    expect(round).toMatchObject({ phase: 'queued', hands: { reviewed: ['clara'] } });
    expect((await plusct('tasks', 'show', name, '--round', '1')).out).toContain('verified by david');
  }, 60_000);

  it('verifies the audit, seals it, exports it and verifies the export without servers', async () => {
    const whole = await plusct('audit', 'verify', campaign);
    expect(whole).toMatchObject({ code: 0, out: expect.stringContaining('Whole.') });
    expect(whole.out).toMatch(/Temporal: 5 running tasks asked, 1 ended ones read\./);
    const sealed = await json<{ number: number; sha256: string }>(
      'audit',
      'checkpoint',
      campaign,
      '--as',
      'olga',
    );
    expect(sealed).toMatchObject({ number: 1, actor: 'olga' });
    const out = join(directory, 'exported');
    const exported = await plusct('audit', 'export', campaign, '--out', out);
    expect(exported).toMatchObject({
      code: 0,
      out: expect.stringMatching(/Histories: \d+ written, 0 there/),
    });
    const offline = ['audit', 'verify', '--offline', out, '--anchor', sealed.sha256];
    const alone = await json<{ faults: unknown[]; histories: number }>(...offline);
    expect(alone).toMatchObject({ faults: [], checkpoints: 1, believed: 0 });
    expect(alone.histories).toBeGreaterThan(1);
    const records = join(out, 'v1', 'audit', campaign, 'task', 'msd-spleen', 'spleen_2', '1');
    rmSync(join(records, '00000002.json'));
    const damaged = await plusct(...offline);
    expect(damaged).toMatchObject({
      code: 1,
      out: expect.stringContaining('Record 2 of task/msd-spleen/spleen_2/1'),
    });
    const work = await plusct('effort', campaign, '--by', 'person');
    expect(work).toMatchObject({ code: 0, out: expect.stringContaining('anna') });
  }, 120_000);

  it('refuses another plan under the same campaign name, and says what differs', async () => {
    const again = await plusct(
      'build',
      '--collections',
      join(directory, 'collections'),
      '--campaign',
      campaign,
      '--seed',
      '9',
    );
    expect(again).toMatchObject({ code: 1, err: expect.stringMatching(/another plan \(.*seed.*\)/) });
  });

  it.each([
    [['status', 'nowhere'], 1, "no campaign 'nowhere'"],
    [['audit', 'lits'], 2, 'names no case'],
    [['tasks', 'claim', 'msd-spleen/spleen_99', '--as', 'anna'], 1, 'no task'],
    [['tasks', 'list', '--as', 'nobody'], 1, 'not of this campaign'],
    [['build', '--collections', '/nowhere'], 1, 'no such folder'],
    [['tasks', 'submit', 'msd-spleen/spleen_3', '/nowhere.nii.gz', '--as', 'anna'], 1, 'no such file'],
    [['buidl'], 2, 'buidl'],
    [['tasks', 'claim', 'msd-spleen/spleen_3'], 2, '--as'],
  ])('answers %j with exit code %i and one clear sentence', async (args, code, words) => {
    const outcome = await plusct(...args);
    expect(outcome.code).toBe(code);
    expect(outcome.err).toContain(words);
    expect(outcome.err).not.toContain('    at ');
  });

  it('keeps everything when servers and workers stop and start again', async () => {
    expect((await plusct('down')).out).toContain('Stopped');
    expect(await plusct('status')).toMatchObject({ code: 1, err: expect.stringContaining('plusct up') });
    expect((await plusct('up', '--devices', '1')).code).toBe(0);
    const claim = await plusct('tasks', 'claim', 'msd-spleen/spleen_3', '--as', 'anna');
    expect(claim).toMatchObject({ code: 0, out: expect.stringContaining('leased') });
  }, 120_000);
});
