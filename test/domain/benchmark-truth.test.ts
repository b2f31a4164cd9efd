import { describe, expect, it } from 'vitest';
import { truthRemark } from '../../domain/benchmark-truth.js';
import type { LabelOrigin } from '../../domain/label-version.js';
import type { Organ } from '../../domain/organ.js';

const label = (organ: Organ, origin: LabelOrigin) => ({
  organ,
  origin,
  version: `${origin}-0123456789ab`,
  voxelSha256: 'a'.repeat(64),
});
const cases = [
  { plusLabels: [label('liver', 'source'), label('spleen', 'model')] },
  { plusLabels: [label('liver', 'human'), label('spleen', 'human'), label('kidney', 'model')] },
];

describe('the truth of a benchmark', () => {
  it('is said to hold a model’s own masks, counted among the organs that are tested', () => {
    expect(truthRemark(cases, ['liver', 'spleen'])).toMatch(
      /^1 of 4 masks of the truth are what a model proposed/,
    );
    expect(truthRemark(cases, ['kidney'])).toMatch(/^1 of 1 /);
  });

  it('is nothing to remark upon where people or sources made it', () => {
    expect(truthRemark(cases, ['liver'])).toBeUndefined();
    expect(truthRemark([], ['liver'])).toBeUndefined();
  });
});
