import { AuditRecord } from '../domain/audit.js';
import { caseName } from '../domain/case-name.js';
import { type Decision, type Decisions, decisionOf } from '../domain/decision.js';
import { decisionsPrefix } from '../domain/workflow-ids.js';
import { newestAuditKeys } from './audit-log.js';
import { requireJson } from './json.js';
import { mapBounded } from './map-bounded.js';
import type { ObjectStore } from './object-store.js';

const readsAtOnce = 16;

/** The newest decision on every case of a campaign on which one was taken, in the order of their names. */
export async function readDecisions(store: ObjectStore, campaign: string): Promise<Decisions> {
  const keys = [...(await newestAuditKeys(store, campaign, decisionsPrefix)).values()].sort();
  const records = await mapBounded(keys, readsAtOnce, (key) => requireJson(store, key, AuditRecord));
  return new Map(records.map(decisionOf).map((each): [string, Decision] => [caseName(each), each]));
}
