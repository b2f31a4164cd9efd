import { beforeEach, describe, expect, it } from 'vitest';
import { verifyAudit } from '../../activities/audit-verify.js';
import { auditKey, auditPrefix, checkpointKey, feedPrefix, labelKey, objectKey } from '../../domain/keys.js';
import { writeCheckpoint } from '../../storage/checkpoints.js';
import { memoryStore } from '../../storage/memory.js';
import type { ObjectStore } from '../../storage/object-store.js';
import { campaign, TaskDesk as Desk, type TaskDesk, wholeTask } from './recorded-tasks.js';

/** A memory store in which objects can be lost. */
interface Damaged extends ObjectStore {
  lose(key: string): void;
}

function damagedStore(): Damaged {
  const inner = memoryStore();
  const lost = new Set<string>();
  return {
    ...inner,
    lose: (key) => void lost.add(key),
    get: async (key) => (lost.has(key) ? undefined : inner.get(key)),
    has: async (key) => !lost.has(key) && inner.has(key),
    list: async function* (prefix, after) {
      for await (const key of inner.list(prefix, after)) if (!lost.has(key)) yield key;
    },
  };
}

let store: Damaged;
let one: TaskDesk;
let clock: { ms: number };

beforeEach(async () => {
  store = damagedStore();
  clock = { ms: Date.now() - 10 * 3_600_000 };
  one = await wholeTask(store, 'volume-0', clock);
  const other = await Desk.open(store, 'volume-1', clock);
  await other.ask('claim', 'ben');
});

const verify = (anchor?: string) => verifyAudit({ store, campaign, anchor });
const sentences = async () => (await verify()).faults.map((each) => each.sentence);
const recordKey = (sequence: number) => auditKey(campaign, one.entity, sequence);

async function edit(key: string, change: (text: string) => string): Promise<void> {
  const text = Buffer.from((await store.get(key))!).toString('utf8');
  const changed = change(text);
  expect(changed).not.toBe(text);
  await store.put(key, Buffer.from(changed));
}

async function swap(a: string, b: string): Promise<void> {
  const [x, y] = [(await store.get(a))!, (await store.get(b))!];
  await store.put(a, y);
  await store.put(b, x);
}

async function loseAll(prefix: string, holds = ''): Promise<void> {
  const keys: string[] = [];
  for await (const key of store.list(prefix)) if (key.includes(holds)) keys.push(key);
  expect(keys.length).toBeGreaterThan(0);
  for (const key of keys) store.lose(key);
}

