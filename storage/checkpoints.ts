import type { AuditEntry } from '../domain/audit.js';
import { AuditCheckpoint, AuditHead } from '../domain/audit-checkpoint.js';
import { PlusctError } from '../domain/errors.js';
import { checkpointKey, checkpointsPrefix } from '../domain/keys.js';
import { checkpointEntity } from '../domain/workflow-ids.js';
import { appendAudit, newestAuditKeys } from './audit-log.js';
import { getContent, putContent } from './content.js';
import { sha256 } from './hash.js';
import { canonicalJson, readJson } from './json.js';
import { mapBounded } from './map-bounded.js';
import { merkleRoot } from './merkle.js';
import type { ObjectStore } from './object-store.js';

const readsAtOnce = 32;
const attempts = 20;
const noneBefore = '0'.repeat(64);

export interface SealedCheckpoint {
  readonly checkpoint: AuditCheckpoint;
  /** Hash of its bytes: what to keep elsewhere. */
  readonly sha256: string;
}

/**
 * Seals everything that is on record of a campaign now. The checkpoint itself is then put on record, so that one that
 * was taken away leaves a gap. Of several writers each gets a number of its own.
 */
export async function writeCheckpoint(
  store: ObjectStore,
  campaign: string,
  by: { readonly actor: string; readonly reason: string; readonly at: Date },
): Promise<SealedCheckpoint> {
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    const before = await newestCheckpoint(store, campaign);
    if (before !== undefined) await putOnRecord(store, before);
    const heads = await readHeads(store, campaign);
    const content = {
      campaign,
      number: (before?.checkpoint.number ?? 0) + 1,
      at: by.at.toISOString(),
      actor: by.actor,
      reason: by.reason,
      entities: heads.length,
      records: heads.reduce((sum, head) => sum + head.sequence + 1, 0),
      root: rootOf(heads),
      heads: await putContent(
        store,
        new TextEncoder().encode(
          linesOf(heads)
            .map((line) => `${line}\n`)
            .join(''),
        ),
      ),
      previousSha256: before?.sha256 ?? noneBefore,
    };
    const checkpoint = AuditCheckpoint.parse(content);
    const bytes = new TextEncoder().encode(canonicalJson(checkpoint));
    if (!(await store.putIfAbsent(checkpointKey(campaign, checkpoint.number), bytes))) continue;
    const sealed = { checkpoint, sha256: sha256(bytes) };
    await putOnRecord(store, sealed);
    return sealed;
  }
  throw new PlusctError(
    'StoreUnavailable',
    `others wrote checkpoints of ${campaign} all the time; try again`,
  );
}

/** The same checkpoint always gives the same record, so that whoever comes next can finish what was broken off. */
async function putOnRecord(store: ObjectStore, { checkpoint, sha256 }: SealedCheckpoint): Promise<void> {
  const { campaign, number, at, actor, reason, root } = checkpoint;
  const entry: AuditEntry = {
    campaign,
    entity: checkpointEntity,
    sequence: number - 1,
    at,
    actor,
    role: actor === 'plusct' ? 'system' : 'operator',
    simulated: false,
    action: 'checkpoint',
    outcome: 'done',
    why: reason,
    details: { number: String(number), root, sha256 },
    labelsBefore: {},
    labelsAfter: {},
  };
  await appendAudit(store, entry);
}

async function newestCheckpoint(store: ObjectStore, campaign: string): Promise<SealedCheckpoint | undefined> {
  let newest: string | undefined;
  for await (const key of store.list(checkpointsPrefix(campaign))) newest = key;
  if (newest === undefined) return undefined;
  const checkpoint = await readJson(store, newest, AuditCheckpoint);
  const bytes = await store.get(newest);
  return checkpoint && bytes && { checkpoint, sha256: sha256(bytes) };
}

/** The newest record of every entity, in the order of names. */
async function readHeads(store: ObjectStore, campaign: string): Promise<AuditHead[]> {
  const newest = [...(await newestAuditKeys(store, campaign, ''))].sort(([a], [b]) => (a < b ? -1 : 1));
  return mapBounded(newest, readsAtOnce, async ([entity, key]) => ({
    entity,
    sequence: Number(key.slice(key.lastIndexOf('/') + 1, -'.json'.length)),
    sha256: sha256((await store.get(key))!),
  }));
}

/** The heads that a checkpoint was made over; throws when they are not there or not those that it names. */
export async function headsOf(store: ObjectStore, checkpoint: AuditCheckpoint): Promise<AuditHead[]> {
  const text = new TextDecoder().decode(await getContent(store, checkpoint.heads));
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => AuditHead.parse(JSON.parse(line)));
}

/** Merkle root over heads in the order of their names. */
export function rootOf(heads: readonly AuditHead[]): string {
  return merkleRoot(linesOf(heads));
}

function linesOf(heads: readonly AuditHead[]): string[] {
  return heads.map(({ entity, sequence, sha256 }) => JSON.stringify({ entity, sequence, sha256 }));
}
