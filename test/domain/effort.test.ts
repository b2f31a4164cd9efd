import { beforeAll, describe, expect, it } from 'vitest';
import { readEffort } from '../../activities/effort.js';
import type { EffortLedger, TaskEffort } from '../../domain/effort.js';
import { forecast } from '../../domain/forecast.js';
import { seededRandom } from '../../imaging/random.js';
import { memoryStore } from '../../storage/memory.js';
import { campaign, TaskDesk, wholeTask } from '../activities/recorded-tasks.js';

let ledger: EffortLedger;

beforeAll(async () => {
  const store = memoryStore();
  const clock = { ms: Date.parse('2026-03-02T08:00:00.000Z') };
  for (const caseId of ['volume-0', 'volume-1', 'volume-2']) await wholeTask(store, caseId, clock);
  const begun = await TaskDesk.open(store, 'volume-3', clock);
  await begun.ask('claim', 'ben', { effort: { activeSeconds: 30 } });
  // Refused, so that its time does not count.
  await begun.ask('approve', 'ben', { effort: { activeSeconds: 5000 } });
  ledger = await readEffort(store, campaign);
});

const row = (rows: ReturnType<EffortLedger['rows']>, name: string) => rows.find((each) => each.name === name);

describe('the effort ledger', () => {
  it('adds up what every person did, refused commands apart', () => {
    const rows = ledger.rows('person');
    expect(rows.map((each) => each.name)).toEqual(['anna', 'ben', 'clara', 'david']);
    expect(row(rows, 'anna')).toMatchObject({
      tasks: 3,
      activeMinutes: 45,
      minutesByOrgan: { spleen: 35, 'whole case': 10 },
      submissions: 6,
      returns: 3,
      changedVoxels: 3 * (6 + 1),
      proposals: 9,
      acceptedAsIs: 6,
    });
    expect(row(rows, 'ben')).toMatchObject({ tasks: 1, activeMinutes: 0.5, submissions: 0 });
    expect(row(rows, 'clara')).toMatchObject({ tasks: 3, activeMinutes: 9, proposals: 0 });
  });

  it('comes to the same total however it is divided', () => {
    const { activeMinutes, submissions, returns, proposals } = ledger.total();
    expect(activeMinutes).toBeCloseTo(45 + 0.5 + 9 + 1.5);
    for (const by of ['person', 'organ', 'stage', 'collection'] as const) {
      const rows = ledger.rows(by);
      const sum = (of: 'activeMinutes' | 'submissions' | 'returns' | 'proposals') =>
        rows.reduce((total, each) => total + each[of], 0);
      expect(sum('activeMinutes'), by).toBeCloseTo(activeMinutes);
      expect([sum('submissions'), sum('returns'), sum('proposals')]).toEqual([
        submissions,
        returns,
        proposals,
      ]);
    }
    expect(ledger.rows('stage').map((each) => each.name)).toEqual(['drawing', 'review', 'verification']);
    expect(ledger.rows('organ').map((each) => each.name)).toEqual([
      'kidney',
      'spleen',
      'pancreas',
      'whole case',
    ]);
    expect(row(ledger.rows('organ'), 'spleen')).toMatchObject({ proposals: 3, acceptedAsIs: 0 });
    expect(row(ledger.rows('organ'), 'kidney')).toMatchObject({ proposals: 3, acceptedAsIs: 3 });
  });

  it('knows of every task how far it is and what it took', () => {
    const efforts = ledger.taskEfforts();
    expect(efforts.find((each) => each.task === 'task/lits/volume-0/1')).toEqual({
      task: 'task/lits/volume-0/1',
      collection: 'lits',
      kind: 'refine',
      phase: 'verified',
      seconds: { drawing: 900, review: 180, verification: 30 },
    });
    expect(efforts.find((each) => each.task === 'task/lits/volume-3/1')).toMatchObject({ phase: 'leased' });
  });
});

