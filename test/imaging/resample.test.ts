import { describe, expect, it } from 'vitest';
import { coveringGrid, cropGrid, rasView, resample, viewOfGrid } from '../../imaging/resample.js';

const native = { shape: [4, 1, 1], spacingMm: [1, 1, 1], axisCodes: 'RAS' } as const;
const asGeometry = (shape: number[], spacingMm: number[], axisCodes: string) =>
  ({ shape, spacingMm, axisCodes }) as unknown as Parameters<typeof rasView>[0];
const line = asGeometry([...native.shape], [...native.spacingMm], 'RAS');

describe('a view in patient order', () => {
  it('walks flipped and permuted axes towards right, anterior and superior', () => {
    // Index order S-I first, then A-P, then R-L, all against the patient's: IPL.
    const view = rasView(asGeometry([2, 3, 4], [5, 0.7, 0.8], 'IPL'));
    expect(view.shape).toEqual([4, 3, 2]);
    expect(view.spacingMm).toEqual([0.8, 0.7, 5]);
    expect(view.strides).toEqual([-6, -2, -1]);
    expect(view.offset).toBe(2 * 3 * 4 - 1);
  });

  it('refuses axis codes that do not name every axis once', () => {
    expect(() => rasView(asGeometry([2, 2, 2], [1, 1, 1], 'RLS'))).toThrow('axisCodes is "RLS"');
  });
});

describe('resampling', () => {
  it('changes nothing on the same grid', () => {
    const view = rasView(line);
    const grid = coveringGrid(view, 1);
    expect(grid).toEqual({ shape: [4, 1, 1], spacingMm: 1, originMm: [0, 0, 0] });
    expect([...resample(Int16Array.of(1, -2, 3, 40), view, grid)]).toEqual([1, -2, 3, 40]);
  });

  it('centres a coarser grid and averages all voxels with a tent', () => {
    // Voxels at 0 1 2 3 mm; two target voxels at 0.5 and 2.5 mm, each reaching 2 mm to both sides.
    const view = rasView(line);
    const grid = coveringGrid(view, 2);
    expect(grid).toEqual({ shape: [2, 1, 1], spacingMm: 2, originMm: [0.5, 0, 0] });
    // Weights at distance 0.5 0.5 1.5: 0.75 0.75 0.25 of 1.75.
    const [first, second] = resample(Uint8Array.of(0, 0, 7, 7), view, grid);
    expect(first).toBeCloseTo(1);
    expect(second).toBeCloseTo(6);
  });

  it('interpolates linearly on a finer grid and repeats the border beyond it', () => {
    const grid = { shape: [4, 1, 1], spacingMm: 0.5, originMm: [-0.5, 0, 0] } as const;
    expect([...resample(Int16Array.of(0, 10, 20, 30), rasView(line), grid)]).toEqual([0, 0, 5, 10]);
  });

  it('gives the same values whatever the native order of the axes', () => {
    const ras = asGeometry([2, 3, 2], [1, 1, 1], 'RAS');
    const voxels = Int16Array.from({ length: 12 }, (_, n) => n * n);
    const turned = new Int16Array(12);
    // The same volume with k first, everything reversed.
    for (let k = 0; k < 2; k++)
      for (let j = 0; j < 3; j++)
        for (let i = 0; i < 2; i++) turned[1 - k + 2 * (2 - j + 3 * (1 - i))] = voxels[i + 2 * (j + 3 * k)];
    const [one, other] = [rasView(ras), rasView(asGeometry([2, 3, 2], [1, 1, 1], 'IPL'))];
    const grid = coveringGrid(one, 0.8);
    expect(resample(turned, other, grid)).toEqual(resample(voxels, one, grid));
  });

  it('crops a grid without moving its voxels', () => {
    const grid = { shape: [4, 4, 4], spacingMm: 2, originMm: [1, 1, 1] } as const;
    const cropped = cropGrid(grid, [1, 0, 2], [3, 4, 3]);
    expect(cropped).toEqual({ shape: [2, 4, 1], spacingMm: 2, originMm: [3, 1, 5] });
    expect(viewOfGrid(cropped).strides).toEqual([1, 2, 8]);
  });
});
