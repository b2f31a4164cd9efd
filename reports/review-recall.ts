import { quantileNormal } from 'vega-statistics';
import type { CaseComparison, OrganComparison } from '../domain/comparison.js';
import type { Organ } from '../domain/organ.js';
import { itemName, type ReviewItem } from '../domain/review-budget.js';

/** A share with the interval in which it lies with the confidence that was asked for. */
export interface Interval {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

/**
 * Wilson's score interval of a share (E. B. Wilson, JASA 22, 1927) of a simple random sample without replacement: `hits`
 * of `looked` among `all`. As part of a finite whole the sample tells more: its size counts as `looked · (all − 1) / (all − looked)`
 * (the finite-population correction as an effective sample size, as Korn and Graubard use one, Survey Methodology 24, 1998).
 * When all were looked at there is nothing left to guess. With none looked at, anything is possible.
 */
export function wilson(hits: number, looked: number, all: number, confidence = 0.95): Interval {
  if (all === 0) return { value: 0, low: 0, high: 0 };
  if (looked === 0) return { value: Number.NaN, low: 0, high: 1 };
  const share = hits / looked;
  if (looked >= all) return { value: share, low: share, high: share };
  const size = (looked * (all - 1)) / (all - looked);
  const z = quantileNormal((1 + confidence) / 2);
  const spread = z * Math.sqrt((share * (1 - share)) / size + (z * z) / (4 * size * size));
  const middle = share + (z * z) / (2 * size);
  const scale = 1 + (z * z) / size;
  // What was seen is certain: the whole holds at least these hits, and at most all but the misses.
  const [least, most] = [hits / all, (all - (looked - hits)) / all];
  return {
    value: share,
    low: Math.max(least, (middle - spread) / scale),
    high: Math.min(most, (middle + spread) / scale),
  };
}

/** Masks of one part of the campaign: how many there are, how many were looked at, and how many of those had an error. */
export interface Looked {
  readonly all: number;
  readonly looked: number;
  readonly errors: number;
}

export interface ReviewRecall {
  readonly list: Looked;
  readonly outside: Looked;
  /** Share of all errors that the list holds; undefined while one of both parts was not looked at, or where no error was found. */
  readonly recall?: Interval;
  /** Share of masks with an error: of those finished on the list, and of all outside by the sample. */
  readonly listRate?: number;
  readonly outsideRate?: Interval;
  /** How the figures were made, in words. */
  readonly method: string;
}

const method =
  'errors on the list counted where people have finished; outside of it estimated from a simple random blind sample: ' +
  'Wilson interval with finite-population correction, 95 %';

/**
 * What share of all errors the review list caught, as far as is known now: `recall = list / (list + outside)`, both as
 * numbers of masks. Work on the list begins with the worst, so that what is finished of it is no random part: the
 * interval assumes of the unfinished masks all that is possible, and narrows as they are finished.
 */
export function recallOf(list: Looked, outside: Looked): ReviewRecall {
  const found = list.all === 0 || list.looked > 0;
  const estimated = outside.all === 0 || outside.looked > 0;
  const out = wilson(outside.errors, outside.looked, outside.all);
  const about: ReviewRecall = {
    list,
    outside,
    ...(list.looked === 0 ? {} : { listRate: list.errors / list.looked }),
    ...(outside.looked === 0 ? {} : { outsideRate: out }),
    method,
  };
  if (!found || !estimated || list.errors + outside.errors === 0) return about;
  const most = list.errors + (list.all - list.looked);
  const likely = list.looked === 0 ? 0 : (list.errors / list.looked) * list.all;
  return {
    ...about,
    recall: {
      value: part(likely, out.value * outside.all),
      low: part(list.errors, out.high * outside.all),
      high: part(most, out.low * outside.all),
    },
  };
}

function part(own: number, other: number): number {
  return own + other === 0 ? 0 : own / (own + other);
}

/** Counts what was looked at of a review plan, from the comparisons that are there. */
export function lookedAt(
  items: readonly ReviewItem[],
  comparisons: readonly CaseComparison[],
  errorBelow: (organ: Organ) => number,
): { list: Looked; outside: Looked } {
  const known = new Map<string, boolean>();
  for (const { kind, collection, caseId, organs } of comparisons) {
    if (kind === 'double-read') continue;
    for (const each of organs) {
      known.set(`${kind}/${itemName({ collection, caseId, organ: each.organ })}`, isError(each, errorBelow));
    }
  }
  const count = (own: readonly ReviewItem[], kind: string): Looked => {
    const verdicts = own.flatMap((each) => known.get(`${kind}/${itemName(each)}`) ?? []);
    return { all: own.length, looked: verdicts.length, errors: verdicts.filter(Boolean).length };
  };
  return {
    list: count(
      items.filter(({ fate }) => fate === 'selected'),
      'review',
    ),
    outside: count(
      items.filter(({ fate }) => fate !== 'selected'),
      'blind-audit',
    ),
  };
}

/** Whether a pre-label needed a person. An organ that both leave empty did not. */
function isError({ organ, dsc }: OrganComparison, errorBelow: (organ: Organ) => number): boolean {
  return typeof dsc === 'number' && dsc < errorBelow(organ);
}
