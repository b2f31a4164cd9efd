import { describe, expect, it } from 'vitest';
import {
  type ErrorParts,
  expectedError,
  type OrganFeatures,
  trainingDistance,
  worstOf,
} from '../../domain/expected-error.js';

const sound = { stray: 0, holes: 0, uneven: 0, misplaced: 0 };
const doubt = (disagreement: number, selfLoss = 0.05) => ({ boundaryEntropy: 0.5, selfLoss, disagreement });
const parts = (about: Partial<ErrorParts> = {}): ErrorParts => ({ anatomy: sound, ...about });

describe('the expected error of a mask', () => {
  it('is about what it was where it was fitted: 0.05 for a disagreement of 0.06, 0.23 for 0.35', () => {
    expect(expectedError(parts({ doubt: doubt(0.06), trainingDistance: 1 }))).toBeCloseTo(0.054, 2);
    expect(expectedError(parts({ doubt: doubt(0.35), trainingDistance: 1 }))).toBeCloseTo(0.224, 2);
  });

  it('grows with disagreement, with distance to training, and never beyond 1', () => {
    const at = (disagreement: number, distance: number) =>
      expectedError(parts({ doubt: doubt(disagreement), trainingDistance: distance }));
    expect(at(0.2, 1)).toBeGreaterThan(at(0.1, 1));
    expect(at(0.1, 3)).toBeGreaterThan(at(0.1, 1));
    expect(at(0.1, 4)).toBe(at(0.1, 400));
    expect(expectedError(parts({ doubt: doubt(1), anatomy: { ...sound, misplaced: 1 } }))).toBe(1);
  });

  it('takes flips for disagreement, and the mean where there are both', () => {
    expect(expectedError(parts({ flip: 0.2 }))).toBe(expectedError(parts({ doubt: doubt(0.2) })));
    expect(expectedError(parts({ flip: 0.3, doubt: doubt(0.1) }))).toBeCloseTo(
      expectedError(parts({ flip: 0.2 })),
      12,
    );
  });

  it('goes by a model’s own expectation where nothing disagrees, and is typical where nothing is known', () => {
    const { disagreement: _, ...alone } = doubt(0, 0.2);
    expect(expectedError(parts({ doubt: alone }))).toBeGreaterThan(
      expectedError(parts({ doubt: { ...alone, selfLoss: 0.05 } })),
    );
    expect(expectedError(parts())).toBeCloseTo(0.07, 2);
  });

  it('is at least what a wrong form costs: stray parts, a lacking kidney, the wrong side', () => {
    const of = (anatomy: Partial<typeof sound>) =>
      expectedError(parts({ doubt: doubt(0.05), anatomy: { ...sound, ...anatomy } }));
    expect(of({ stray: 0.5 })).toBeCloseTo(1 / 3, 10);
    expect(of({ uneven: 1 })).toBeCloseTo(1 / 3, 10);
    expect(of({ uneven: 0.4 })).toBe(of({}));
    expect(of({ misplaced: 0.9 })).toBe(0.9);
  });
});

describe('distance to training', () => {
  const organ = (about: Partial<OrganFeatures> = {}): OrganFeatures => ({
    lnVolumeMl: Math.log(200),
    meanHu: 100,
    sdHu: 20,
    fill: 0.4,
    lnDiagonalMm: Math.log(150),
    ...about,
  });
  const training = [-2, -1, 0, 1, 2].map((n) =>
    organ({ lnVolumeMl: Math.log(200) + 0.2 * n, meanHu: 100 + 10 * n }),
  );

  it('is nothing in the middle, and counts each feature in units of its spread', () => {
    expect(trainingDistance(organ(), training)).toEqual({ distance: 0, volumeZ: 0 });
    const { volumeZ, distance } = trainingDistance(organ({ lnVolumeMl: Math.log(200) - 0.6 }), training)!;
    expect(volumeZ).toBeCloseTo(-0.6 / (1.4826 * 0.2), 10);
    expect(distance).toBeCloseTo(Math.abs(volumeZ) / Math.sqrt(5), 10);
  });

  it('is not moved by one strange training case', () => {
    const far = organ({ meanHu: 250 });
    const spoiled = [...training.slice(1), organ({ meanHu: 5000 })];
    expect(trainingDistance(far, spoiled)!.distance).toBeGreaterThan(
      0.7 * trainingDistance(far, training)!.distance,
    );
  });

  it('does not make strangers of all others when training cases are alike', () => {
    expect(trainingDistance(organ({ meanHu: 104 }), [organ(), organ()])!.distance).toBeLessThan(0.5);
    expect(trainingDistance(organ(), [])).toBeUndefined();
  });
});

describe('a case', () => {
  it('is as bad as its worst organ', () => {
    const organ = (expected: number) => ({ organ: 'liver' as const, version: 'v', expected });
    const about = { collection: 'lits', caseId: 'volume-1', rule: 1 } as const;
    expect(worstOf({ ...about, organs: [organ(0.1), organ(0.4)] })).toBe(0.4);
    expect(worstOf({ ...about, organs: [] })).toBe(0);
  });
});
