import type { AuditEntry } from '../domain/audit.js';
import type { Passport } from '../domain/case.js';
import { Passport as PassportSchema } from '../domain/case.js';
import { type Decision, decisionOf, decisionRefusal, labelDetail } from '../domain/decision.js';
import { PlusctError } from '../domain/errors.js';
import type { Finding } from '../domain/finding.js';
import { type CaseAddress, passportKey } from '../domain/keys.js';
import { voxelHashes } from '../domain/label-hashes.js';
import { decisionEntity } from '../domain/workflow-ids.js';
import { appendAudit, newestAudit } from '../storage/audit-log.js';
import { readJson } from '../storage/json.js';
import type { ObjectStore } from '../storage/object-store.js';
import { readWorklist } from '../storage/worklists.js';

export type AskedDecision = Pick<Decision, 'verdict' | 'withoutLabel' | 'by' | 'reason' | 'at'>;

/** A decision that the rules refuse. */
export interface RefusedDecision {
  readonly refused: string;
}

/**
 * Puts a person's decision on a case on record. The passport stays as it was written; the campaign counts the newest
 * decision when it reads its list of cases. Throws `InvalidInput` when the campaign has no such case.
 */
export async function decide(
  store: ObjectStore,
  at: CaseAddress,
  asked: AskedDecision,
): Promise<Decision | RefusedDecision> {
  const passport = await readJson(store, passportKey(at), PassportSchema);
  if (passport === undefined) {
    throw new PlusctError(
      'InvalidInput',
      `${at.collection}/${at.caseId} is no case that campaign ${at.campaign} has taken in`,
    );
  }
  const entity = decisionEntity(at);
  const newest = await newestAudit(store, at.campaign, entity);
  const found = [...passport.findings, ...(await findingsOfCampaign(store, at))];
  const refused = decisionRefusal(asked, passport, found, newest && decisionOf(newest));
  if (refused !== undefined) return { refused };
  await appendAudit(
    store,
    entryOf(at, asked, passport, found, newest === undefined ? 0 : newest.sequence + 1),
  );
  return { collection: at.collection, caseId: at.caseId, ...asked };
}

/** What only the campaign could find, which its passport does not hold; decisions are no findings to decide on. */
async function findingsOfCampaign(store: ObjectStore, at: CaseAddress): Promise<Finding[]> {
  const { leftOut } = (await readWorklist(store, at.campaign)) ?? { leftOut: [] };
  return leftOut
    .filter((each) => each.collection === at.collection && each.caseId === at.caseId)
    .map((each) => each.finding)
    .filter((each) => each.code !== 'EXCLUDED_BY_OPERATOR');
}

function entryOf(
  at: CaseAddress,
  { verdict, withoutLabel, by, reason, at: when }: AskedDecision,
  passport: Passport,
  found: readonly Finding[],
  sequence: number,
): AuditEntry {
  const held = found.filter((each) => each.severity !== 'note' && each.severity !== 'flag');
  const used = verdict === 'accept' && !withoutLabel ? passport.sourceLabels : [];
  return {
    campaign: at.campaign,
    entity: decisionEntity(at),
    sequence,
    at: when,
    actor: by,
    role: 'operator',
    simulated: false,
    action: verdict,
    outcome: 'done',
    why: reason,
    details: {
      findings: [...new Set(held.map((each) => each.code))].join(', ') || 'none',
      ...(verdict === 'accept' ? { label: used.length > 0 ? labelDetail.used : labelDetail.leftOut } : {}),
    },
    labelsBefore: {},
    labelsAfter: voxelHashes(used),
  };
}
