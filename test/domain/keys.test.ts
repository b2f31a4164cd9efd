import { describe, expect, it } from 'vitest';
import {
  auditKey,
  auditPrefix,
  type CaseAddress,
  campaignPlanKey,
  campaignPrefix,
  casePrefix,
  casesPrefix,
  datasetKey,
  evaluationCaseKey,
  evaluationKey,
  feedKey,
  labelKey,
  manifestKey,
  modelKey,
  objectKey,
  parseFeedKey,
  passportKey,
  personKey,
  preLabelKey,
  publicationKey,
  releaseManifestKey,
  releasePrefix,
  resultKey,
  worklistKey,
} from '../../domain/keys.js';
import {
  caseEntity,
  caseWorkflowId,
  parseRound,
  reopenedCaseId,
  roundName,
  taskEntity,
  taskWorkflowId,
} from '../../domain/workflow-ids.js';

const at: CaseAddress = { campaign: 'first', collection: 'lits', caseId: 'volume-0' };

describe('object keys', () => {
  it('are what the layout of the store promises', () => {
    expect(objectKey('ab')).toBe('v1/objects/sha256/ab');
    expect(passportKey(at)).toBe('v1/campaigns/first/cases/lits/volume-0/passport.json');
    expect(labelKey(at, 'spleen', 'human-1')).toBe(
      'v1/campaigns/first/cases/lits/volume-0/labels/spleen/human-1.json',
    );
    expect(auditKey('first', taskEntity(at, 1), 12)).toBe(
      'v1/audit/first/task/lits/volume-0/1/00000012.json',
    );
    const change = {
      at: '2026-01-02T03:04:05.678Z',
      entity: taskEntity(at, 1),
      sequence: 12,
      sha256: 'ab'.repeat(32),
    };
    const feed = feedKey('first', change);
    expect(feed).toBe(`v1/feed/first/20260102T030405.678Z~task~lits~volume-0~1~00000012~${change.sha256}`);
    expect(parseFeedKey(feed)).toEqual(change);
    expect(parseFeedKey(auditKey('first', taskEntity(at, 1), 12))).toBeUndefined();
    expect(modelKey('m')).toBe('v1/models/m.json');
    expect(evaluationKey('e', 'report.md')).toBe('v1/evaluations/e/report.md');
    expect(evaluationCaseKey('e', 'lits', 'volume-0')).toBe('v1/evaluations/e/cases/lits/volume-0.json');
  });

  it('of a release lie under its campaign and version, two of them', () => {
    expect(releaseManifestKey('first', '1.0.0')).toBe('v1/releases/first/1.0.0/manifest.json');
    for (const key of [releaseManifestKey, publicationKey]) {
      expect(key('first', '1.0.0').startsWith(releasePrefix('first', '1.0.0'))).toBe(true);
      expect(key('first', '1.0.0')).not.toBe(key('first', '1.0.1'));
    }
  });

  it('lie under the prefix by which they are listed', () => {
    const ofCampaign = [campaignPlanKey('first'), worklistKey('first'), datasetKey('first', 'ab'.repeat(32))];
    const ofCase = [passportKey(at), labelKey(at, 'liver', 'v'), preLabelKey(at), resultKey(at)];
    for (const key of [...ofCampaign, manifestKey('first', 'lits'), ...ofCase]) {
      expect(key.startsWith(`${campaignPrefix('first')}/`)).toBe(true);
    }
    for (const key of ofCase) expect(key.startsWith(`${casePrefix(at)}/`)).toBe(true);
    expect(casePrefix(at).startsWith(casesPrefix('first'))).toBe(true);
    expect(auditKey('first', caseEntity(at), 0).startsWith(auditPrefix('first'))).toBe(true);
  });

  it('are all different for one case of one campaign', () => {
    const keys = [
      campaignPlanKey('first'),
      worklistKey('first'),
      datasetKey('first', 'ab'.repeat(32)),
      ...[passportKey, preLabelKey, resultKey].map((key) => key(at)),
      resultKey(at, 2),
      ...[personKey('first', 'anna'), personKey('first', 'anna', 2), personKey('first', 'anna-2')],
      ...[manifestKey('first', 'lits'), labelKey(at, 'liver', 'v'), labelKey(at, 'kidney', 'v')],
      ...[auditKey('first', caseEntity(at), 1), auditKey('first', taskEntity(at, 1), 1)],
    ];
    expect(new Set(keys).size).toBe(keys.length);
  });

  it('of audit records sort as their numbers do', () => {
    const keys = [0, 9, 10, 99, 100, 12_345_678].map((sequence) =>
      auditKey('first', caseEntity(at), sequence),
    );
    expect([...keys].sort()).toEqual(keys);
  });

  it('keep the audit records of a case apart from those of its tasks, and rounds from one another', () => {
    const entities = [
      caseEntity(at),
      taskEntity(at, 1),
      taskEntity(at, 11),
      taskEntity(at, 1, 'double-read'),
    ];
    for (const one of entities) {
      for (const other of entities) expect(one !== other && other.startsWith(`${one}/`)).toBe(false);
    }
  });
});

describe('workflow ids', () => {
  it('follow from what they are about', () => {
    expect(caseWorkflowId(at)).toBe('campaign/first/case/lits/volume-0');
    expect(taskWorkflowId(at, 2)).toBe('campaign/first/task/lits/volume-0/2');
    expect(taskWorkflowId({ ...at }, 2)).toBe(taskWorkflowId(at, 2));
    expect(taskWorkflowId(at, 1, 'double-read')).toBe('campaign/first/task/lits/volume-0/1-double');
    expect(taskEntity(at, 1, 'blind-audit')).toBe('task/lits/volume-0/1-blind');
    expect(reopenedCaseId(at, 2)).toBe('campaign/first/case/lits/volume-0/round/2');
  });

  it('tell round and kind of a task', () => {
    for (const kind of ['refine', 'double-read', 'blind-audit'] as const) {
      expect(parseRound(roundName(12, kind))).toEqual({ round: 12, kind });
    }
    for (const text of ['', '0', '01', '-1', '1-', '1-triple', '1-double-blind', ' 1', '1e3']) {
      expect(parseRound(text)).toBeUndefined();
    }
  });
});
