import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest';
import { makePlan } from '../../cli/build-plan.js';
import { split } from '../../cli/split.js';
import { Worklist } from '../../domain/campaign.js';
import { campaignPlanKey } from '../../domain/keys.js';
import { publishJson } from '../../storage/json.js';
import { memoryStore } from '../../storage/memory.js';
import { publishWorklist } from '../../storage/worklists.js';
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
afterAll(() => rmSync(root, { recursive: true, force: true }));

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
