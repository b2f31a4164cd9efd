import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MockActivityEnvironment } from '@temporalio/testing';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { evaluationDeeds } from '../../activities/evaluate.js';
import { workVolumesInThreads } from '../../activities/volume-pool.js';
import { evaluationKey, evaluationPrefix, preLabelKey, resultKey, worklistKey } from '../../domain/keys.js';
import { CampaignRow, MetricContract } from '../../domain/metric.js';
import type { Geometry } from '../../domain/volume.js';
import { withSpacing } from '../../imaging/geometry-repair.js';
import { putContent } from '../../storage/content.js';
import { hashOf, publishJson } from '../../storage/json.js';
import { memoryStore } from '../../storage/memory.js';
import type { ObjectStore } from '../../storage/object-store.js';
import { labelMapFile, organVoxels, storeMiniCase } from '../workflows/mini-case.js';

const campaign = 'mini';
const work = workVolumesInThreads(1);
let store: ObjectStore;
let referenceDirectory = '';

/** What ingest has found out about the geometry of cases; nothing unless a test says so. */
const mended: Record<string, (geometry: Geometry) => Geometry> = {};

/** The reference is what the source and people say; the pre-label lacks half of the spleen. */
beforeEach(() => prepare());
async function prepare() {
  if (referenceDirectory !== '') rmSync(referenceDirectory, { recursive: true, force: true });
  store = memoryStore();
  referenceDirectory = mkdtempSync(join(tmpdir(), 'plusct-reference-'));
  mkdirSync(join(referenceDirectory, 'lits'));
  const caseIds = ['volume-0', 'volume-1', 'volume-2'];
  for (const caseId of caseIds) {
    const { at, labels, image } = await storeMiniCase(store, campaign, caseId, { mend: mended[caseId] });
    const all = {
      liver: organVoxels('liver'),
      kidney: organVoxels('kidney'),
      pancreas: organVoxels('pancreas'),
    };
    const pre = labelMapFile(image, { ...all, spleen: organVoxels('spleen').slice(5) });
    const final = labelMapFile(image, { ...all, spleen: organVoxels('spleen') });
    const assembly = async (file: Uint8Array) => ({
      labelMap: await putContent(store, file),
      labels,
      findings: [],
    });
    await publishJson(store, preLabelKey(at), await assembly(pre));
    const result = { ...(await assembly(final)), collection: at.collection, caseId, absent: [] };
    await publishJson(store, resultKey(at), result);
    if (caseId !== 'volume-2') writeFileSync(join(referenceDirectory, 'lits', `${caseId}.nii.gz`), final);
  }
  const cases = caseIds.map((caseId) => ({
    ...{ collection: 'lits', caseId, status: 'accepted', sourceLabels: [], missingOrgans: [] },
  }));
  await publishJson(store, worklistKey(campaign), { cases, leftOut: [] });
}
afterAll(() => work.close());
afterEach(() => {
  rmSync(referenceDirectory, { recursive: true, force: true });
  for (const caseId of Object.keys(mended)) delete mended[caseId];
});

async function evaluate() {
  const deeds = evaluationDeeds({ store, work });
  const run = <Result>(deed: () => Promise<Result>): Promise<Result> =>
    new MockActivityEnvironment().run<[], Result, typeof deed>(deed);
  const { evaluation } = await run(() => deeds.planEvaluation({ campaign, referenceDirectory }));
  const { cases } = await deeds.evaluationPage({ evaluation, offset: 0, limit: 10 });
  for (const each of cases) {
    await run(() => deeds.evaluateCase({ campaign, evaluation, referenceDirectory, ...each }));
  }
  return run(() => deeds.summariseEvaluation({ campaign, evaluation }));
}

async function filesOf(evaluation: string): Promise<Record<string, string>> {
  const files: Record<string, string> = {};
  for await (const key of store.list(evaluationPrefix(evaluation))) {
    files[key] = new TextDecoder().decode(await store.get(key));
  }
  return files;
}

