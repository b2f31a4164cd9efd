import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { announce, changesSince, cursorAt, type FeedCursor } from '../../storage/change-feed.js';
import { memoryStore } from '../../storage/memory.js';

const start = Date.parse('2026-03-01T09:00:00.000Z');
const iso = (seconds: number) => new Date(start + seconds * 1000).toISOString();
const clock = (seconds: number) => new Date(start + seconds * 1000);
const record = (sequence: number, seconds: number, entity = 'task/lits/volume-0/1') => ({
  campaign: 'c',
  entity,
  sequence,
  at: iso(seconds),
  sha256: 'ab'.repeat(32),
});

describe('the change feed', () => {
  it('tells what came since the cursor, oldest first and each change once', async () => {
    const store = memoryStore();
    await announce(store, record(0, 0), clock(0));
    await announce(store, record(1, 5), clock(5));
    await announce(store, record(0, 5, 'case/lits/volume-1'), clock(5));
    const first = await changesSince(store, 'c', undefined, { now: clock(6) });
    expect(first.changes).toEqual([
      expect.objectContaining({ entity: 'task/lits/volume-0/1', sequence: 0, at: iso(0) }),
      expect.objectContaining({ entity: 'case/lits/volume-1', sequence: 0, at: iso(5) }),
      expect.objectContaining({ entity: 'task/lits/volume-0/1', sequence: 1, at: iso(5) }),
    ]);
    await announce(store, record(2, 7), clock(7));
    const second = await changesSince(store, 'c', first.cursor, { now: clock(8) });
    expect(second.changes).toMatchObject([{ entity: 'task/lits/volume-0/1', sequence: 2, at: iso(7) }]);
    expect((await changesSince(store, 'c', second.cursor, { now: clock(9) })).changes).toEqual([]);
    expect((await changesSince(store, 'other')).changes).toEqual([]);
  });

  it('finds a record that is announced under a time that readers have passed', async () => {
    const store = memoryStore();
    await announce(store, record(1, 100), clock(100));
    const { cursor } = await changesSince(store, 'c', undefined, { now: clock(100) });
    await announce(store, record(0, 50), clock(101));
    const next = await changesSince(store, 'c', cursor, { now: clock(102) });
    expect(next.changes.map((each) => each.sequence)).toEqual([0]);
  });

  it('finds a record that could only be written hours later, once', async () => {
    const store = memoryStore();
    await announce(store, record(1, 7200), clock(7200));
    const { cursor } = await changesSince(store, 'c', undefined, { now: clock(7200) });
    await announce(store, record(0, 10), clock(7205));
    const next = await changesSince(store, 'c', cursor, { now: clock(7206) });
    expect(next.changes.map((each) => [each.sequence, each.at])).toEqual([[0, iso(7205)]]);
    expect((await changesSince(store, 'c', next.cursor, { now: clock(7207) })).changes).toEqual([]);
  });

  it('is not led past others by a writer whose clock runs ahead', async () => {
    const store = memoryStore();
    await announce(store, record(0, 90_000), clock(0));
    const { cursor } = await changesSince(store, 'c', undefined, { now: clock(1) });
    await announce(store, record(1, 2), clock(2));
    const next = await changesSince(store, 'c', cursor, { now: clock(3) });
    expect(next.changes.map((each) => each.sequence)).toEqual([1]);
  });

  it('begins now when it is asked to', async () => {
    const store = memoryStore();
    await announce(store, record(0, 0), clock(0));
    await announce(store, record(1, 1000), clock(1000));
    const { changes } = await changesSince(store, 'c', cursorAt(clock(990)), { now: clock(1000) });
    expect(changes.map((each) => each.sequence)).toEqual([1]);
  });

  it('reports every record exactly once, however late they come and however readings are cut', async () => {
    const writes = fc.array(
      fc.record({ at: fc.nat(3600), late: fc.nat(55), entity: fc.constantFrom('task/a/b/1', 'case/a/b') }),
      { maxLength: 40 },
    );
    await fc.assert(
      fc.asyncProperty(writes, fc.integer({ min: 1, max: 5 }), async (all, limit) => {
        const store = memoryStore();
        const seen: string[] = [];
        let cursor: FeedCursor | undefined;
        const read = async (now: Date) => {
          for (;;) {
            const next = await changesSince(store, 'c', cursor, { limit, now });
            cursor = JSON.parse(JSON.stringify(next.cursor)) as FeedCursor;
            seen.push(...next.changes.map((each) => `${each.entity}#${each.sequence}`));
            if (next.changes.length < limit) return;
          }
        };
        const ordered = all.map((each, sequence) => ({ ...each, sequence }));
        ordered.sort((a, b) => a.at + a.late - (b.at + b.late));
        for (const { at, late, entity, sequence } of ordered) {
          await announce(store, record(sequence, at, entity), clock(at + late));
          await read(clock(at + late));
        }
        expect(seen.sort()).toEqual(ordered.map((each) => `${each.entity}#${each.sequence}`).sort());
      }),
      { numRuns: 200 },
    );
  });
});
