import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readAgreement, readPeopleFigures, readReview } from '../../activities/agreement-figures.js';
import { Assembly, CaseResult, Dataset } from '../../domain/campaign.js';
import type { ReadPlan } from '../../domain/double-read.js';
import { preLabelKey, resultKey } from '../../domain/keys.js';
import { taskEntity } from '../../domain/workflow-ids.js';
import { generateSamples } from '../../sources/samples/generate.js';
import { readAudit } from '../../storage/audit-log.js';
import { readComparisons } from '../../storage/comparisons.js';
import { ExpectedErrors } from '../../storage/expected-errors.js';
import { requireJson } from '../../storage/json.js';
import { TaskBoard } from '../../storage/task-board.js';
import { readReadPlan } from '../../storage/work-plans.js';
import type { BuildReport } from '../../workflows/build-dataset.js';
import { buildSimulated } from './campaign-fixture.js';
import { type Installation, install } from './installation.js';

const campaign = `agreement-${process.pid}`;
let installation: Installation;
let directory: string;
let report: BuildReport;
let reads: ReadPlan;

/** Both kinds of reads of every case that has one were compared. */
async function allCompared(): Promise<boolean> {
  const { store } = installation;
  const [plan, review, comparisons] = await Promise.all([
    readReadPlan(store, campaign),
    readReview(store, campaign),
    readComparisons(store, campaign),
  ]);
  const count = (kind: string) => comparisons.filter((each) => each.kind === kind).length;
  const audited = review?.plan.items.filter((each) => each.fate === 'audit') ?? [];
  const cases = new Set(audited.map((each) => `${each.collection}/${each.caseId}`));
  const listed = new Set(
    review?.plan.items.filter((each) => each.fate === 'selected').map((each) => each.caseId),
  );
  // A case of which nothing is on the list has no first reader.
  const pairs = plan?.reads.filter((each) => listed.has(each.caseId)) ?? [];
  return count('double-read') === pairs.length && count('blind-audit') === cases.size;
}

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'plusct-agreement-'));
  await generateSamples({ directory, seed: 1 });
  // Two organs have no model: their empty proposals are what certainly has to be drawn.
  for (const each of ['kits19', 'msd-pancreas', 'nih-pancreas'])
    rmSync(join(directory, each), { recursive: true });
  installation = await install('agreement', ['orchestration', 'io', 'gpu']);
  ({ report } = await buildSimulated(installation, {
    campaign,
    collections: directory,
    reference: join(directory, 'reference'),
    doubleReads: '0.2',
    reviewHours: '6.5',
    auditShare: '0.3',
    until: allCompared,
  }));
  reads = (await readReadPlan(installation.store, campaign))!;
}, 400_000);

afterAll(async () => {
  await installation?.stop();
  rmSync(directory, { recursive: true, force: true });
});

const at = (item: { collection: 'lits' | 'msd-spleen' | string; caseId: string }) => ({
  campaign,
  collection: item.collection as 'lits',
  caseId: item.caseId,
});
const labelOf = (labels: Assembly['labels'], organ: string) => labels.find((each) => each.organ === organ);

