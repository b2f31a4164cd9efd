import { AuditCheckpoint } from '../domain/audit-checkpoint.js';
import { type AuditFault, auditFault } from '../domain/audit-fault.js';
import { checkpointKey, checkpointsPrefix } from '../domain/keys.js';
import type { Witness } from '../storage/audit-chain.js';
import { readFeed } from '../storage/change-feed.js';
import { headsOf, rootOf } from '../storage/checkpoints.js';
import { sha256 } from '../storage/hash.js';
import type { ObjectStore } from '../storage/object-store.js';

/** What feed and checkpoints know of the records, by entity and sequence. */
export class WitnessBook {
  private readonly byEntity = new Map<string, Map<number, Witness[]>>();

  add(entity: string, sequence: number, witness: Witness): void {
    const own = this.byEntity.get(entity) ?? new Map<number, Witness[]>();
    this.byEntity.set(entity, own);
    const known = own.get(sequence) ?? [];
    // One of a kind is enough: most records have the same hash in the feed and in many checkpoints.
    if (!known.some((each) => each.sha256 === witness.sha256)) own.set(sequence, [...known, witness]);
  }

  of(entity: string): ReadonlyMap<number, readonly Witness[]> {
    return this.byEntity.get(entity) ?? new Map();
  }

  entities(): Iterable<string> {
    return this.byEntity.keys();
  }
}

export interface FeedReading {
  readonly entries: number;
  /** ISO time of the first entry: records before it were written when there was no feed. */
  readonly since?: string;
}

/** Enters everything that the change feed holds. */
export async function witnessFeed(
  store: ObjectStore,
  campaign: string,
  book: WitnessBook,
): Promise<FeedReading> {
  let entries = 0;
  let since: string | undefined;
  for await (const { key, at, entity, sequence, sha256 } of readFeed(store, campaign)) {
    book.add(entity, sequence, { sha256, by: 'the change feed', key });
    entries += 1;
    since ??= at;
  }
  return { entries, ...(since === undefined ? {} : { since }) };
}

export interface CheckpointReading {
  /** Hash of each checkpoint that is there, by number. */
  readonly hashes: ReadonlyMap<number, string>;
  readonly faults: readonly AuditFault[];
}

/** Checks the chain of checkpoints, each against the heads that it names, and enters those heads. */
export async function witnessCheckpoints(
  store: ObjectStore,
  campaign: string,
  book: WitnessBook,
): Promise<CheckpointReading> {
  const prefix = checkpointsPrefix(campaign);
  const hashes = new Map<number, string>();
  const faults: AuditFault[] = [];
  let expected = 1;
  for await (const key of store.list(prefix)) {
    const number = Number(key.slice(prefix.length, -'.json'.length));
    for (; expected < number; expected += 1) {
      const gone = checkpointKey(campaign, expected);
      faults.push(auditFault('missing', gone, `Checkpoint ${expected} is missing: there are later ones`));
    }
    expected = number + 1;
    const bytes = await store.get(key);
    if (bytes === undefined) continue;
    const fault = await witnessCheckpoint(store, { campaign, number, key, bytes }, hashes, book);
    hashes.set(number, sha256(bytes));
    if (fault !== undefined) faults.push(fault);
  }
  return { hashes, faults };
}

interface StoredCheckpoint {
  readonly campaign: string;
  readonly number: number;
  readonly key: string;
  readonly bytes: Uint8Array;
}

async function witnessCheckpoint(
  store: ObjectStore,
  { campaign, number, key, bytes }: StoredCheckpoint,
  before: ReadonlyMap<number, string>,
  book: WitnessBook,
): Promise<AuditFault | undefined> {
  const name = `Checkpoint ${number}`;
  const checkpoint = parse(bytes);
  if (typeof checkpoint === 'string')
    return auditFault('changed', key, `${name} was changed: it cannot be read, ${checkpoint}`);
  if (checkpoint.number !== number || checkpoint.campaign !== campaign)
    return auditFault(
      'reordered',
      key,
      `In the place of ${name} lies checkpoint ${checkpoint.number} of ${checkpoint.campaign}`,
    );
  const previous = number === 1 ? '0'.repeat(64) : before.get(number - 1);
  if (previous !== undefined && previous !== checkpoint.previousSha256)
    return auditFault(
      'changed',
      key,
      `${name} does not continue checkpoint ${number - 1}: one of the two was changed`,
    );
  const heads = await headsOf(store, checkpoint).catch((error: unknown) => String(error));
  if (typeof heads === 'string') {
    return auditFault('changed', checkpoint.heads.key, `The heads of ${name} cannot be read: ${heads}`);
  }
  if (rootOf(heads) !== checkpoint.root)
    return auditFault('changed', key, `${name} was changed: its root does not follow from its heads`);
  for (const { entity, sequence, sha256 } of heads)
    book.add(entity, sequence, { sha256, by: `checkpoint ${number}`, key });
  return undefined;
}

function parse(bytes: Uint8Array): AuditCheckpoint | string {
  try {
    const parsed = AuditCheckpoint.safeParse(JSON.parse(new TextDecoder().decode(bytes)));
    return parsed.success ? parsed.data : parsed.error.issues[0]!.message;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
