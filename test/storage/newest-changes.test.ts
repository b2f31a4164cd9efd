import { describe, expect, it } from 'vitest';
import { announce, type Change } from '../../storage/change-feed.js';
import { memoryStore } from '../../storage/memory.js';
import { newestChanges } from '../../storage/newest-changes.js';

const campaign = 'first';
const now = new Date('2026-03-01T12:00:00.000Z');
/** Changes so many minutes before now. */
async function feedOf(minutes: readonly number[]) {
  const store = memoryStore();
  for (const [sequence, ago] of minutes.entries()) {
    const at = new Date(now.getTime() - ago * 60_000);
    const change: Change = {
      entity: 'task/lits/a/1',
      sequence,
      at: at.toISOString(),
      sha256: 'a'.repeat(64),
    };
    await announce(store, { campaign, ...change }, at);
  }
  return store;
}

describe('the newest changes', () => {
  it('come newest first, page by page, however far they lie apart', async () => {
    const minutes = [0, 5, 59, 60, 61, 700, 701, 40_000, 5_000_000];
    const store = await feedOf(minutes.toReversed());
    const found: number[] = [];
    let before: string | undefined;
    let pages = 0;
    do {
      const page = await newestChanges(store, campaign, { before, limit: 2, now });
      found.push(...page.changes.map(({ at }) => (now.getTime() - Date.parse(at)) / 60_000));
      before = page.next;
      pages += 1;
    } while (before !== undefined);
    expect(found).toEqual(minutes);
    expect(pages).toBe(5);
  });

  it('of a campaign without any are none, and a place that is none is taken for the end', async () => {
    expect(await newestChanges(memoryStore(), campaign, { limit: 5 })).toEqual({
      changes: [],
      next: undefined,
    });
    const store = await feedOf([1, 2]);
    const { changes } = await newestChanges(store, campaign, { before: '~', limit: 5, now });
    expect(changes.map(({ sequence }) => sequence)).toEqual([0, 1]);
  });
});
