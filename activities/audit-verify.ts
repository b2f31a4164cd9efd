import type { Client } from '@temporalio/client';
import { type AuditFault, auditFault, firstOfEach } from '../domain/audit-fault.js';
import { auditKey, auditPrefix, historiesPrefix } from '../domain/keys.js';
import { campaignId, entityOfWorkflow } from '../domain/workflow-ids.js';
import { mapBounded } from '../storage/map-bounded.js';
import type { ObjectStore } from '../storage/object-store.js';
import { auditEntity, type EntityAudit, type EntityVerdict } from './audit-entity.js';
import { ObjectAuditor } from './audit-objects.js';
import { TemporalWitness } from './audit-temporal.js';
import { type FeedReading, WitnessBook, witnessCheckpoints, witnessFeed } from './audit-witnesses.js';

/** What verifying a campaign's record came to. It is whole when there are no faults. */
export interface AuditVerdict {
  readonly campaign: string;
  readonly entities: number;
  readonly records: number;
  /** Records of tasks whose state was worked out again, and those whose state had to be believed. */
  readonly proved: number;
  readonly believed: number;
  /** Uploads, masks, label maps and label versions that were read and compared. */
  readonly objects: number;
  readonly feedEntries: number;
  readonly checkpoints: number;
  readonly histories: number;
  /** Tasks whose workflow was asked, was read by its result, or did not answer; absent when Temporal was not asked. */
  readonly temporal?: { readonly asked: number; readonly ended: number; readonly unanswered: number };
  readonly faults: readonly AuditFault[];
}

export interface AuditQuestion {
  readonly store: ObjectStore;
  readonly campaign: string;
  /** Left out, the objects alone are verified. */
  readonly client?: Client | undefined;
  /** Hash of a checkpoint that was kept elsewhere. */
  readonly anchor?: string | undefined;
  readonly progress?: ((done: number, of: number) => void) | undefined;
}

const entitiesAtOnce = 8;
const settleMs = 1500;

/**
 * Verifies everything that is on record of a campaign: every chain against the change feed and the checkpoints, every
 * task worked out again from its commands, every object that a record names, and the workflows. Memory holds one
 * hash for each record and the records of a few entities at a time.
 */
export async function verifyAudit(question: AuditQuestion): Promise<AuditVerdict> {
  const { store, campaign, client } = question;
  const book = new WitnessBook();
  // The feed comes after the record: what it holds at this moment has to be there afterwards.
  const feed = await witnessFeed(store, campaign, book);
  const checkpoints = await witnessCheckpoints(store, campaign, book);
  const histories = await historyKeys(store, campaign);
  const temporal = client && (await TemporalWitness.open(client, campaign));
  const { sequences, faults: foreign } = await listRecords(store, campaign);
  const around: EntityAudit = {
    store,
    campaign,
    book,
    objects: new ObjectAuditor(store),
    checkpoints: checkpoints.hashes,
    histories,
    temporal,
  };
  const verdicts = await auditAll(around, sequences, question.progress);
  const faults = [
    ...foreign,
    ...checkpoints.faults,
    ...anchorFault(campaign, question.anchor, checkpoints.hashes),
    ...verdicts.flatMap((each) => each.faults),
    ...(await unannounced(store, campaign, book, feed, sequences)),
  ];
  const sum = (of: (verdict: EntityVerdict) => number) =>
    verdicts.reduce((total, each) => total + of(each), 0);
  return {
    campaign,
    entities: sequences.size,
    records: sum((each) => each.records),
    proved: sum((each) => each.proved),
    believed: sum((each) => each.believed),
    objects: around.objects.objects,
    feedEntries: feed.entries,
    checkpoints: checkpoints.hashes.size,
    histories: sum((each) => each.histories),
    ...(temporal === undefined
      ? {}
      : { temporal: { asked: temporal.asked, ended: temporal.ended, unanswered: temporal.unanswered } }),
    faults: firstOfEach(faults),
  };
}

