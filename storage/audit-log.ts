import { type AuditEntry, AuditRecord } from '../domain/audit.js';
import { auditKey, auditPrefix } from '../domain/keys.js';
import { announce } from './change-feed.js';
import { sha256 } from './hash.js';
import { canonicalJson, publish, requireJson } from './json.js';
import type { ObjectStore } from './object-store.js';

const noRecordBefore = '0'.repeat(64);

/**
 * Appends one record to an entity's chain. The entry's sequence is the writer's own count; each entity has one
 * writer (its workflow), so that the same entry written twice is the same record. Readers hear of it by the change feed.
 */
export async function appendAudit(store: ObjectStore, entry: AuditEntry): Promise<void> {
  const record: AuditRecord = AuditRecord.parse({ ...entry, previousSha256: await hashBefore(store, entry) });
  const key = auditKey(entry.campaign, entry.entity, entry.sequence);
  const bytes = new TextEncoder().encode(canonicalJson(record));
  await publish(store, key, bytes);
  await announce(store, { ...record, sha256: sha256(bytes) });
}

async function hashBefore(store: ObjectStore, entry: AuditEntry): Promise<string> {
  if (entry.sequence === 0) return noRecordBefore;
  const before = await store.get(auditKey(entry.campaign, entry.entity, entry.sequence - 1));
  if (before === undefined)
    throw new Error(`audit record ${entry.sequence - 1} of ${entry.entity} is missing`);
  return sha256(before);
}

/** The newest key of every entity whose name begins with `entityPrefix`. */
export async function newestAuditKeys(
  store: ObjectStore,
  campaign: string,
  entityPrefix: string,
): Promise<Map<string, string>> {
  const prefix = auditPrefix(campaign);
  const newest = new Map<string, string>();
  for await (const key of store.list(`${prefix}${entityPrefix}`)) {
    newest.set(key.slice(prefix.length, key.lastIndexOf('/')), key);
  }
  return newest;
}

/** The newest record of one entity; undefined when nothing was recorded. */
export async function newestAudit(
  store: ObjectStore,
  campaign: string,
  entity: string,
): Promise<AuditRecord | undefined> {
  const key = (await newestAuditKeys(store, campaign, `${entity}/`)).get(entity);
  return key === undefined ? undefined : requireJson(store, key, AuditRecord);
}

export interface AuditTrail {
  readonly records: readonly AuditRecord[];
  /** Empty when the chain is whole; else what is wrong with it. */
  readonly breaks: readonly string[];
}

/** All records of one entity in order, with the chain of hashes checked. */
export async function readAudit(store: ObjectStore, campaign: string, entity: string): Promise<AuditTrail> {
  const records: AuditRecord[] = [];
  const breaks: string[] = [];
  let expected = noRecordBefore;
  for await (const key of store.list(`${auditPrefix(campaign)}${entity}/`)) {
    const bytes = (await store.get(key))!;
    const record = AuditRecord.parse(JSON.parse(new TextDecoder().decode(bytes)));
    if (record.previousSha256 !== expected) breaks.push(`${key} does not continue the record before it`);
    if (record.sequence !== records.length) breaks.push(`${key}: sequence ${records.length} is missing`);
    expected = sha256(bytes);
    records.push(record);
  }
  return { records, breaks };
}
