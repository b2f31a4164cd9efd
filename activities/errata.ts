import type { AuditEntry } from '../domain/audit.js';
import { caseName } from '../domain/case-name.js';
import { PlusctError } from '../domain/errors.js';
import type { CaseAddress } from '../domain/keys.js';
import type { Organ } from '../domain/organ.js';
import { erratumEntity } from '../domain/workflow-ids.js';
import { appendAudit, newestAudit } from '../storage/audit-log.js';
import { type KnownErratum, readErratum } from '../storage/errata.js';
import { hashOf } from '../storage/json.js';
import type { ObjectStore } from '../storage/object-store.js';
import { requireRelease } from '../storage/releases.js';

/** What somebody found wrong in a release. */
export interface ErratumReport extends CaseAddress {
  readonly release: string;
  readonly organ: Organ;
  readonly reason: string;
  readonly by: string;
  readonly at: Date;
}

/**
 * Puts an erratum on record. The same report twice is one. Throws `InvalidInput` where the release does not hold that organ of
 * that case.
 */
export async function reportErratum(store: ObjectStore, report: ErratumReport): Promise<KnownErratum> {
  const { campaign, collection, caseId, organ, release, reason, by, at } = report;
  const name = caseName(report);
  const { manifest } = await requireRelease(store, campaign, release);
  const item = manifest.cases.find((each) => caseName(each) === name);
  if (item === undefined)
    throw new PlusctError('InvalidInput', `release ${release} of ${campaign} has no case ${name}`);
  const state = item.organs.find((each) => each.organ === organ)?.state ?? 'none';
  if (state === 'withheld')
    throw new PlusctError(
      'InvalidInput',
      `release ${release} does not hold the ${organ} of ${name}: it is the source’s own`,
    );
  const id = `e${hashOf({ campaign, release, name, organ, reason }).slice(0, 8)}`;
  const known = await readErratum(store, campaign, id);
  if (known !== undefined) return known;
  const details = { release, collection, case: caseId, organ, state };
  await appendAudit(
    store,
    entry({ campaign, id, sequence: 0, at, by, action: 'report-erratum', why: reason, details }),
  );
  return requireErratum(store, campaign, id);
}

/** Notes which round of work an erratum led to; the round itself is opened by a lead’s command to the task. */
export async function noteReopened(
  store: ObjectStore,
  campaign: string,
  id: string,
  { round, by, at }: { round: number; by: string; at: Date },
): Promise<KnownErratum> {
  const known = await requireErratum(store, campaign, id);
  if (known.round === round) return known;
  const newest = await newestAudit(store, campaign, erratumEntity(id));
  const details = { round: String(round), release: known.release };
  const sequence = (newest?.sequence ?? -1) + 1;
  await appendAudit(
    store,
    entry({ campaign, id, sequence, at, by, action: 'reopen-erratum', why: known.reason, details }),
  );
  return requireErratum(store, campaign, id);
}

/** An erratum that has to be there. */
export async function requireErratum(
  store: ObjectStore,
  campaign: string,
  id: string,
): Promise<KnownErratum> {
  const found = await readErratum(store, campaign, id);
  if (found !== undefined) return found;
  throw new PlusctError(
    'InvalidInput',
    `${campaign} has no erratum ${id}; plusct release errata list names them`,
  );
}

function entry(of: {
  campaign: string;
  id: string;
  sequence: number;
  at: Date;
  by: string;
  action: string;
  why: string;
  details: Record<string, string>;
}): AuditEntry {
  const { id, at, by, ...rest } = of;
  return {
    ...rest,
    entity: erratumEntity(id),
    at: at.toISOString(),
    actor: by,
    role: 'operator',
    simulated: false,
    outcome: 'done',
    labelsBefore: {},
    labelsAfter: {},
  };
}
