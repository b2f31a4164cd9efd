import { feedKey, feedPrefix, feedStamp, parseFeedKey } from '../domain/keys.js';
import type { ObjectStore } from './object-store.js';

/**
 * The feed of a campaign's changes: an empty object for each audit record, under the record's time and hash. A reader keeps a
 * cursor and lists what lies behind it. Records may arrive late (their time is that of the workflow, their writing may
 * have been tried again), so that every reading goes back by the overlap and leaves out what was reported before.
 */
export interface Change {
  readonly entity: string;
  readonly sequence: number;
  /** ISO time of the record; of its arrival when it came later than the overlap allows for. */
  readonly at: string;
  /** Hash of the record's bytes. */
  readonly sha256: string;
}

/** Where a reader stands. Plain JSON: it may be kept anywhere and taken up by another process. */
export interface FeedCursor {
  /** Milliseconds since 1970 up to which everything was reported. */
  readonly upToMs: number;
  /** What was reported within the overlap before: the last parts of its keys. */
  readonly seen: readonly string[];
}

export interface Changes {
  readonly changes: readonly Change[];
  readonly cursor: FeedCursor;
}

/** How far back a reader looks again for records that came late. */
const overlapMs = 120_000;
const beginning = new Date(0);
const nothing = new Uint8Array();

/** A reader that wants only what comes from now on; what the overlap before now holds is reported too. */
export function cursorAt(at: Date): FeedCursor {
  return { upToMs: at.getTime(), seen: [] };
}

/**
 * What was recorded since the cursor, oldest first, each change once for a reader that goes on with the cursor it is
 * given; without a cursor everything. At most `limit` changes; when there are as many, ask again.
 */
export async function changesSince(
  store: ObjectStore,
  campaign: string,
  cursor: FeedCursor = cursorAt(beginning),
  { limit = Number.POSITIVE_INFINITY, now = new Date() }: { limit?: number; now?: Date } = {},
): Promise<Changes> {
  const prefix = feedPrefix(campaign);
  const seen = new Set(cursor.seen);
  const names = new Set(cursor.seen.map(nameOf));
  const changes: Change[] = [];
  let newestMs = 0;
  for await (const key of store.list(prefix, prefix + overlapBefore(cursor.upToMs))) {
    const change = parseFeedKey(key);
    if (change === undefined) continue;
    const tail = key.slice(prefix.length);
    newestMs = Date.parse(change.at);
    seen.add(tail);
    if (names.has(nameOf(tail))) continue;
    names.add(nameOf(tail));
    changes.push(change);
    if (changes.length >= limit) break;
  }
  // A clock that runs ahead must not take the reader past what others have yet to write.
  const upToMs = Math.max(cursor.upToMs, Math.min(newestMs, now.getTime()));
  const from = overlapBefore(upToMs);
  return { changes, cursor: { upToMs, seen: [...seen].filter((tail) => tail >= from) } };
}

/** Everything that the feed of a campaign holds. */
export async function* readFeed(
  store: ObjectStore,
  campaign: string,
): AsyncIterable<Change & { key: string }> {
  for await (const key of store.list(feedPrefix(campaign))) {
    const change = parseFeedKey(key);
    if (change !== undefined) yield { key, ...change };
  }
}

/**
 * Tells readers of a record. One that is written so late that readers may have passed its time is announced under the
 * present time too, and first: when the writing breaks off between the two, it is tried again.
 */
export async function announce(
  store: ObjectStore,
  record: { readonly campaign: string } & Change,
  now = new Date(),
): Promise<void> {
  const { campaign, entity, sequence, at, sha256 } = record;
  const key = feedKey(campaign, { at, entity, sequence, sha256 });
  const late = now.getTime() - Date.parse(at) > overlapMs / 2;
  if (late && !(await store.has(key)))
    await store.putIfAbsent(feedKey(campaign, { at: now.toISOString(), entity, sequence, sha256 }), nothing);
  await store.putIfAbsent(key, nothing);
}

/** Entity and sequence, without the time: a late record has two. */
function nameOf(tail: string): string {
  return tail.slice(tail.indexOf('~') + 1);
}

function overlapBefore(ms: number): string {
  return feedStamp(new Date(Math.max(0, ms - overlapMs)));
}
