import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { firstDifference } from '../../domain/first-difference.js';
import { namedObjects } from '../../domain/named-objects.js';
import { appendAudit } from '../../storage/audit-log.js';
import { headsOf, rootOf, writeCheckpoint } from '../../storage/checkpoints.js';
import { memoryStore } from '../../storage/memory.js';
import { merkleRoot } from '../../storage/merkle.js';

const hash = (...parts: (Buffer | number)[]): Buffer =>
  createHash('sha256')
    .update(Buffer.concat(parts.map((part) => (typeof part === 'number' ? Buffer.of(part) : part))))
    .digest();

/** The definition of RFC 6962, section 2.1, word for word. */
function treeHash(leaves: readonly string[]): Buffer {
  if (leaves.length === 0) return hash();
  if (leaves.length === 1) return hash(0, Buffer.from(leaves[0]!));
  let split = 1;
  while (split * 2 < leaves.length) split *= 2;
  return hash(1, treeHash(leaves.slice(0, split)), treeHash(leaves.slice(split)));
}

describe('the Merkle root', () => {
  it('is that of RFC 6962 for lists of every length', () => {
    for (let length = 0; length < 40; length += 1) {
      const leaves = Array.from({ length }, (_, n) => `leaf ${n * n}`);
      expect(merkleRoot(leaves)).toBe(treeHash(leaves).toString('hex'));
    }
  });
});

describe('checkpoints', () => {
  const by = { actor: 'olga', reason: 'weekly', at: new Date('2026-03-01T00:00:00Z') };
  const entry = (entity: string) => ({
    campaign: 'c',
    entity,
    sequence: 0,
    at: '2026-03-01T00:00:00.000Z',
    actor: 'plusct',
    role: 'system',
    simulated: false,
    action: 'ingested',
    outcome: 'done' as const,
    labelsBefore: {},
    labelsAfter: {},
  });

  it('hold the newest record of every entity, and continue each other also when several write', async () => {
    const store = memoryStore();
    for (const entity of ['case/lits/volume-1', 'case/lits/volume-0'])
      await appendAudit(store, entry(entity));
    const written = await Promise.all([1, 2, 3, 4].map(() => writeCheckpoint(store, 'c', by)));
    written.sort((a, b) => a.checkpoint.number - b.checkpoint.number);
    expect(written.map((each) => each.checkpoint.number)).toEqual([1, 2, 3, 4]);
    for (const [n, { checkpoint }] of written.entries()) {
      expect(checkpoint.previousSha256).toBe(n === 0 ? '0'.repeat(64) : written[n - 1]!.sha256);
      const heads = await headsOf(store, checkpoint);
      expect(rootOf(heads)).toBe(checkpoint.root);
      expect(heads.map((head) => head.entity)).toEqual(
        expect.arrayContaining(['case/lits/volume-0', 'case/lits/volume-1']),
      );
    }
  });
});

describe('what verification compares with', () => {
  it('finds the first field that differs, whatever the order of fields', () => {
    expect(firstDifference({ a: 1, b: { c: [1, 2] } }, { b: { c: [1, 2] }, a: 1 })).toBeUndefined();
    expect(firstDifference({ a: 1, b: { c: [1, 2] } }, { a: 1, b: { c: [1, 3] } })).toBe('b.c.1');
    expect(firstDifference({ a: 1 }, { a: 1, b: undefined })).toBeUndefined();
    expect(firstDifference({ a: [] }, { a: {} })).toBe('a');
    expect(firstDifference(1, 2)).toBe('value');
  });

  it('finds content and label versions wherever a record names them', () => {
    const sha256 = 'ab'.repeat(32);
    const label = {
      organ: 'spleen',
      version: 'human-1',
      origin: 'human',
      author: 'anna',
      voxelSha256: sha256,
      voxels: 3,
    };
    const { contents, labels } = namedObjects({
      command: { upload: { key: 'k', sha256, bytes: 3 } },
      details: { keptUpload: `v1/objects/sha256/${'cd'.repeat(32)}` },
      task: { organs: { spleen: { label } }, draft: undefined },
      given: { labels: [label] },
    });
    expect([...contents]).toEqual([sha256, 'cd'.repeat(32)]);
    expect(labels).toEqual([label]);
  });
});
