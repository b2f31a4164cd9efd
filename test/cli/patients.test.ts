import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest';
import type { AddedPatients } from '../../activities/patient-tables.js';
import { draftRelease } from '../../activities/release-draft.js';
import { publishManifest } from '../../activities/releases.js';
import { workVolumesInThreads } from '../../activities/volume-pool.js';
import { makePlan } from '../../cli/build-plan.js';
import { tellPatients } from '../../cli/patients.js';
import { split } from '../../cli/split.js';
import { Worklist } from '../../domain/campaign.js';
import { campaignPlanKey } from '../../domain/keys.js';
import type { ReleaseChoice } from '../../domain/release.js';
import { patientsEntity } from '../../domain/workflow-ids.js';
import { readAudit } from '../../storage/audit-log.js';
import { publishJson } from '../../storage/json.js';
import { memoryStore } from '../../storage/memory.js';
import type { ObjectStore } from '../../storage/object-store.js';
import { requireRelease } from '../../storage/releases.js';
import { putPerson } from '../../storage/roster.js';
import { publishWorklist } from '../../storage/worklists.js';
import { finishMiniCase, storeMiniCampaign } from '../activities/mini-campaign.js';
import { choice } from '../domain/releases.js';
import { storeSession } from './made-session.js';

const root = mkdtempSync(join(tmpdir(), 'plusct-patients-'));
for (const caseId of ['case_00000', 'case_00001', 'case_00002']) {
  const folder = join(root, 'sets', 'kits19', 'data', caseId);
  mkdirSync(folder, { recursive: true });
  for (const file of ['imaging.nii.gz', 'segmentation.nii.gz']) writeFileSync(join(folder, file), '');
}
const table = join(root, 'patients.csv');
const tell = (...lines: string[]) => writeFileSync(table, `case,patient\n${lines.join('\n')}\n`);

afterEach(() => void vi.restoreAllMocks());
const work = workVolumesInThreads(1);
afterAll(async () => {
  rmSync(root, { recursive: true, force: true });
  await work.close();
});

describe('plusct build --patients', () => {
  const options = { refine: 'human', engine: 'atlas', person: [], seed: '1', window: '1', patients: table };
  const plan = () => makePlan({ ...options, collections: join(root, 'sets') });

  it('puts cases of one patient into the plan, with the lines that say so', async () => {
    tell('kits19/case_00002,p1', 'kits19/case_00001,p2', 'kits19/case_00000,p1');
    expect((await plan()).patients).toMatchObject([
      {
        first: 'kits19/case_00002',
        second: 'kits19/case_00000',
        same: { kind: 'same-patient', table: 'patients.csv', lines: [2, 4] },
      },
    ]);
  });

  it('starts nothing where the table names a case that the collections lack', async () => {
    tell('kits19/case_00000,p1', 'case_00001,p1');
    await expect(plan()).rejects.toThrow(
      `--patients ${table}: line 3: case 'case_00001': no such case in the collections; write it as collection/case`,
    );
    rmSync(table);
    await expect(plan()).rejects.toThrow(`--patients ${table}: cannot be read (ENOENT)`);
  });
});

