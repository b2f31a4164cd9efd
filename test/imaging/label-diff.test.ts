import { describe, expect, it } from 'vitest';
import { diffLabelMaps } from '../../imaging/label-diff.js';

/** 4 × 3 × 2 voxels of 2 × 5 × 10 mm: 0.1 mL each. */
const geometry = { shape: [4, 3, 2], spacingMm: [2, 5, 10] } satisfies Parameters<typeof diffLabelMaps>[2];
/** Liver is voxels 0–5, kidney 12–15. */
const from = Uint8Array.from([1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 2, 2, 2, 2, 0, 0, 0, 0, 0, 0, 0, 0]);
/** Liver lost 0 to background and 5 to kidney, won 6 and 7; kidney won 5 and lost 15. */
const to = Uint8Array.from([0, 1, 1, 1, 1, 2, 1, 1, 0, 0, 0, 0, 2, 2, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0]);

describe('what lies between two label versions', () => {
  it('is counted organ by organ, with what changed hands apart', () => {
    const [liver, kidney] = diffLabelMaps(from, to, geometry);
    expect(liver).toMatchObject({
      organ: 'liver',
      beforeVoxels: 6,
      afterVoxels: 6,
      addedVoxels: 2,
      removedVoxels: 2,
      movedVoxels: 1,
    });
    expect(liver!.addedMl).toBeCloseTo(0.2, 12);
    expect(liver!.movedMl).toBeCloseTo(0.1, 12);
    expect(liver!.dsc).toBeCloseTo((2 * 4) / 12, 12);
    expect(kidney).toMatchObject({ addedVoxels: 1, removedVoxels: 1, movedVoxels: 1 });
    expect(kidney!.dsc).toBeCloseTo((2 * 3) / 8, 12);
  });

  it('is nothing between a version and itself, and has no DSC where both are empty', () => {
    const [liver, , spleen] = diffLabelMaps(from, from, geometry);
    expect(liver).toMatchObject({ addedVoxels: 0, removedVoxels: 0, movedVoxels: 0, dsc: 1, nsd: 1 });
    expect(spleen!.dsc).toEqual({ undefined: 'both masks are empty' });
  });

  it('has a surface distance of 1 within the tolerance and less beyond it', () => {
    const fine = { shape: [8, 1, 1], spacingMm: [1, 1, 1] } satisfies Parameters<typeof diffLabelMaps>[2];
    const bar = Uint8Array.from([0, 1, 1, 1, 0, 0, 0, 0]);
    const longer = Uint8Array.from([0, 1, 1, 1, 1, 0, 0, 0]);
    const far = Uint8Array.from([0, 1, 1, 1, 1, 1, 1, 0]);
    expect(diffLabelMaps(bar, longer, fine)[0]!.nsd).toBe(1);
    expect(diffLabelMaps(bar, far, fine)[0]!.nsd).toBeLessThan(1);
  });

  it('has no millilitres where voxel sides are not known', () => {
    const [liver] = diffLabelMaps(from, to, { ...geometry, spacingUnknown: true });
    expect(liver).not.toHaveProperty('addedMl');
    expect(liver).not.toHaveProperty('nsd');
    expect(liver!.addedVoxels).toBe(2);
  });
});
