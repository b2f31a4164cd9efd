import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { LabelOrigin } from '../../domain/label-version.js';
import { type Organ, organs, organValue } from '../../domain/organ.js';
import { assembleOrgans, extractOrgan, type OrganPart, overlapOrder } from '../../imaging/overlap.js';

const part = (organ: Organ, origin: LabelOrigin, ...voxels: number[]): OrganPart => ({
  organ,
  origin,
  mask: Uint8Array.from(voxels),
});

describe('assembleOrgans', () => {
  it('writes each organ with its own value', () => {
    const { labelMap, contested } = assembleOrgans(
      [
        part('liver', 'source', 1, 0, 0, 0, 0),
        part('kidney', 'model', 0, 1, 0, 0, 0),
        part('spleen', 'human', 0, 0, 1, 0, 0),
        part('pancreas', 'model', 0, 0, 0, 1, 0),
      ],
      5,
    );
    expect([...labelMap]).toEqual([1, 2, 3, 4, 0]);
    expect(contested).toEqual([]);
  });

  it('lets a source mask keep every voxel, a person’s those that no source claims', () => {
    const { labelMap, contested } = assembleOrgans(
      [
        part('pancreas', 'model', 1, 1, 1, 1),
        part('spleen', 'human', 0, 1, 1, 0),
        part('liver', 'source', 0, 0, 1, 0),
      ],
      4,
    );
    expect([...labelMap]).toEqual([4, 3, 1, 4]);
    expect(contested).toEqual([
      { winner: 'liver', loser: 'spleen', voxels: 1 },
      { winner: 'liver', loser: 'pancreas', voxels: 1 },
      { winner: 'spleen', loser: 'pancreas', voxels: 1 },
    ]);
  });

  it('lets the smaller organ keep the voxel among equals: pancreas, spleen, kidney, liver', () => {
    expect(overlapOrder).toEqual(['pancreas', 'spleen', 'kidney', 'liver']);
    const parts = organs.map((organ) => part(organ, 'model', 1));
    expect([...assembleOrgans(parts, 1).labelMap]).toEqual([organValue.pancreas]);
    expect([...assembleOrgans(parts.slice(0, 3), 1).labelMap]).toEqual([organValue.spleen]);
    expect([...assembleOrgans(parts.slice(0, 2), 1).labelMap]).toEqual([organValue.kidney]);
  });

  it('refuses an organ that comes twice and a mask of another grid', () => {
    expect(() => assembleOrgans([part('liver', 'source', 1), part('liver', 'model', 1)], 1)).toThrow(
      /the liver comes twice/,
    );
    expect(() => assembleOrgans([part('liver', 'source', 1)], 2)).toThrow(/has 1 voxels, the case has 2/);
  });

  it('does not depend on the order of the parts, keeps sources whole and counts every lost claim', () => {
    const masks = fc.array(fc.array(fc.nat(1), { minLength: 9, maxLength: 9 }), {
      minLength: 4,
      maxLength: 4,
    });
    const origins = fc.shuffledSubarray<LabelOrigin>(['source', 'human', 'model', 'model'], { minLength: 4 });
    fc.assert(
      fc.property(masks, origins, (voxels, from) => {
        const parts = organs.map((organ, n) => part(organ, from[n], ...voxels[n]));
        const forward = assembleOrgans(parts, 9);
        expect(assembleOrgans([...parts].reverse(), 9)).toEqual(forward);
        const source = parts.find(({ origin }) => origin === 'source');
        expect(extractOrgan(forward.labelMap, source?.organ ?? 'liver')).toEqual(source?.mask);
        for (let v = 0; v < 9; v++) {
          const claimed = parts.some(({ mask }) => mask[v] === 1);
          expect(forward.labelMap[v] !== 0).toBe(claimed);
        }
      }),
    );
  });
});

describe('extractOrgan', () => {
  it('is a mask of 0 and 1', () => {
    expect([...extractOrgan(Uint8Array.of(0, 4, 1, 4, 3), 'pancreas')]).toEqual([0, 1, 0, 1, 0]);
  });
});