/** Every entity that anybody knows of, whether or not a record of it is left. */
async function auditAll(
  around: EntityAudit,
  sequences: ReadonlyMap<string, readonly number[]>,
  progress: AuditQuestion['progress'],
): Promise<EntityVerdict[]> {
  const { book, histories, temporal } = around;
  const known = [...book.entities(), ...histories.keys(), ...(temporal?.entities() ?? [])];
  const entities = [...new Set([...sequences.keys(), ...known])].sort();
  let done = 0;
  return mapBounded(entities, entitiesAtOnce, async (entity) => {
    const verdict = await auditEntity(around, entity, sequences.get(entity) ?? []);
    done += 1;
    progress?.(done, entities.length);
    const lost = verdict.records === 0 && verdict.faults.length === 0 && isTask(entity);
    if (!lost) return verdict;
    const sentence = `All records of ${entity} are missing: Temporal has its workflow`;
    const key = `${auditPrefix(around.campaign)}${entity}/`;
    return { ...verdict, faults: [auditFault('missing', key, sentence)] };
  });
}

function isTask(entity: string): boolean {
  return /^task\/[^/]+\/[^/]+\/[^/]+$/.test(entity);
}

async function listRecords(
  store: ObjectStore,
  campaign: string,
): Promise<{ sequences: Map<string, number[]>; faults: AuditFault[] }> {
  const prefix = auditPrefix(campaign);
  const sequences = new Map<string, number[]>();
  const faults: AuditFault[] = [];
  for await (const key of store.list(prefix)) {
    const [, entity, digits] = /^(.+)\/(\d{8})\.json$/.exec(key.slice(prefix.length)) ?? [];
    if (entity === undefined) {
      faults.push(auditFault('foreign', key, `${key} is no record, but lies among them`));
      continue;
    }
    const own = sequences.get(entity);
    if (own === undefined) sequences.set(entity, [Number(digits)]);
    else own.push(Number(digits));
  }
  return { sequences, faults };
}

async function historyKeys(store: ObjectStore, campaign: string): Promise<Map<string, string[]>> {
  const keys = new Map<string, string[]>();
  const prefix = `${historiesPrefix(campaign)}${campaignId(campaign)}/`;
  for await (const key of store.list(prefix)) {
    const entity = entityOfWorkflow(key.slice(prefix.length, key.lastIndexOf('/')));
    if (entity === undefined) continue;
    keys.set(entity, [...(keys.get(entity) ?? []), key]);
  }
  return keys;
}

function anchorFault(
  campaign: string,
  anchor: string | undefined,
  hashes: ReadonlyMap<number, string>,
): AuditFault[] {
  if (anchor === undefined || [...hashes.values()].includes(anchor.toLowerCase())) return [];
  const sentence = `No checkpoint of ${campaign} has the hash ${anchor}: what was sealed under it is not what is there`;
  return [auditFault('missing', anchor, sentence)];
}

/** Records that the feed was never told of: put in by somebody else, or by a writer that died; a writer tries again. */
async function unannounced(
  store: ObjectStore,
  campaign: string,
  book: WitnessBook,
  feed: FeedReading,
  sequences: ReadonlyMap<string, readonly number[]>,
): Promise<AuditFault[]> {
  if (feed.since === undefined) return [];
  const doubtful = [...sequences].flatMap(([entity, own]) => {
    const witnesses = book.of(entity);
    return own.filter((sequence) => !witnesses.has(sequence)).map((sequence) => ({ entity, sequence }));
  });
  if (doubtful.length === 0) return [];
  // Some were written while the others were read; the announcement comes a moment after the record.
  await new Promise((resolve) => setTimeout(resolve, settleMs));
  const later = new WitnessBook();
  await witnessFeed(store, campaign, later);
  const silent = doubtful.filter(({ entity, sequence }) => !later.of(entity).has(sequence));
  return silent.map(({ entity, sequence }) => {
    const key = auditKey(campaign, entity, sequence);
    return auditFault(
      'foreign',
      key,
      `Record ${sequence} of ${entity} was never announced in the change feed`,
    );
  });
}