describe('a build with a review list, double reads and a blind audit', () => {
  it('fills the hours with the highest expected errors and sends nothing else to people', async () => {
    const { store } = installation;
    const { plan } = (await readReview(store, campaign))!;
    const of = (fate: string) => plan.items.filter((each) => each.fate === fate);
    const minutes = of('selected').reduce((sum, each) => sum + each.minutes, 0);
    expect(minutes).toBeLessThanOrEqual(6.5 * 60);
    expect(minutes).toBeGreaterThan(6 * 60);
    expect(of('audit')).toHaveLength(Math.ceil(0.3 * (of('audit').length + of('rest').length)));
    const corrections = plan.items.filter((each) => each.minutes === 5);
    const chosen = corrections.filter((each) => each.fate === 'selected');
    expect(chosen).toEqual(corrections.slice(0, chosen.length));
    const board = await new TaskBoard(store, campaign).read();
    const refined = board.filter(({ task }) => task.kind === undefined);
    expect(new Set(refined.map(({ task }) => task.caseId))).toEqual(
      new Set(of('selected').map((each) => each.caseId)),
    );
    for (const { task } of refined) {
      const organs = of('selected')
        .filter((each) => each.caseId === task.caseId)
        .map((each) => each.organ);
      expect([...task.asked!].sort()).toEqual(organs.sort());
    }
  });

  it('has an expected error on record for every proposal, 1 where there is none', async () => {
    const errors = await new ExpectedErrors(installation.store, campaign).read();
    const { cases } = await requireJson(installation.store, report.datasetKey, Dataset);
    expect(errors.size).toBe(cases.length);
    for (const { organs } of errors.values()) {
      for (const { organ, expected, parts } of organs) {
        if (organ === 'kidney' || organ === 'pancreas') expect(expected).toBe(1);
        else {
          expect(parts!.doubt!.disagreement).toBeGreaterThan(0);
          expect(parts!.trainingDistance).toBeGreaterThanOrEqual(0);
          expect(expected).toBeLessThan(0.5);
        }
      }
    }
  });

  it('finishes a case of which nothing is on the list as it was pre-labelled', async () => {
    const { store } = installation;
    const { plan } = (await readReview(store, campaign))!;
    const listed = new Set(plan.items.filter(({ fate }) => fate === 'selected').map((each) => each.caseId));
    const unseen = plan.items.filter((each) => !listed.has(each.caseId));
    expect(unseen.length).toBeGreaterThan(0);
    for (const item of unseen) {
      const pre = await requireJson(store, preLabelKey(at(item)), Assembly);
      const result = await requireJson(store, resultKey(at(item)), CaseResult);
      expect(labelOf(result.labels, item.organ)).toEqual(labelOf(pre.labels, item.organ));
      const { records } = await readAudit(store, campaign, taskEntity(at(item), 1));
      expect(records).toEqual([]);
    }
  });

  it('gives every second and blind read to somebody else than the first, and keeps them out of the dataset', async () => {
    const { store } = installation;
    const board = await new TaskBoard(store, campaign).read();
    const others = board.filter(({ task }) => task.kind !== undefined);
    expect(others.length).toBeGreaterThan(2);
    for (const { task } of others) {
      const first = board.find((each) => each.task.kind === undefined && each.task.caseId === task.caseId);
      expect(task.assignee).toBeDefined();
      expect(task.assignee).not.toBe(first?.task.assignee);
      const result = await requireJson(store, resultKey(at(task)), CaseResult);
      for (const { author, origin } of result.labels)
        if (origin === 'human') expect(author).not.toBe(task.assignee);
    }
  });

  it('compares reads organ by organ and tells agreement, saying that people were simulated', async () => {
    const figures = await readAgreement(installation.store, campaign);
    expect(figures.planned.cases).toBe(reads.reads.length);
    expect(figures.rows.length).toBeGreaterThan(0);
    expect(figures.simulatedPairs).toBe(
      figures.rows.filter((row) => row.collection === undefined).reduce((sum, row) => sum + row.pairs, 0),
    );
    for (const { dsc } of figures.rows) {
      expect(dsc.mean!).toBeGreaterThan(0.7);
      expect(dsc.mean!).toBeLessThan(1);
    }
  });

  it('tells recall with an interval that holds it', async () => {
    const { recall } = (await readReview(installation.store, campaign))!;
    expect(recall.list.looked).toBe(recall.list.all);
    expect(recall.outside.looked).toBeGreaterThan(0);
    const { value, low, high } = recall.recall!;
    expect(low).toBeLessThanOrEqual(value);
    expect(value).toBeLessThanOrEqual(high);
    expect(high - low).toBeGreaterThan(0);
  });

  it('counts what everybody did', async () => {
    const figures = await readPeopleFigures(installation.store, campaign);
    const { plan } = (await readReview(installation.store, campaign))!;
    const cases = new Set(plan.items.filter(({ fate }) => fate === 'selected').map((each) => each.caseId));
    const sum = (field: 'verifications' | 'reads') => figures.reduce((all, each) => all + each[field], 0);
    expect(sum('verifications')).toBe(cases.size);
    expect(sum('reads')).toBeGreaterThan(2);
    expect(figures.filter((each) => each.agreement !== undefined).length).toBeGreaterThan(1);
    for (const each of figures) expect(each.simulated).toBe(true);
  });
});