describe('the evaluation of a campaign', () => {
  it('writes rows, statistics, contract and report, each with the contract’s hash', async () => {
    const { evaluation, contractSha256, files, missingReference } = await evaluate();
    const stored = await filesOf(evaluation);
    const text = (name: string) => stored[evaluationKey(evaluation, name)]!;
    for (const key of files) expect(Object.keys(stored)).toContain(key);
    expect(hashOf(MetricContract.parse(JSON.parse(text('contract.json'))))).toBe(contractSha256);
    const rows = text('cases.jsonl')
      .trim()
      .split('\n')
      .map((line) => CampaignRow.parse(JSON.parse(line)));
    expect(rows).toHaveLength(2 * 2 * 4);
    expect(rows.every((row) => row.contractSha256 === contractSha256)).toBe(true);
    expect(text('cases.csv').split('\n')).toHaveLength(1 + 16 + 1);
    for (const name of ['cases.csv', 'statistics.json', 'summary.json', 'report.html'])
      expect(text(name), name).toContain(contractSha256);
    expect(missingReference).toEqual(['lits/volume-2']);
    expect(text('report.html')).toContain('no reference for lits/volume-2');
  });

  it('has the figures of pre-labels and of final labels, source labels apart', async () => {
    const { scores } = await evaluate();
    const score = (organ: string, stage: string, of: string) =>
      scores.find((each) => each.organ === organ && each.stage === stage && each.of === of)!;
    expect(score('spleen', 'pre-label', 'made').dscMean).toBeCloseTo((2 * 5) / 15, 12);
    expect(score('spleen', 'final', 'made').dscMean).toBe(1);
    expect(score('liver', 'final', 'all').n).toBe(2);
    expect(score('liver', 'final', 'made')).toMatchObject({ n: 0, dscMean: null });
  });

  it('reports on what models and people made, with pictures on the CT', async () => {
    const { evaluation } = await evaluate();
    const page = (await filesOf(evaluation))[evaluationKey(evaluation, 'report.html')]!;
    expect(page).toContain('pre-label, final against the truth');
    expect(page).toContain('data:image/png;base64,');
    expect(page).toMatch(/spleen, DSC: final less pre-label/);
  });

  it('gives identical bytes when it is run again', async () => {
    const first = await evaluate();
    const before = await filesOf(first.evaluation);
    expect(await evaluate()).toEqual(first);
    expect(await filesOf(first.evaluation)).toEqual(before);
  });

  it('keeps the reference that judged, by its hash', async () => {
    const { evaluation } = await evaluate();
    const stored = await filesOf(evaluation);
    const [key] = Object.keys(stored).filter((each) => each.endsWith('lits/volume-0.json'));
    const { reference } = JSON.parse(stored[key!]!);
    expect(await store.has(reference.key)).toBe(true);
  });

  it('makes no figure in mm of a case whose spacing is unknown, and says why', async () => {
    mended['volume-1'] = (geometry) => ({ ...geometry, spacingUnknown: true });
    await prepare();
    const { rows, report } = await rowsAndReport();
    const unknown = rows.filter((row) => row.case === 'volume-1');
    expect(unknown).toHaveLength(8);
    for (const row of unknown) {
      expect(row.nsd).toBeUndefined();
      expect(typeof row.dsc).toBe('number');
      expect(row.remark).toBe('no figures in mm: the spacing of this image is unknown');
    }
    for (const row of rows.filter((each) => each.case === 'volume-0')) {
      expect(typeof row.nsd).toBe('number');
      expect(row.remark).toBeUndefined();
    }
    expect(report).toContain('lits/volume-1: no figures in mm');
  });

  it('takes figures in mm under a spacing that was given, not under the header’s', async () => {
    const before = await rowsAndReport();
    mended['volume-1'] = (geometry) =>
      withSpacing(geometry, [0.01, 0.01, 0.01], 'voxel sides from the scanner');
    await prepare();
    const { rows, report } = await rowsAndReport();
    const nsd = (of: typeof rows) =>
      of.find((row) => row.case === 'volume-1' && row.organ === 'spleen' && row.stage === 'pre-label')?.nsd;
    expect(nsd(before.rows)).toBeLessThan(1);
    // Half a spleen is missing, but all of it lies within a hundredth of a millimetre or so.
    expect(nsd(rows)).toBe(1);
    expect(report).toContain('lits/volume-1: figures in mm are under voxel sides from the scanner');
  });

  async function rowsAndReport() {
    const { evaluation } = await evaluate();
    const stored = await filesOf(evaluation);
    const lines = stored[evaluationKey(evaluation, 'cases.jsonl')]!.trim().split('\n');
    return {
      rows: lines.map((line) => CampaignRow.parse(JSON.parse(line))),
      report: stored[evaluationKey(evaluation, 'report.html')]!,
    };
  }
});
