import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type GatePair, type GateRule, judgeOrgan } from '../../domain/gate.js';
import type { MetricValue, OrganFigures } from '../../domain/metric.js';
import { metricContract } from '../../domain/metric-preset.js';
import { bootstrapMean } from '../../reports/statistics.js';

const { convention } = metricContract({
  preset: 'abdomenct1k',
  organs: [{ organ: 'spleen', labels: [3] }],
  metrics: ['dsc', 'nsd'],
});
const rule: GateRule = { margins: { dsc: 0.01, nsd: 0.02 }, minimumCases: 5 };
const interval = (values: readonly number[], name: string) => bootstrapMean(values, name, 200);

const figures = (dsc: MetricValue, nsd: MetricValue | undefined, truthVoxels = 100): OrganFigures => ({
  organ: 'spleen',
  toleranceMm: 1,
  dsc,
  ...(nsd === undefined ? {} : { nsd }),
  truthVoxels,
  predictionVoxels: 90,
});
const pairs = (differences: readonly (readonly [number, number])[]): GatePair[] =>
  differences.map(([dsc, nsd], at) => ({
    case: `lits/volume-${at}`,
    candidate: figures(0.5 + dsc, 0.5 + nsd),
    incumbent: figures(0.5, 0.5),
  }));
const judge = (of: readonly GatePair[]) => judgeOrgan(of, rule, convention, interval);
const swapped = (of: readonly GatePair[]): GatePair[] =>
  of.map(({ case: name, candidate, incumbent }) => ({
    case: name,
    candidate: incumbent,
    incumbent: candidate,
  }));
const times = (n: number, dsc: number, nsd: number) => pairs(Array.from({ length: n }, () => [dsc, nsd]));

describe('the gate of an organ', () => {
  it('promotes what is better in both metrics, and says by how much', () => {
    const { verdict, reason, figures: shown } = judge(times(6, 0.03, 0.05));
    expect([verdict, reason]).toEqual(['promote', 'not worse, and DSC +3.0, NSD +5.0 on average']);
    expect(shown[0]).toMatchObject({ metric: 'dsc', n: 6, candidateMean: expect.closeTo(0.53) });
  });

  it('holds an organ that fell while the mean over organs rose, as the pancreas of Table 6', () => {
    const { verdict, reason } = judge(times(50, -0.004, -0.011));
    expect([verdict, reason]).toEqual(['hold', 'no gain: DSC −0.4, NSD −1.1 on average']);
  });

  it('holds what may be worse by the margin in either metric, however much the other gains', () => {
    expect(judge(times(6, 0.2, -0.02)).reason).toBe('NSD may be lower by 2.0, more than 2.0 is not accepted');
    expect(judge(times(6, -0.05, 0.2)).reason).toMatch(/^DSC may be lower by 5.0/);
    const wild = judge(
      pairs([
        [0.3, 0.1],
        [-0.25, 0.1],
        [0.3, 0.1],
        [-0.25, 0.1],
        [0.3, 0.1],
      ]),
    );
    expect(wild).toMatchObject({ verdict: 'hold', reason: expect.stringMatching(/^DSC may be lower/) });
  });

  it('takes a small loss within the margin for a larger gain, each in units of its margin', () => {
    expect(judge(times(6, -0.004, 0.01)).verdict).toBe('promote');
    expect(judge(times(6, -0.006, 0.01)).verdict).toBe('hold');
  });

  it('proves nothing with too few cases', () => {
    expect(judge(times(4, 0.1, 0.1)).reason).toBe('4 held-out cases have DSC, at least 5 are needed');
    expect(judge([])).toMatchObject({ verdict: 'hold', figures: [{ n: 0, interval: null }, { n: 0 }] });
  });

  it('leaves patients without the organ out, and tells what the models see in them', () => {
    const without: GatePair = {
      case: 'lits/volume-219',
      candidate: { ...figures(0, 0, 0), predictionVoxels: 12 },
      incumbent: figures({ undefined: 'both masks are empty' }, { undefined: 'both masks are empty' }, 0),
    };
    const { figures: shown, remarks } = judge([...times(6, 0.03, 0.03), without]);
    expect(shown.map(({ n }) => n)).toEqual([6, 6]);
    expect(remarks).toEqual([
      'lits/volume-219 does not have the organ and is left out; the candidate proposes 12 voxels of it, the incumbent 90',
    ]);
  });

  it('needs NSD of enough cases too: an image of unknown spacing has none', () => {
    const flat = times(6, 0.03, 0.03).map((pair) => ({ ...pair, candidate: figures(0.6, undefined) }));
    expect(judge(flat)).toMatchObject({
      reason: '0 held-out cases have NSD, at least 5 are needed',
      remarks: ['6 of 6 cases have no NSD'],
    });
  });

  it('counts a model that found nothing as 0, in both metrics', () => {
    const blind: OrganFigures = {
      ...figures(0, { undefined: 'the prediction is empty' }),
      predictionVoxels: 0,
    };
    const { figures: shown } = judge(times(6, 0.03, 0.03).map((pair) => ({ ...pair, candidate: blind })));
    expect(shown.map(({ candidateMean, n }) => [candidateMean, n])).toEqual([
      [0, 6],
      [0, 6],
    ]);
  });
});

const difference = fc.double({ min: -0.5, max: 0.5, noNaN: true });
const anyPairs = fc.array(fc.tuple(difference, difference), { minLength: 1, maxLength: 20 }).map(pairs);
const smallPairs = fc
  .array(fc.tuple(fc.double({ min: -0.015, max: 0.015, noNaN: true }), difference), {
    minLength: 5,
    maxLength: 20,
  })
  .map(pairs);

describe('the gate, whatever the figures', () => {
  it('never promotes two models over each other', () => {
    fc.assert(
      fc.property(fc.oneof(anyPairs, smallPairs), (of) => {
        const verdicts = [judge(of).verdict, judge(swapped(of)).verdict];
        expect(verdicts).not.toEqual(['promote', 'promote']);
      }),
    );
  });

  it('holds a model against itself', () => {
    fc.assert(
      fc.property(anyPairs, (of) => {
        const same = of.map((pair) => ({ ...pair, incumbent: pair.candidate }));
        expect(judge(same).verdict).toBe('hold');
      }),
    );
  });

  it('promotes only where both lower bounds lie above the margins and the mean gains', () => {
    fc.assert(
      fc.property(fc.oneof(anyPairs, smallPairs), (of) => {
        const { verdict, figures: shown } = judge(of);
        if (verdict === 'hold') return;
        for (const { metric, interval: bounds, n } of shown) {
          expect(n).toBeGreaterThanOrEqual(rule.minimumCases);
          expect(bounds![0]).toBeGreaterThan(-rule.margins[metric]);
        }
        expect(shown.some((each) => each.difference! > 0)).toBe(true);
      }),
    );
  });

  it('promotes a perfect model over a poor one as soon as there are enough cases', () => {
    fc.assert(
      fc.property(anyPairs, (of) => {
        const far = of.map((pair) => ({ ...pair, candidate: figures(1, 1), incumbent: figures(0.2, 0.2) }));
        expect(judge(far).verdict).toBe(of.length >= rule.minimumCases ? 'promote' : 'hold');
      }),
    );
  });
});