describe('plusct patients', () => {
  const at = { actor: 'operator', role: 'operator', at: new Date(0) };
  const options = { as: 'lea', reason: 'the hospital told us', json: true };

  async function tellThem(store: ObjectStore, campaign: string, more: object = {}): Promise<AddedPatients> {
    const out: string[] = [];
    const spy = vi.spyOn(process.stdout, 'write').mockImplementation((text) => out.push(String(text)) > 0);
    await tellPatients(storeSession(store), table, { campaign, ...options, ...more });
    spy.mockRestore();
    return JSON.parse(out.join(''));
  }

  async function makeRelease(store: ObjectStore, campaign: string, version: string, how: ReleaseChoice) {
    const draft = await draftRelease({ store, work }, { campaign, version, choice: how });
    if ('refusals' in draft) throw new Error(draft.refusals.join('; '));
    await publishManifest(store, { campaign, version, manifest: draft.manifest, at: at.at.toISOString() });
    return (await requireRelease(store, campaign, version)).manifest;
  }

  it('parts no patient from then on, names the release that does, and makes the next one major', async () => {
    const store = memoryStore();
    const campaign = 'told';
    await storeMiniCampaign(store, campaign);
    await finishMiniCase(store, campaign, 'volume-3', { licence: 'CC-BY-4.0' });
    await putPerson(store, campaign, { id: 'lea', role: 'lead', simulated: false }, at);
    const summary = { collection: 'lits', status: 'accepted', sourceLabels: [], missingOrgans: [] };
    const cases = ['volume-2', 'volume-3'].map((caseId) => ({ ...summary, caseId }));
    await publishWorklist(store, campaign, Worklist.parse({ cases, leftOut: [] }));
    const shares = { ...choice, unfinished: true, testShare: 0.5 };
    const first = await makeRelease(store, campaign, '1.0.0', shares);
    expect(first.cases.map(({ part }) => part).sort()).toEqual(['test', 'train']);

    tell('lits/volume-2,p1', 'lits/volume-3,p1');
    expect(await tellThem(store, campaign, { as: 'anna' })).toMatchObject({
      refused: expect.stringContaining('a lead says who'),
    });
    expect(process.exitCode).toBe(3);
    process.exitCode = undefined;
    for (let turn = 0; turn < 2; turn += 1)
      expect(await tellThem(store, campaign)).toMatchObject({
        groups: 1,
        parted: { version: '1.0.0', pairs: [{ first: 'lits/volume-2', second: 'lits/volume-3' }] },
      });
    const { records } = await readAudit(store, campaign, patientsEntity);
    expect(records.map(({ actor, why }) => [actor, why])).toEqual([['lea', options.reason]]);

    const next = await makeRelease(store, campaign, '2.0.0', shares);
    expect(next.cases.map(({ part }) => part)).toEqual(['train', 'train']);
    expect(next).toMatchObject({
      groups: [['lits/volume-2', 'lits/volume-3']],
      changes: { step: 'major', because: [expect.stringContaining('moved between training and test')] },
    });
  });
});

describe('plusct split --patients', () => {
  it('keeps scans of one patient together, and refuses a name that the campaign does not know', async () => {
    const store = memoryStore();
    const campaign = 'patients';
    await publishJson(store, campaignPlanKey(campaign), { campaign });
    const summary = { collection: 'lits', status: 'accepted', sourceLabels: [], missingOrgans: [] };
    const cases = ['a', 'b', 'c', 'd'].map((caseId) => ({ ...summary, caseId }));
    const finding = {
      code: 'DUPLICATE_EXACT',
      severity: 'exclude',
      where: 'x',
      message: 'x',
      suggestion: 'x',
    };
    const leftOut = [{ collection: 'lits', caseId: 'copy', finding }];
    await publishWorklist(store, campaign, Worklist.parse({ cases, leftOut }));
    const session = storeSession(store);
    const out: string[] = [];
    vi.spyOn(process.stdout, 'write').mockImplementation((text) => Boolean(out.push(String(text))));
    tell('lits/a,p1', 'lits/copy,p2', 'lits/d,p1');
    const options = { shares: 'train=0.5,test=0.5', seed: '1', patients: table, json: true };
    await split(session, campaign, options);
    const { patients, parts } = JSON.parse(out.join(''));
    expect(patients).toEqual([['lits/a', 'lits/d']]);
    expect(Object.values(parts)).toContainEqual(['lits/a', 'lits/d']);
    tell('lits/a,p1', 'lits/e,p1');
    await expect(split(session, campaign, options)).rejects.toThrow(
      "line 3: case 'lits/e': no such case in campaign patients; write cases as `plusct cases patients` does",
    );
  });
});
