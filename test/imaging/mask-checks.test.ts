import { describe, expect, it } from 'vitest';
import type { LabelOrigin } from '../../domain/label-version.js';
import { type Organ, organs, organValue } from '../../domain/organ.js';
import { geometryFromAffine } from '../../imaging/geometry.js';
import { checkMask, type MaskCheck } from '../../imaging/mask-checks.js';
import { robustScore } from '../../imaging/robust-score.js';

/** 60 × 50 × 40 voxels of 5 mm; i grows to the right. */
const shape = [60, 50, 40] as const;
const geometry = geometryFromAffine(
  shape,
  [
    [5, 0, 0, -150],
    [0, 5, 0, -125],
    [0, 0, 5, -100],
  ],
  'sform',
);
type Ball = readonly [organ: Organ, centre: readonly [number, number, number], radius: number];
const trunk: readonly Ball[] = [
  ['liver', [42, 28, 26], 9],
  ['kidney', [38, 14, 15], 5],
  ['kidney', [20, 14, 15], 5],
  ['spleen', [14, 20, 26], 5],
  ['pancreas', [28, 32, 18], 4],
];

function painted(balls: readonly Ball[]): Uint8Array {
  const values = new Uint8Array(shape[0] * shape[1] * shape[2]);
  for (const [organ, [ci, cj, ck], radius] of balls) {
    for (let n = 0; n < values.length; n++) {
      const [i, j, k] = placeOf(n);
      if ((i - ci) ** 2 + (j - cj) ** 2 + (k - ck) ** 2 <= radius ** 2) values[n] = organValue[organ];
    }
  }
  return values;
}

function placeOf(n: number): [number, number, number] {
  return [n % 60, Math.floor(n / 60) % 50, Math.floor(n / 3000)];
}

function at(i: number, j: number, k: number): number {
  return i + 60 * (j + 50 * k);
}

const current = painted(trunk);
const origins: Record<Organ, LabelOrigin> = {
  liver: 'source',
  kidney: 'model',
  spleen: 'model',
  pancreas: 'model',
};

function check(submitted: Uint8Array, more: Partial<MaskCheck> = {}) {
  return checkMask({ submitted, current, origins, geometry, absent: [], acceptedMl: {}, ...more });
}

const codes = (submitted: Uint8Array, more: Partial<MaskCheck> = {}) =>
  check(submitted, more).findings.map(({ code, field }) => [code, field]);

/** The current labels changed by hand. */
function edited(change: (values: Uint8Array) => void): Uint8Array {
  const values = current.slice();
  change(values);
  return values;
}

/** Every voxel fetched from elsewhere. */
function fetched(from: (i: number, j: number, k: number) => number): Uint8Array {
  return current.map((_, n) => current[from(...placeOf(n))] ?? 0);
}

