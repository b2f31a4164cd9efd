import type { AuditRecord } from '../domain/audit.js';
import { type AuditFault, auditFault } from '../domain/audit-fault.js';
import { CaseResult } from '../domain/campaign.js';
import { firstDifference } from '../domain/first-difference.js';
import { auditKey, checkpointKey, resultKey } from '../domain/keys.js';
import { voxelHashes } from '../domain/label-hashes.js';
import type { TaskState } from '../domain/task.js';
import { replayTask, type TaskReplay } from '../domain/task-replay.js';
import { caseOfEntity, checkpointEntity, rosterEntity } from '../domain/workflow-ids.js';
import { type ChainLink, checkChain } from '../storage/audit-chain.js';
import { newestAudit } from '../storage/audit-log.js';
import { sha256 } from '../storage/hash.js';
import { readJson } from '../storage/json.js';
import { mapBounded } from '../storage/map-bounded.js';
import type { ObjectStore } from '../storage/object-store.js';
import { type HistoryTestimony, readTestimony, testimonyDifference } from './audit-histories.js';
import type { ObjectAuditor } from './audit-objects.js';
import { rosterFaults } from './audit-roster.js';
import { outcomeFault, type TemporalWitness } from './audit-temporal.js';
import type { WitnessBook } from './audit-witnesses.js';

/** What one entity's records are checked against. */
export interface EntityAudit {
  readonly store: ObjectStore;
  readonly campaign: string;
  readonly book: WitnessBook;
  readonly objects: ObjectAuditor;
  /** Hash of each checkpoint that is there. */
  readonly checkpoints: ReadonlyMap<number, string>;
  /** Keys of exported histories, by entity. */
  readonly histories: ReadonlyMap<string, readonly string[]>;
  readonly temporal?: TemporalWitness | undefined;
}

export interface EntityVerdict {
  readonly records: number;
  readonly proved: number;
  readonly believed: number;
  readonly histories: number;
  readonly faults: readonly AuditFault[];
}

const readsAtOnce = 8;

/** Everything that can be proved of one entity; its records are in memory only while this runs. */
export async function auditEntity(
  around: EntityAudit,
  entity: string,
  sequences: readonly number[],
): Promise<EntityVerdict> {
  const { store, campaign, book } = around;
  const read = await mapBounded(sequences, readsAtOnce, async (sequence) => ({
    sequence,
    bytes: await store.get(auditKey(campaign, entity, sequence)),
  }));
  const present = new Map(read.flatMap(({ sequence, bytes }) => (bytes ? [[sequence, bytes]] : [])));
  const chain = checkChain({ campaign, entity }, present, book.of(entity));
  const records = chain.links.flatMap((link) => link.record ?? []);
  const replay = entity.startsWith('task/') ? replayTask(chain.links) : undefined;
  const keys = around.histories.get(entity) ?? [];
  const faults = [
    ...chain.faults,
    ...disagreements(campaign, entity, replay),
    ...(await namedFaults(around, records)),
    ...(await historyFaults(around, entity, chain.links, replay?.state)),
    ...(await temporalFaults(around, entity, chain.links)),
  ];
  const { proved, believed } = replay ?? { proved: 0, believed: 0 };
  return { records: present.size, proved, believed, histories: keys.length, faults };
}

function disagreements(campaign: string, entity: string, replay: TaskReplay | undefined): AuditFault[] {
  return (replay?.disagreements ?? []).map(({ sequence, what }) =>
    auditFault('disagrees', auditKey(campaign, entity, sequence), `Record ${sequence} of ${entity} ${what}`),
  );
}

/** What the records name: content, label versions, results, checkpoints. */
async function namedFaults(around: EntityAudit, records: readonly AuditRecord[]): Promise<AuditFault[]> {
  const faults: AuditFault[] = [];
  for (const record of records) {
    faults.push(...(await around.objects.check(record)));
    const more = record.entity === checkpointEntity ? await checkpointFault(around, record) : undefined;
    if (more !== undefined) faults.push(more);
  }
  if (records[0]?.entity === rosterEntity) {
    faults.push(...(await rosterFaults(around.store, around.campaign, records)));
  }
  const finished = records.filter((each) => each.action === 'finalised').at(-1);
  const result = finished && (await resultFault(around.store, finished));
  return result === undefined ? faults : [...faults, result];
}

