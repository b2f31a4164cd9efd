import { describe, expect, it } from 'vitest';
import { compareModels, type FiguresByCase, type RoundFigures } from '../../activities/round-figures.js';
import { type HeldOutCase, Round } from '../../domain/round.js';

const object = { key: 'k', sha256: 'a'.repeat(64), bytes: 1 };

function roundOf(cases: number, more: Partial<HeldOutCase> = {}): Round {
  return Round.parse({
    roundId: '0123456789ab',
    number: 1,
    plan: {
      ...{ campaign: 'first', organs: ['liver'], studentGroups: [['liver']], seed: 1, fineTune: false },
      engine: { name: 'none', version: '1' },
      gate: { margins: { dsc: 0.01, nsd: 0.02 }, minimumCases: 8 },
      reopenBelowDsc: 0.8,
    },
    snapshot: {
      ...{ cases: object, labelled: 1, unlabelled: 0, teachers: {}, standing: {} },
      contractSha256: 'b'.repeat(64),
      heldOut: Array.from({ length: cases }, (_, n) => ({
        ...{ collection: 'lits', caseId: `volume-${n}`, organs: ['liver'], truth: object },
        ...more,
      })),
    },
  });
}

/** Figures of both models, the student's a little better; of the first `failed` cases the student has none. */
function figures(cases: number, failed: number): FiguresByCase {
  return new Map(
    Array.from({ length: cases }, (_, n): [string, RoundFigures] => [
      `lits/volume-${n}`,
      n < failed
        ? { rows: [row('old', 0.9)], silent: [{ modelId: 'new', why: 'out of memory' }] }
        : { rows: [row('old', 0.9), row('new', 0.92)], silent: [] },
    ]),
  );
}

const row = (modelId: string, value: number) => ({
  modelId,
  figures: {
    ...{ organ: 'liver' as const, truthVoxels: 100, predictionVoxels: 100 },
    ...{ dsc: value, nsd: value },
  },
});

const verdict = (round: Round, failed: number) => {
  const known = figures(round.snapshot.heldOut.length, failed);
  return compareModels(round, 'liver', ['new', known], ['old', known]);
};

describe('the gate of a round', () => {
  it('promotes what is better on nearly all held-out cases, and holds where too many have no figures', () => {
    expect(verdict(roundOf(20), 2)).toMatchObject({
      verdict: 'promote',
      remarks: [0, 1].map((n) => `lits/volume-${n} has no figures: new: out of memory`),
    });
    expect(verdict(roundOf(40), 32)).toMatchObject({
      verdict: 'hold',
      reason: expect.stringContaining('32 of 40 held-out cases have no figures'),
    });
  });

  it('counts a case for the models that were heard, whatever became of another one', () => {
    const round = roundOf(20);
    const known = figures(20, 20);
    const alone = compareModels(round, 'liver', ['old', known], ['old', known]);
    expect(alone).toMatchObject({ figures: [{ n: 20 }, { n: 20 }], remarks: [] });
  });

  it('tells how many truths are what a model proposed', () => {
    expect(verdict(roundOf(10, { proposed: ['liver'] }), 0).remarks).toContainEqual(
      expect.stringContaining('10 of 10 truths are what a model proposed'),
    );
    expect(verdict(roundOf(10), 0).remarks).toEqual([]);
  });
});