describe('a submitted mask', () => {
  it('that is as it was, or a little corrected, has no finding', () => {
    expect(check(current)).toEqual({ findings: [], changedVoxels: {} });
    const corrected = edited((values) => values.fill(3, at(14, 20, 31), at(17, 20, 31)));
    const { findings, changedVoxels } = check(corrected);
    expect(findings).toEqual([]);
    expect(Object.keys(changedVoxels)).toEqual(['spleen']);
  });

  it('does not count what was painted over a source label as changed: that is given back', () => {
    const over = edited((values) => values.fill(0, at(42, 28, 26), at(46, 28, 26)));
    expect(check(over).changedVoxels).toEqual({});
  });

  it('is refused when its voxels are mirrored, transposed or shifted under the right header', () => {
    expect(codes(fetched((i, j, k) => at(59 - i, j, k)))).toEqual([['SUBMISSION_MOVED', 'voxels']]);
    const [flipped] = check(fetched((i, j, k) => at(i, 49 - j, 39 - k))).findings;
    expect(flipped).toMatchObject({ value: 'flipped', severity: 'reject' });
    expect(flipped!.message).toContain('flipped along j and k');
    const [shifted] = check(fetched((i, j, k) => at(i - 2, j, k))).findings;
    expect(shifted).toMatchObject({ code: 'SUBMISSION_MOVED', value: 'shifted' });
    expect(shifted!.message).toContain('shifted by (2, 0, 0) voxels');
  });

  it('is refused when two organs have changed values, or a source label has another one', () => {
    const swapped = current.map((value) => [0, 1, 2, 4, 3][value]!);
    expect(codes(swapped)).toEqual([['SUBMISSION_RELABELLED', 'values']]);
    const merged = current.map((value) => (value === 1 ? 2 : value));
    expect(codes(merged)).toEqual([['SUBMISSION_RELABELLED', 'values']]);
  });

  it('may give one organ that a model mistook its own name', () => {
    const mistaken = current.map((value) => (value === 3 ? 4 : value === 4 ? 0 : value));
    const found = checkMask({
      submitted: current,
      current: mistaken,
      origins,
      geometry,
      absent: [],
      acceptedMl: {},
    });
    expect(found.findings).toEqual([]);
  });

  it('is flagged for an organ without a voxel, unless somebody attested that it is absent', () => {
    const without = edited((values) => values.set(values.map((value) => (value === 3 ? 0 : value))));
    expect(codes(without)).toEqual([['SUBMISSION_EMPTY', 'spleen']]);
    expect(codes(without, { absent: ['spleen'] })).toEqual([]);
  });

  it('is flagged for loose pieces and for holes', () => {
    const loose = edited((values) => values.fill(4, at(2, 2, 2), at(12, 2, 2)));
    expect(codes(loose)).toEqual([['SUBMISSION_PIECES', 'pancreas']]);
    const hollow = edited((values) => values.fill(0, at(11, 20, 26), at(18, 20, 26)));
    expect(codes(hollow)).toEqual([['SUBMISSION_HOLES', 'spleen']]);
  });

  it('is flagged for kidney on one side only, and names the side that has none', () => {
    const single = painted(trunk.filter((_, n) => n !== 1));
    const [finding, ...others] = check(single).findings;
    expect(others).toEqual([]);
    expect(finding).toMatchObject({ code: 'SUBMISSION_SIDE', field: 'kidney', value: 'right' });
    const left = painted(trunk.filter((_, n) => n !== 2));
    expect(check(left).findings[0]).toMatchObject({ value: 'left' });
  });

  it('is flagged for organs that lie to each other as in a mirror', () => {
    const mirrored = fetched((i, j, k) => at(59 - i, j, k));
    const found = check(mirrored, { current: mirrored });
    expect(found.findings).toMatchObject([{ code: 'SUBMISSION_SIDE', field: 'left-right' }]);
  });

  it('is flagged for changes in organs that a return did not name', () => {
    const both = edited((values) => {
      values.fill(3, at(14, 20, 31), at(17, 20, 31));
      values.fill(4, at(28, 32, 22), at(30, 32, 22));
    });
    expect(codes(both, { askedFor: ['spleen'] })).toEqual([['SUBMISSION_ELSEWHERE', 'pancreas']]);
    expect(codes(both, { askedFor: ['spleen', 'pancreas'] })).toEqual([]);
  });

  it('is flagged for a volume far from those accepted, once there are ten', () => {
    const spleen = Array.from({ length: 12 }, (_, n) => 300 + 10 * n);
    expect(codes(current, { acceptedMl: { spleen } })).toEqual([['SUBMISSION_VOLUME', 'spleen']]);
    expect(codes(current, { acceptedMl: { spleen: spleen.slice(0, 9) } })).toEqual([]);
    const near = spleen.map((ml) => ml / 5.5);
    expect(codes(current, { acceptedMl: { spleen: near } })).toEqual([]);
    expect(organs.length).toBe(4);
  });
});

describe('the robust score', () => {
  it('is the distance from the median in spreads of the logarithms', () => {
    // Logarithms −5 … 5 without 0: median 0, MAD 3.
    const others = [-5, -4, -3, -2, -1, 1, 2, 3, 4, 5].map((log) => Math.exp(log));
    expect(robustScore(Math.exp(1.4826 * 3), others)).toBeCloseTo(1, 10);
    expect(robustScore(Math.exp(-2 * 1.4826 * 3), others)).toBeCloseTo(-2, 10);
  });

  it('is none with nine others, or without a volume', () => {
    expect(robustScore(1, [1, 2, 3, 4, 5, 6, 7, 8, 9])).toBeUndefined();
    expect(robustScore(0, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10])).toBeUndefined();
  });
});
