import { MockActivityEnvironment } from '@temporalio/testing';
import { beforeEach, describe, expect, it } from 'vitest';
import { campaignDeeds } from '../../activities/campaign.js';
import { readCampaignStatus } from '../../activities/campaign-status.js';
import { type AskedDecision, decide } from '../../activities/decide.js';
import { heldCases } from '../../cli/findings.js';
import { Dataset, type Worklist } from '../../domain/campaign.js';
import { Passport } from '../../domain/case.js';
import { caseStatusOf, type Finding, finding } from '../../domain/finding.js';
import type { FindingCode } from '../../domain/finding-catalogue.js';
import { campaignPlanKey, manifestKey, passportKey, resultKey, worklistKey } from '../../domain/keys.js';
import { organs } from '../../domain/organ.js';
import { readAudit } from '../../storage/audit-log.js';
import { sha256 } from '../../storage/hash.js';
import { publishJson, requireJson } from '../../storage/json.js';
import { memoryStore } from '../../storage/memory.js';
import type { ObjectStore } from '../../storage/object-store.js';
import { requireWorklist } from '../../storage/worklists.js';

const campaign = 'decided';
const ref = (text: string) => ({ key: text, sha256: sha256(text), bytes: 1 });
const at = (caseId: string) => ({ campaign, collection: 'lits', caseId }) as const;
const found = (code: FindingCode): Finding =>
  finding(code, { where: 'file', message: `${code} it is`, suggestion: 'look' });

let store: ObjectStore;
let deeds: ReturnType<typeof campaignDeeds>;

beforeEach(async () => {
  store = memoryStore();
  deeds = campaignDeeds({
    store,
    work: {
      provesCopy: () => Promise.resolve(undefined),
    } as unknown as Parameters<typeof campaignDeeds>[0]['work'],
    now: () => new Date(),
    workflowStatus: () => Promise.resolve('completed'),
  });
  await publishJson(store, campaignPlanKey(campaign), {
    campaign,
    collections: [{ collection: 'lits', directory: '/lits' }],
    refine: 'human',
    engine: 'atlas',
    people: [],
    seed: 1,
    window: 10,
  });
  await publishJson(store, manifestKey(campaign, 'lits'), {
    source: { copy: 'test', licence: 'none', citation: 'none', otherCopies: [] },
    cases: [],
    findings: [],
  });
});

/** Puts a passport down as ingest does; `label` names the voxels of its source label. */
async function ingested(caseId: string, codes: FindingCode[], label?: string, image = true): Promise<void> {
  const voxelSha256 = sha256(label ?? '');
  const version = {
    organ: 'liver',
    version: 'source-1',
    origin: 'source',
    author: 'lits',
    voxelSha256,
    voxels: 9,
  };
  const sourceLabels = label === undefined ? [] : [version];
  const findings = codes.map(found);
  const passport = Passport.parse({
    collection: 'lits',
    caseId,
    subset: 'train',
    status: caseStatusOf(findings),
    licence: 'none',
    citation: 'none',
    copy: 'test',
    sourceFiles: [],
    ...(image ? { image: ref(caseId) } : {}),
    voxels: { shape: [1, 1, 1], voxelSha256: sha256(caseId), minHu: 0, maxHu: 1 },
    sourceLabels,
    missingOrgans: organs.filter((organ) => label === undefined || organ !== 'liver'),
    findings,
  });
  await publishJson(store, passportKey(at(caseId)), passport);
}

async function settled(): Promise<Worklist> {
  await new MockActivityEnvironment().run(() => deeds.settleWorklist({ campaign }));
  return requireWorklist(store, campaign);
}

const going = ({ cases }: Worklist): string[] => cases.map((each) => each.caseId);
const ask = (verdict: AskedDecision['verdict'], changes: Partial<AskedDecision> = {}): AskedDecision => ({
  verdict,
  withoutLabel: false,
  by: 'vera',
  reason: 'fatty, but right',
  at: '2026-01-02T03:04:05.000Z',
  ...changes,
});

