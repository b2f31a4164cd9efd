import { z } from 'zod';
import { type Convention, type MetricName, OrganFigures } from './metric.js';
import { judged } from './metric-convention.js';

/** The metrics that a gate looks at. */
export const gateMetrics = ['dsc', 'nsd'] as const satisfies readonly MetricName[];
export type GateMetric = (typeof gateMetrics)[number];

/** What a model has to show before it replaces another. Margins and figures are shares of 1. */
export const GateRule = z.object({
  /** The mean may be lower by less than this, at the lower end of its 95 % interval. */
  margins: z.object({ dsc: z.number().positive().max(1), nsd: z.number().positive().max(1) }),
  /** With fewer cases nothing is proved. */
  minimumCases: z.number().int().min(2),
});
export type GateRule = z.infer<typeof GateRule>;

/** Two models' figures of one organ of one held-out case. */
export const GatePair = z.object({
  case: z.string(),
  candidate: OrganFigures,
  incumbent: OrganFigures,
});
export type GatePair = z.infer<typeof GatePair>;

export const GateFigures = z.object({
  metric: z.enum(gateMetrics),
  n: z.number().int(),
  candidateMean: z.number().nullable(),
  incumbentMean: z.number().nullable(),
  /** Mean of candidate − incumbent, case by case, and its 95 % interval. */
  difference: z.number().nullable(),
  interval: z.tuple([z.number(), z.number()]).nullable(),
});
export type GateFigures = z.infer<typeof GateFigures>;

export const GateVerdict = z.object({
  verdict: z.enum(['promote', 'hold']),
  reason: z.string(),
  figures: z.array(GateFigures),
  /** Cases that do not count, and what the models make of patients without the organ. */
  remarks: z.array(z.string()),
});
export type GateVerdict = z.infer<typeof GateVerdict>;

/** An interval of the mean of some figures; null where there are too few. `name` seeds what is drawn. */
export type Interval = (values: readonly number[], name: string) => readonly [number, number] | null;

/**
 * Whether a candidate may replace an incumbent for one organ. Two conditions, both needed: it is not worse – the lower
 * bound of the mean paired difference lies above −margin in DSC and in NSD – and it gains – the two mean differences,
 * each in units of its margin, add up to more than nothing. The second is antisymmetric: over the same cases no chain
 * of promotions leads back to a model that was replaced. Patients without the organ are left out, with a remark.
 */
export function judgeOrgan(
  pairs: readonly GatePair[],
  rule: GateRule,
  convention: Convention,
  interval: Interval,
): GateVerdict {
  const present = pairs.filter(({ candidate }) => candidate.truthVoxels > 0);
  const figures = gateMetrics.map((metric) => figuresOf(present, metric, convention, interval));
  const remarks = [...absentRemarks(pairs), ...unmeasured(present, figures)];
  const against = objection(figures, rule);
  return {
    verdict: against === undefined ? 'promote' : 'hold',
    reason: against ?? praise(figures),
    figures,
    remarks,
  };
}

function figuresOf(
  pairs: readonly GatePair[],
  metric: GateMetric,
  convention: Convention,
  interval: Interval,
): GateFigures {
  const both = pairs.flatMap(({ candidate, incumbent }) => {
    const one = judged(candidate, metric, convention);
    const other = judged(incumbent, metric, convention);
    return one === undefined || other === undefined ? [] : [{ one, other }];
  });
  const differences = both.map(({ one, other }) => one - other);
  return {
    metric,
    n: both.length,
    candidateMean: meanOf(both.map(({ one }) => one)),
    incumbentMean: meanOf(both.map(({ other }) => other)),
    difference: meanOf(differences),
    interval: differences.length < 2 ? null : pairOf(interval(differences, metric)),
  };
}

function pairOf(interval: readonly [number, number] | null): [number, number] | null {
  return interval === null ? null : [interval[0], interval[1]];
}

function meanOf(values: readonly number[]): number | null {
  return values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** What speaks against the candidate; undefined when nothing does. */
function objection(figures: readonly GateFigures[], { margins, minimumCases }: GateRule): string | undefined {
  for (const { metric, n, interval } of figures) {
    if (n < minimumCases || interval === null)
      return `${n} held-out ${n === 1 ? 'case has' : 'cases have'} ${shown[metric]}, at least ${minimumCases} are needed`;
  }
  for (const { metric, interval } of figures) {
    const [low] = interval!;
    if (low <= -margins[metric])
      return `${shown[metric]} may be lower by ${points(-low)}, more than ${points(margins[metric])} is not accepted`;
  }
  const gain = figures.reduce((sum, { metric, difference }) => sum + difference! / margins[metric], 0);
  return gain > 0 ? undefined : `no gain: ${means(figures)} on average`;
}

const shown: Readonly<Record<GateMetric, string>> = { dsc: 'DSC', nsd: 'NSD' };

function praise(figures: readonly GateFigures[]): string {
  return `not worse, and ${means(figures)} on average`;
}

function means(figures: readonly GateFigures[]): string {
  return figures.map(({ metric, difference }) => `${shown[metric]} ${signed(difference ?? 0)}`).join(', ');
}

/** In hundredths, as papers print DSC and NSD. */
function points(share: number): string {
  return (100 * share).toFixed(1);
}

function signed(share: number): string {
  const text = points(Math.abs(share));
  return `${share < 0 ? '−' : '+'}${text}`;
}

function absentRemarks(pairs: readonly GatePair[]): string[] {
  return pairs
    .filter(({ candidate }) => candidate.truthVoxels === 0)
    .map(
      ({ case: name, candidate, incumbent }) =>
        `${name} does not have the organ and is left out; the candidate proposes ${candidate.predictionVoxels} voxels of it, the incumbent ${incumbent.predictionVoxels}`,
    );
}

function unmeasured(present: readonly GatePair[], figures: readonly GateFigures[]): string[] {
  return figures
    .filter(({ n }) => n < present.length)
    .map(({ metric, n }) => `${present.length - n} of ${present.length} cases have no ${shown[metric]}`);
}