async function checkpointFault(
  { store, checkpoints }: EntityAudit,
  record: AuditRecord,
): Promise<AuditFault | undefined> {
  const { number, sha256: named } = record.details ?? {};
  const { campaign, entity, sequence } = record;
  // One that was written a moment ago was not listed yet.
  const bytes = checkpoints.has(Number(number))
    ? undefined
    : await store.get(checkpointKey(campaign, Number(number)));
  const found = checkpoints.get(Number(number)) ?? (bytes && sha256(bytes));
  if (found === named) return undefined;
  const key = auditKey(campaign, entity, sequence);
  return found === undefined
    ? auditFault('missing', key, `Checkpoint ${number} is missing: record ${sequence} of ${entity} names it`)
    : auditFault(
        'changed',
        key,
        `Checkpoint ${number} was changed: it does not have the hash that its record names`,
      );
}

/** The finished case has to hold the labels and the label map that its last record names. */
async function resultFault(store: ObjectStore, finished: AuditRecord): Promise<AuditFault | undefined> {
  const at = caseOfEntity(finished.campaign, finished.entity);
  if (at === undefined) return undefined;
  const { round = 1, revision = 0 } = finished.details ?? {};
  const key = resultKey(at, Number(round), Number(revision));
  const by = `record ${finished.sequence} of ${finished.entity}`;
  const result = await readJson(store, key, CaseResult).catch((error: unknown) => String(error));
  if (result === undefined)
    return auditFault('missing', key, `Result ${key}, which ${by} tells of, is missing`);
  if (typeof result === 'string') return auditFault('changed', key, `Result ${key} was changed: ${result}`);
  const labels = voxelHashes(result.labels);
  const path = firstDifference(
    { labels: finished.labelsAfter, labelMap: finished.details?.labelMap },
    { labels, labelMap: result.labelMap.sha256 },
  );
  if (path === undefined) return undefined;
  return auditFault('changed', key, `Result ${key} has another ${path} than ${by} says`);
}

/** What the exported histories of its workflow say. */
async function historyFaults(
  { store, histories }: EntityAudit,
  entity: string,
  links: readonly ChainLink[],
  state: TaskState | undefined,
): Promise<AuditFault[]> {
  const faults: AuditFault[] = [];
  for (const key of histories.get(entity) ?? []) {
    const testimony = await testimonyOf(store, key);
    if (typeof testimony === 'string') {
      faults.push(auditFault('changed', key, `History ${key} was changed: it cannot be read, ${testimony}`));
      continue;
    }
    faults.push(...testimony.records.flatMap((handed) => handedFault(entity, key, links, handed) ?? []));
    const newest = links.at(-1);
    if (state === undefined || newest === undefined || testimony.outcome === undefined) continue;
    const ended = outcomeFault(entity, newest.key, state, testimony.outcome, `history ${key} ends with`);
    if (ended !== undefined) faults.push(ended);
  }
  return faults;
}

function handedFault(
  entity: string,
  key: string,
  links: readonly ChainLink[],
  handed: AuditRecord,
): AuditFault | undefined {
  const { sequence } = handed;
  const link = links[sequence];
  if (link === undefined) {
    const gone = auditKey(handed.campaign, entity, sequence);
    return auditFault('missing', gone, `Record ${sequence} of ${entity} is missing: history ${key} wrote it`);
  }
  const path = link.record && testimonyDifference(link.record, handed);
  if (path === undefined) return undefined;
  return auditFault(
    'disagrees',
    link.key,
    `Record ${sequence} of ${entity} has another ${path} than history ${key} wrote`,
  );
}

async function testimonyOf(store: ObjectStore, key: string): Promise<HistoryTestimony | string> {
  try {
    return readTestimony(new TextDecoder().decode(await store.get(key)));
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

async function temporalFaults(
  { store, campaign, temporal }: EntityAudit,
  entity: string,
  links: readonly ChainLink[],
): Promise<AuditFault[]> {
  const last = links.at(-1);
  if (temporal === undefined || last?.record?.task === undefined) return [];
  let read: TaskState | undefined = last.record.task;
  const recorded = async (): Promise<TaskState[]> => {
    const newest = read ?? (await newestAudit(store, campaign, entity).catch(() => undefined))?.task;
    read = undefined;
    return newest === undefined ? [] : [newest];
  };
  const fault = await temporal.check(entity, last.key, recorded);
  return fault === undefined ? [] : [fault];
}
