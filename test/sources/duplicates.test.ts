import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../imaging/random.js';
import { exactDuplicates, provesCrop } from '../../sources/duplicates.js';
import { volumeOf } from './made-cases.js';

type Size = [number, number, number];

function noise(size: Size, seed: string) {
  const random = seededRandom(seed);
  return volumeOf(
    Int16Array.from({ length: size[0] * size[1] * size[2] }, () => Math.floor(400 * random())),
    size,
  );
}

/** The part of a volume from `from` on, `size` long; what lies outside is `padding`. */
function cut(volume: ReturnType<typeof volumeOf>, from: Size, size: Size, padding = -1024) {
  const [n1, n2, n3] = volume.geometry.shape;
  const hu = new Int16Array(size[0] * size[1] * size[2]).fill(padding);
  let at = 0;
  for (let k = from[2]; k < from[2] + size[2]; k++) {
    for (let j = from[1]; j < from[1] + size[1]; j++) {
      for (let i = from[0]; i < from[0] + size[0]; i++, at++) {
        if (i >= 0 && j >= 0 && k >= 0 && i < n1 && j < n2 && k < n3)
          hu[at] = volume.hu[i + n1 * (j + n2 * k)];
      }
    }
  }
  return volumeOf(hu, size);
}

describe('exact duplicates', () => {
  it('are all but the first with the same voxels, in the order given', () => {
    const named = (caseId: string, voxelSha256?: string) => ({
      collection: 'lits',
      caseId,
      ...(voxelSha256 === undefined ? {} : { voxelSha256 }),
    });
    const found = exactDuplicates([
      named('b', 'x'),
      named('a', 'x'),
      named('c', 'y'),
      named('d'),
      named('e'),
      named('f', 'x'),
    ]);
    expect(found.map(({ duplicate, original }) => [duplicate.caseId, original.caseId])).toEqual([
      ['a', 'b'],
      ['f', 'b'],
    ]);
    expect(found[0].finding).toMatchObject({ code: 'DUPLICATE_EXACT', severity: 'exclude', where: 'lits/a' });
    expect(found[0].finding.message).toContain('lits/b');
  });
});

describe('the proof that a scan was cropped out of another', () => {
  const whole = noise([40, 30, 20], 'whole');

  it('names the offset and the voxels that both hold', () => {
    expect(provesCrop(cut(whole, [3, 2, 5], [36, 25, 12]), whole)).toEqual({
      offset: [3, 2, 5],
      overlapVoxels: 36 * 25 * 12,
      equalFraction: 1,
    });
  });

  it('holds for every crop that is large enough', () => {
    const span = (most: number) => fc.integer({ min: 0, max: most });
    fc.assert(
      fc.property(span(8), span(8), span(8), (i, j, k) => {
        const crop = cut(whole, [i, j, k], [32, 22, 12]);
        expect(provesCrop(crop, whole)).toMatchObject({ offset: [i, j, k], equalFraction: 1 });
      }),
      { numRuns: 30 },
    );
  });

  it('holds when each scan reaches further than the other, and through some changed voxels', () => {
    const shifted = cut(whole, [0, -3, -4], [40, 30, 20]);
    shifted.hu[40 * 30 * 10] += 1;
    const proof = provesCrop(shifted, whole);
    expect(proof?.offset).toEqual([0, -3, -4]);
    expect(proof?.overlapVoxels).toBe(40 * 27 * 16);
    expect(proof?.equalFraction).toBeGreaterThan(0.9999);
  });

  it('fails for another patient, too small an overlap, too many changes, and images without any detail', () => {
    expect(provesCrop(noise([30, 20, 10], 'other'), whole)).toBeUndefined();
    expect(provesCrop(cut(whole, [0, 0, -12], [40, 30, 20]), whole)).toBeUndefined();
    const changed = cut(whole, [0, 0, 0], [40, 30, 20]);
    for (let n = 0; n < changed.hu.length; n += 50) changed.hu[n] += 1;
    expect(provesCrop(changed, whole)).toBeUndefined();
    const air = volumeOf(new Int16Array(1000).fill(-1024), [10, 10, 10]);
    expect(provesCrop(air, air)).toBeUndefined();
  });
});
