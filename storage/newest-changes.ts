import { feedPrefix, feedStamp, parseFeedKey } from '../domain/keys.js';
import type { Change } from './change-feed.js';
import type { ObjectStore } from './object-store.js';

const firstWindowMs = 3_600_000;
const growth = 8;

export interface NewestChanges {
  /** Newest first. */
  readonly changes: readonly Change[];
  /** Where older ones begin; undefined when there are none. */
  readonly next: string | undefined;
}

/**
 * The changes of a campaign before a place in its feed, at its end without one. Object stores list forwards only: it looks at the hour
 * before that place, then at eight, and so on, until it has `limit` of them. A record that came late stands in the feed twice.
 */
export async function newestChanges(
  store: ObjectStore,
  campaign: string,
  { before, limit, now = new Date() }: { before?: string | undefined; limit: number; now?: Date },
): Promise<NewestChanges> {
  const prefix = feedPrefix(campaign);
  const untilMs = before === undefined ? now.getTime() : timeOf(prefix, before, now);
  for (let windowMs = firstWindowMs; ; windowMs *= growth) {
    const fromMs = Math.max(0, untilMs - windowMs);
    const tails: string[] = [];
    for await (const key of store.list(prefix, prefix + feedStamp(new Date(fromMs)))) {
      const tail = key.slice(prefix.length);
      if (before !== undefined && tail >= before) break;
      tails.push(tail);
    }
    if (tails.length <= limit && fromMs > 0) continue;
    const page = tails.slice(-limit);
    return {
      changes: page.reverse().flatMap((tail) => parseFeedKey(prefix + tail) ?? []),
      next: tails.length > limit ? tails.at(-limit) : undefined,
    };
  }
}

function timeOf(prefix: string, tail: string, now: Date): number {
  const change = parseFeedKey(prefix + tail);
  return change === undefined ? now.getTime() : Date.parse(change.at);
}