describe('a decision on a case that is held back', () => {
  it('lets it in with its label, and leaves the passport as it was', async () => {
    await ingested('volume-0', []);
    await ingested('volume-1', ['LABEL_HU'], 'liver');
    const before = await store.get(passportKey(at('volume-1')));
    expect(await decide(store, at('volume-1'), ask('accept'))).toMatchObject({ verdict: 'accept' });
    const worklist = await settled();
    expect(going(worklist)).toEqual(['volume-0', 'volume-1']);
    expect(worklist.cases[1]).toMatchObject({
      status: 'accepted',
      missingOrgans: ['kidney', 'spleen', 'pancreas'],
    });
    expect(await store.get(passportKey(at('volume-1')))).toEqual(before);
  });

  it('is on record with reason, person, findings and label', async () => {
    await ingested('volume-1', ['LABEL_HU', 'HU_RANGE'], 'liver');
    await decide(store, at('volume-1'), ask('accept'));
    await decide(store, at('volume-1'), ask('exclude', { by: 'otto', reason: 'no' }));
    const { records, breaks } = await readAudit(store, campaign, 'decision/lits/volume-1');
    expect(breaks).toEqual([]);
    expect(records).toMatchObject([
      {
        action: 'accept',
        actor: 'vera',
        role: 'operator',
        why: 'fatty, but right',
        details: { findings: 'LABEL_HU', label: 'used' },
        labelsAfter: { liver: sha256('liver') },
      },
      { action: 'exclude', actor: 'otto', why: 'no', labelsAfter: {} },
    ]);
  });

  it('may take the image only: then every organ is labelled anew', async () => {
    await ingested('volume-1', ['LABEL_HU'], 'liver');
    await decide(store, at('volume-1'), ask('accept', { withoutLabel: true }));
    const { cases } = await settled();
    expect(cases).toMatchObject([{ sourceLabels: [], missingOrgans: [...organs] }]);
  });

  it('counts when the list of cases is read, again each time that decisions changed', async () => {
    await ingested('volume-0', []);
    await ingested('volume-1', ['LABEL_HU'], 'liver');
    expect(going(await settled())).toEqual(['volume-0']);
    await settled();
    expect(await store.has(worklistKey(campaign, 2))).toBe(false);
    await decide(store, at('volume-1'), ask('accept'));
    expect(going(await settled())).toEqual(['volume-0', 'volume-1']);
    await decide(store, at('volume-0'), ask('exclude'));
    const third = await settled();
    expect(going(third)).toEqual(['volume-1']);
    expect(third.leftOut).toMatchObject([{ caseId: 'volume-0', finding: { code: 'EXCLUDED_BY_OPERATOR' } }]);
    expect(await store.has(worklistKey(campaign, 3))).toBe(true);
  });

  it('is refused for what cannot be read, is left out already, or is not held back', async () => {
    await ingested('volume-0', []);
    await ingested('volume-1', ['FILE_TRUNCATED'], undefined, false);
    await ingested('volume-2', ['INGEST_FAILED'], undefined, false);
    await ingested('volume-3', ['WITHDRAWN']);
    const refusal = async (caseId: string, verdict: AskedDecision['verdict']) => {
      const answer = await decide(store, at(caseId), ask(verdict));
      return 'refused' in answer ? answer.refused : 'taken';
    };
    expect(await refusal('volume-0', 'accept')).toContain('not held back');
    expect(await refusal('volume-1', 'accept')).toMatch(/cannot be read \(FILE_TRUNCATED\).*Mend the files/);
    expect(await refusal('volume-2', 'accept')).toContain('none of its images');
    expect(await refusal('volume-3', 'accept')).toContain('left out already');
    expect(await refusal('volume-1', 'exclude')).toBe('taken');
    expect(await refusal('volume-1', 'exclude')).toContain('vera excluded it already');
    await expect(decide(store, at('volume-9'), ask('accept'))).rejects.toThrow('no case');
  });

  it('can be taken back', async () => {
    await ingested('volume-0', []);
    await decide(store, at('volume-0'), ask('exclude'));
    expect(going(await settled())).toEqual([]);
    await decide(store, at('volume-0'), ask('accept'));
    expect(going(await settled())).toEqual(['volume-0']);
  });
});

describe('two cases with one label', () => {
  it('are both held back until somebody says whose it is', async () => {
    await ingested('volume-0', [], 'same');
    await ingested('volume-1', [], 'same');
    await ingested('volume-2', [], 'other');
    const first = await settled();
    expect(going(first)).toEqual(['volume-2']);
    expect(first.leftOut.map((each) => each.finding)).toMatchObject([
      { code: 'LABEL_SHARED', severity: 'quarantine', value: 'lits/volume-1' },
      { code: 'LABEL_SHARED', value: 'lits/volume-0' },
    ]);
    await decide(store, at('volume-0'), ask('accept', { withoutLabel: true }));
    const second = await settled();
    expect(going(second)).toEqual(['volume-0', 'volume-1', 'volume-2']);
    expect(second.cases[0]!.sourceLabels).toEqual([]);
    expect(second.cases[1]!.sourceLabels).toHaveLength(1);
  });
});

describe('the dataset', () => {
  it('names who let a case in, and who took one out while it was under way', async () => {
    await ingested('volume-0', []);
    await ingested('volume-1', ['LABEL_HU'], 'liver');
    await decide(store, at('volume-1'), ask('accept'));
    await settled();
    for (const caseId of ['volume-0', 'volume-1']) {
      const done = { ...at(caseId), labelMap: ref('map'), labels: [], findings: [], absent: [] };
      await publishJson(store, resultKey(at(caseId)), done);
    }
    await decide(store, at('volume-0'), ask('exclude', { by: 'otto', reason: 'moved during the scan' }));
    const { key } = await new MockActivityEnvironment().run<
      [],
      { key: string },
      () => Promise<{ key: string }>
    >(() => deeds.publishDataset({ campaign }));
    const dataset = await requireJson(store, key, Dataset);
    expect(dataset.cases).toMatchObject([
      { caseId: 'volume-1', acceptedBy: { by: 'vera', reason: 'fatty, but right' } },
    ]);
    expect(dataset.leftOut).toMatchObject([
      { caseId: 'volume-0', finding: { value: 'otto', message: 'otto excluded it: moved during the scan' } },
    ]);
  });
});

describe('what waits for a decision', () => {
  it('is every held case on which nobody decided, and whether it can be accepted', async () => {
    await ingested('volume-0', ['HU_RANGE']);
    await ingested('volume-1', ['LABEL_HU', 'ORGAN_CUT'], 'liver');
    await ingested('volume-2', ['FILE_TRUNCATED', 'LABEL_VALUES'], undefined, false);
    await ingested('volume-3', ['LABEL_EMPTY']);
    await decide(store, at('volume-3'), ask('accept'));
    await settled();
    const status = await readCampaignStatus(store, campaign);
    expect(heldCases(status)).toEqual([
      { name: 'lits/volume-1', codes: ['LABEL_HU'], acceptable: true },
      { name: 'lits/volume-2', codes: ['FILE_TRUNCATED', 'LABEL_VALUES'], acceptable: false },
    ]);
    expect(status.collections[0]).toMatchObject({ ingested: 4, quarantined: 2 });
    expect(status.decisions).toMatchObject([{ caseId: 'volume-3', verdict: 'accept' }]);
  });
});