describe('throughput', () => {
  it('counts the cases that went on, day by day, refused commands and reads for measuring apart', async () => {
    expect(ledger.days()).toEqual([{ day: '2026-03-02', submitted: 6, certified: 3, verified: 3 }]);
    const store = memoryStore();
    const clock = { ms: Date.parse('2026-03-02T22:50:00.000Z') };
    await wholeTask(store, 'volume-0', clock);
    clock.ms = Date.parse('2026-03-09T08:00:00.000Z');
    await wholeTask(store, 'volume-1', clock);
    const days = (await readEffort(store, campaign)).days();
    expect(days.map(({ day }) => day)).toEqual([...days.map(({ day }) => day)].sort());
    expect(days.at(-1)).toMatchObject({ day: '2026-03-09', verified: 1 });
    expect(days.reduce((sum, { verified }) => sum + verified, 0)).toBe(2);
  });
});

describe('the forecast', () => {
  const done = (n: number, minutes: number): TaskEffort => ({
    task: `task/lits/volume-${n}/1`,
    collection: 'lits',
    kind: 'refine',
    phase: 'verified',
    seconds: { drawing: minutes * 60, review: 120, verification: 60 },
  });
  const queued = (n: number): TaskEffort => ({ ...done(n, 0), phase: 'queued', seconds: {} });
  const random = () => seededRandom(7);

  it('says nothing before three tasks were measured', () => {
    const tasks = [done(0, 10), done(1, 12), queued(2)];
    expect(forecast({ tasks, unopened: {}, random: random() })).toBeUndefined();
  });

  it('is exact where every case takes the same time', () => {
    const tasks = [0, 1, 2, 3].map((n) => done(n, 27));
    const more: TaskEffort = { ...queued(9), phase: 'leased', seconds: { drawing: 12 * 60 } };
    const left = forecast({ tasks: [...tasks, more], unopened: { lits: 9 }, random: random() })!;
    // Nine times half an hour, and 15 + 3 minutes of the one that was begun.
    expect(left.hours).toBeCloseTo(4.5 + 0.3);
    expect([left.low, left.high]).toEqual([expect.closeTo(4.8), expect.closeTo(4.8)]);
    expect(left).toMatchObject({ remaining: 10, observed: { drawing: 4, review: 4, verification: 4 } });
    const { drawing, review, verification } = left.byStage;
    expect(drawing + review + verification).toBeCloseTo(left.hours);
  });

  it('is the same for the same seed, and nothing is left when all is verified', () => {
    const tasks = [5, 10, 20, 40].map((minutes, n) => done(n, minutes));
    const input = { tasks, unopened: { lits: 20 } };
    expect(forecast({ ...input, random: random() })).toEqual(forecast({ ...input, random: random() }));
    expect(forecast({ tasks, unopened: {}, random: random() })).toMatchObject({ hours: 0, remaining: 0 });
  });

  it('holds what comes in about nine of ten campaigns', () => {
    const dice = seededRandom('campaigns');
    // Log-normal minutes, as times of people are.
    const minutes = () =>
      15 * Math.exp(0.6 * Math.sqrt(-2 * Math.log(1 - dice())) * Math.cos(2 * Math.PI * dice()));
    let held = 0;
    const trials = 150;
    for (let trial = 0; trial < trials; trial += 1) {
      const tasks = Array.from({ length: 30 }, (_, n) => done(n, minutes()));
      const left = forecast({ tasks, unopened: { lits: 40 }, random: dice })!;
      const truth = Array.from({ length: 40 }, () => minutes() + 3).reduce((sum, each) => sum + each, 0) / 60;
      if (truth >= left.low && truth <= left.high) held += 1;
    }
    expect(held / trials).toBeGreaterThan(0.8);
    expect(held / trials).toBeLessThan(0.98);
  });

  it('copes with ten thousand cases', () => {
    const tasks = Array.from({ length: 10_000 }, (_, n) =>
      n % 2 === 0 ? done(n, 10 + (n % 30)) : queued(n),
    );
    const before = process.cpuUsage();
    expect(forecast({ tasks, unopened: {}, random: random() })!.remaining).toBe(5000);
    expect(process.cpuUsage(before).user / 1000).toBeLessThan(4000);
  });
});
