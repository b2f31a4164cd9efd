import { describe, expect, inject, it } from 'vitest';
import { PlusctError } from '../../domain/errors.js';
import { getContent, putContent } from '../../storage/content.js';
import { publish } from '../../storage/json.js';
import { memoryStore } from '../../storage/memory.js';
import type { ObjectStore } from '../../storage/object-store.js';
import { s3Store } from '../../storage/s3.js';
import { readConfig } from '../../workers/config.js';

const bytes = (text: string) => new TextEncoder().encode(text);
const text = (content: Uint8Array | undefined) => content && new TextDecoder().decode(content);

async function all(keys: AsyncIterable<string>): Promise<string[]> {
  const found: string[] = [];
  for await (const key of keys) found.push(key);
  return found;
}

const stores: [string, () => ObjectStore][] = [
  ['in memory', memoryStore],
  ['in S3', () => s3Store(readConfig(inject('servers')).s3)],
];

describe.each(stores)('an object store %s', (_name, open) => {
  const root = `test/${process.pid}/`;

  it('gives back what was put, and undefined for what was not', async () => {
    const store = open();
    await store.put(`${root}a`, bytes('one'));
    expect(text(await store.get(`${root}a`))).toBe('one');
    expect(await store.get(`${root}none`)).toBeUndefined();
    expect([await store.has(`${root}a`), await store.has(`${root}none`)]).toEqual([true, false]);
  });

  it('lets one of racing writers win a put-if-absent', async () => {
    const store = open();
    const key = `${root}race`;
    const won = await Promise.all(
      Array.from({ length: 12 }, (_, n) => store.putIfAbsent(key, bytes(`${n}`))),
    );
    expect(won.filter(Boolean)).toHaveLength(1);
    expect(text(await store.get(key))).toBe(String(won.indexOf(true)));
  });

  it('lists keys below a prefix in order, and its subfolders', async () => {
    const store = open();
    for (const key of ['l/b/2', 'l/b/1', 'l/a/x/y', 'l/file']) await store.put(`${root}${key}`, bytes(key));
    expect(await all(store.list(`${root}l/b/`))).toEqual([`${root}l/b/1`, `${root}l/b/2`]);
    expect(await all(store.list(`${root}l/b/`, `${root}l/b/1`))).toEqual([`${root}l/b/2`]);
    expect(await all(store.list(`${root}l/b/`, `${root}l/b/1z`))).toEqual([`${root}l/b/2`]);
    expect((await store.folders(`${root}l/`)).sort()).toEqual(['a', 'b']);
    expect(await store.folders(`${root}nothing/`)).toEqual([]);
  });

  it('lists more keys than one page of an S3 answer holds', async () => {
    const store = open();
    const names = Array.from({ length: 1050 }, (_, n) => `${root}many/${String(n).padStart(4, '0')}`);
    for (let from = 0; from < names.length; from += 50) {
      await Promise.all(names.slice(from, from + 50).map((name) => store.put(name, bytes('x'))));
    }
    expect(await all(store.list(`${root}many/`))).toEqual(names);
  }, 60_000);

  it('takes the same bytes twice and refuses others under the same key', async () => {
    const store = open();
    await publish(store, `${root}once`, bytes('first'));
    await publish(store, `${root}once`, bytes('first'));
    const other = publish(store, `${root}once`, bytes('second'));
    await expect(other).rejects.toMatchObject({ kind: 'ConflictingResult', permanent: true });
    expect(text(await store.get(`${root}once`))).toBe('first');
  });

  it('checks content against the hash by which it was named', async () => {
    const store = open();
    const ref = await putContent(store, bytes('voxels'));
    expect(text(await getContent(store, ref))).toBe('voxels');
    await store.put(ref.key, bytes('rotten'));
    await expect(getContent(store, ref)).rejects.toMatchObject({ kind: 'CorruptVolume' });
    await store.put(ref.key, bytes('voxels'));
    await expect(getContent(store, { ...ref, key: 'a/../b' })).rejects.toMatchObject({
      kind: 'InvalidInput',
    });
  });
});

describe('an object store in S3', () => {
  it('calls a server that is away a passing failure that names bucket and key', async () => {
    const settings = { ...readConfig(inject('servers')).s3, endpoint: 'http://127.0.0.1:9' };
    const failure = await s3Store(settings)
      .get('v1/x')
      .catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(PlusctError);
    expect(failure).toMatchObject({ kind: 'StoreUnavailable', permanent: false });
    expect((failure as Error).message).toContain('[bucket=plusct, key=v1/x]');
  });
});
