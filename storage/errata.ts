import { type Erratum, type ErratumState, erratumOf, erratumState } from '../domain/erratum.js';
import { resultKey } from '../domain/keys.js';
import { errataPrefix, erratumEntity } from '../domain/workflow-ids.js';
import { newestAuditKeys, readAudit } from './audit-log.js';
import { mapBounded } from './map-bounded.js';
import type { ObjectStore } from './object-store.js';

const readsAtOnce = 16;

/** An erratum, and how far it is. */
export type KnownErratum = Erratum & { readonly state: ErratumState };

/** Every erratum of a campaign's releases, in the order of their ids. */
export async function readErrata(store: ObjectStore, campaign: string): Promise<KnownErratum[]> {
  const ids = [...(await newestAuditKeys(store, campaign, errataPrefix)).keys()].sort();
  const read = await mapBounded(ids, readsAtOnce, (entity) =>
    readErratum(store, campaign, entity.slice(errataPrefix.length)),
  );
  return read.filter((each) => each !== undefined);
}

/** One erratum; undefined when nothing of that id is on record. */
export async function readErratum(
  store: ObjectStore,
  campaign: string,
  id: string,
): Promise<KnownErratum | undefined> {
  const { records } = await readAudit(store, campaign, erratumEntity(id));
  const erratum = erratumOf(records);
  if (erratum === undefined) return undefined;
  const { collection, caseId, round } = erratum;
  const finished =
    round !== undefined && (await store.has(resultKey({ campaign, collection, caseId }, round)));
  return { ...erratum, state: erratumState(erratum, finished) };
}
