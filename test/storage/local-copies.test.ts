import { mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ObjectRef } from '../../domain/primitives.js';
import { putContent } from '../../storage/content.js';
import { LocalCopies } from '../../storage/local-copies.js';
import { memoryStore } from '../../storage/memory.js';
import type { ObjectStore } from '../../storage/object-store.js';

let directory: string;
let store: ObjectStore;
let reads: number;
let refs: ObjectRef[];

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'plusct-copies-'));
  const memory = memoryStore();
  reads = 0;
  store = {
    ...memory,
    get: (key) => {
      reads++;
      return memory.get(key);
    },
  };
  refs = [];
  for (const value of [1, 2, 3]) refs.push(await putContent(store, new Uint8Array(100).fill(value)));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const copies = (bytesAtMost = 1000) => new LocalCopies(store, directory, bytesAtMost);

describe('copies on this machine', () => {
  it('are fetched once, also when several ask at once and when a process starts anew', async () => {
    const own = copies();
    await Promise.all([own.get(refs[0]!), own.get(refs[0]!)]);
    expect(await copies().get(refs[0]!)).toEqual(Buffer.alloc(100, 1));
    expect(reads).toBe(1);
    expect(readdirSync(directory)).toEqual([refs[0]!.sha256]);
  });

  it('whose bytes have changed are thrown away and fetched anew', async () => {
    await copies().get(refs[0]!);
    writeFileSync(join(directory, refs[0]!.sha256), 'something else');
    expect((await copies().get(refs[0]!))[0]).toBe(1);
    expect(readFileSync(join(directory, refs[0]!.sha256))).toHaveLength(100);
    expect(reads).toBe(2);
  });

  it('make room: the longest unused go first', async () => {
    const own = copies(250);
    await own.get(refs[0]!);
    await own.get(refs[1]!);
    utimesSync(join(directory, refs[0]!.sha256), 1, 1);
    utimesSync(join(directory, refs[1]!.sha256), 2, 2);
    await own.get(refs[0]!);
    await own.get(refs[2]!);
    expect(readdirSync(directory).sort()).toEqual([refs[0]!.sha256, refs[2]!.sha256].sort());
  });

  it('larger than all the room are not kept, and a folder that cannot be written costs only speed', async () => {
    expect(await copies(50).get(refs[0]!)).toHaveLength(100);
    expect(readdirSync(directory)).toEqual([]);
    writeFileSync(join(directory, 'file'), '');
    const nowhere = new LocalCopies(store, join(directory, 'file', 'deeper'), 1000);
    expect(await nowhere.get(refs[0]!)).toHaveLength(100);
  });

  it('of an object that is not there are an error', async () => {
    const missing = { ...refs[0]!, sha256: 'ab'.repeat(32), key: `v1/objects/sha256/${'ab'.repeat(32)}` };
    await expect(copies().get(missing)).rejects.toMatchObject({ kind: 'InvalidInput' });
  });
});