describe('verification of an audit', () => {
  it('finds an untouched campaign whole, and works every state out again', async () => {
    const verdict = await verify();
    expect(verdict.faults).toEqual([]);
    expect(verdict).toMatchObject({ entities: 2, records: 13, proved: 13, believed: 0 });
    // Four masks each, two corrections, their versions, two uploads.
    expect(verdict.objects).toBeGreaterThan(12);
  });

  it.each([0, 3, 7, 10])('names record %i when any one byte of it was flipped', async (sequence) => {
    const bytes = (await store.get(recordKey(sequence)))!;
    for (const at of [5, 40, Math.floor(bytes.length / 3), Math.floor(bytes.length / 2), bytes.length - 3]) {
      const flipped = bytes.slice();
      flipped[at] = flipped[at]! ^ 1;
      await store.put(recordKey(sequence), flipped);
      const { faults } = await verify();
      expect(faults.map((each) => each.key)).toContain(recordKey(sequence));
      expect(faults[0]!.sentence).toMatch(new RegExp(`[Rr]ecord ${sequence} of ${one.entity}`));
      expect(faults).toHaveLength(1);
    }
  });

  it('names the changed record also without feed and checkpoints, by replay', async () => {
    await loseAll(feedPrefix(campaign));
    await edit(recordKey(10), (text) => text.replace('"phase": "verified"', '"phase": "certified"'));
    expect(await sentences()).toEqual([
      `Record 10 of ${one.entity} has another task.phase than verify by david leads to`,
    ]);
  });

  it('is not misled by a forger who closes the chain again and rewrites the feed: the rules speak', async () => {
    await loseAll(feedPrefix(campaign));
    // The junior approves their own work.
    await edit(recordKey(10), (text) => text.replaceAll('david', 'anna'));
    const [said] = await sentences();
    expect(said).toContain(
      `Record 10 of ${one.entity} says that verify was done; by the rules it is refused`,
    );
  });

  it('names a record that was dropped: in the middle, the newest, a whole task', async () => {
    store.lose(recordKey(4));
    expect(await sentences()).toEqual([expect.stringContaining(`Record 4 of ${one.entity} is missing`)]);
    store.lose(recordKey(10));
    expect(await sentences()).toEqual([
      expect.stringContaining(`Record 4 of ${one.entity} is missing`),
      expect.stringContaining(`Record 10 of ${one.entity} is missing`),
    ]);
    await loseAll(`${auditPrefix(campaign)}${one.entity}/`);
    expect(await sentences()).toEqual([
      `All 11 records of ${one.entity} are missing: the change feed knows them`,
    ]);
  });

  it('names both records that were swapped, in one task and between two', async () => {
    await swap(recordKey(2), recordKey(5));
    expect((await verify()).faults.map(({ kind, key }) => [kind, key])).toEqual([
      ['reordered', recordKey(2)],
      ['reordered', recordKey(5)],
    ]);
    await swap(recordKey(2), recordKey(5));
    const elsewhere = auditKey(campaign, 'task/lits/volume-1/1', 1);
    await swap(recordKey(2), elsewhere);
    expect(await sentences()).toEqual([
      `In the place of Record 2 of ${one.entity} lies record 1 of task/lits/volume-1/1`,
      `In the place of Record 1 of task/lits/volume-1/1 lies record 2 of ${one.entity}`,
    ]);
  });

  it('names a label version that was edited, a mask that was changed and an upload that is gone', async () => {
    const { label } = one.state.organs.spleen;
    const key = labelKey(one.mini.at, 'spleen', label!.version);
    await edit(key, (text) => text.replace('"author": "anna"', '"author": "eve"'));
    expect(await sentences()).toEqual([
      `Label version ${label!.version} of the spleen of lits/volume-0 was changed: it does not have the hash in its name`,
    ]);
    await edit(key, (text) => text.replace('"author": "eve"', '"author": "anna"'));
    const version = JSON.parse(Buffer.from((await store.get(key))!).toString()) as {
      mask: { sha256: string };
    };
    await store.put(objectKey(version.mask.sha256), Buffer.from('no mask'));
    expect((await verify()).faults).toMatchObject([{ kind: 'changed', key: objectKey(version.mask.sha256) }]);
  });

  it('names a record that somebody put in, and an object that is no record', async () => {
    const last = JSON.parse(Buffer.from((await store.get(recordKey(10)))!).toString());
    await store.put(recordKey(11), Buffer.from(JSON.stringify({ ...last, sequence: 11 })));
    await store.put(`${auditPrefix(campaign)}note.txt`, Buffer.from('hello'));
    const { faults } = await verify();
    expect(faults.map(({ kind, key }) => [kind, key])).toEqual([
      ['foreign', `${auditPrefix(campaign)}note.txt`],
      ['changed', recordKey(11)],
    ]);
  });

  it('holds checkpoints against the records, when the feed was cleaned too', async () => {
    const by = { actor: 'olga', reason: 'before the release', at: new Date() };
    const first = await writeCheckpoint(store, campaign, by);
    const second = await writeCheckpoint(store, campaign, by);
    expect(second.checkpoint).toMatchObject({ number: 2, entities: 3, previousSha256: first.sha256 });
    expect(await verify(second.sha256)).toMatchObject({ checkpoints: 2, faults: [] });
    expect((await verify('ab'.repeat(32))).faults).toMatchObject([{ kind: 'missing', key: 'ab'.repeat(32) }]);

    await loseAll(feedPrefix(campaign), 'volume-0');
    await loseAll(`${auditPrefix(campaign)}${one.entity}/`);
    expect(await sentences()).toEqual([
      expect.stringContaining(`All 1 records of ${one.entity} are missing: checkpoint 1 knows them`),
    ]);
  });

  it('names a checkpoint that was changed or taken away, the newest too', async () => {
    const by = { actor: 'olga', reason: 'weekly', at: new Date() };
    for (let n = 0; n < 3; n += 1) await writeCheckpoint(store, campaign, by);
    await edit(checkpointKey(campaign, 2), (text) => text.replace('weekly', 'yearly'));
    expect((await verify()).faults.map((each) => each.sentence)).toEqual([
      'Checkpoint 3 does not continue checkpoint 2: one of the two was changed',
      'Checkpoint 2 was changed: it does not have the hash that its record names',
    ]);
    await edit(checkpointKey(campaign, 2), (text) => text.replace('yearly', 'weekly'));
    store.lose(checkpointKey(campaign, 3));
    expect(await sentences()).toEqual(['Checkpoint 3 is missing: record 2 of checkpoint names it']);
  });
});
