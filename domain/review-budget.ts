import { z } from 'zod';
import { drawnOrder, shareOf } from './draw.js';
import type { Organ } from './organ.js';
import { CaseId, CollectionName, OrganName } from './primitives.js';

/** How many hours people have, and how much of what they do not look at is read all the same, to know what was missed. */
export const ReviewBudget = z.object({
  budgetHours: z.number().positive(),
  /** Share of the masks outside of the list that somebody reads blindly. */
  auditShare: z.number().min(0).max(1),
  /** Minutes to correct an organ, where they are known better than `usualMinutes`. */
  minutes: z.partialRecord(OrganName, z.number().positive()).optional(),
  /** A pre-label has an error when its DSC with what people made of it lies below; `errorBelowDsc` unless told otherwise. */
  errorBelowDsc: z.partialRecord(OrganName, z.number().min(0).max(1)).optional(),
});
export type ReviewBudget = z.infer<typeof ReviewBudget>;

/**
 * Minutes of one organ. A proposal is corrected: about 15 minutes for a pre-labelled volume of three organs. One that
 * is missing is drawn: 30 to 60 minutes for an organ by hand, the middle of it here. Both are published anchors.
 */
export const usualMinutes = { correct: 5, draw: 45 } as const;

/**
 * Below these a pre-label needed a person. The pancreas is where people agree least (0.81 to 0.90 between two of
 * them), so that less is asked of it.
 */
export const errorBelowDsc: Readonly<Record<Organ, number>> = {
  liver: 0.94,
  kidney: 0.92,
  spleen: 0.92,
  pancreas: 0.82,
};

/** `selected`: goes to people. `audit`: outside of the list, and read blindly. `rest`: outside, and not looked at. */
export const Fate = z.enum(['selected', 'audit', 'rest']);
export type Fate = z.infer<typeof Fate>;

/** One organ's pre-label in the order of review. */
export const ReviewItem = z.object({
  collection: CollectionName,
  caseId: CaseId,
  organ: OrganName,
  /** Share of 1; 1 where there is no proposal. Absent where it could not be told. */
  expectedError: z.number().min(0).max(1).optional(),
  minutes: z.number().positive(),
  fate: Fate,
});
export type ReviewItem = z.infer<typeof ReviewItem>;

/** Which pre-labels go to people. Further editions keep what an earlier one chose: people may have begun. */
export const ReviewPlan = z.object({
  seed: z.number().int(),
  budgetHours: z.number().positive(),
  auditShare: z.number().min(0).max(1),
  /** Where the minutes are from. */
  minutesFrom: z.string(),
  /** Worst first. */
  items: z.array(ReviewItem),
});
export type ReviewPlan = z.infer<typeof ReviewPlan>;

export type Candidate = Omit<ReviewItem, 'fate'>;

/** Of the minutes to correct an organ, those that an empty proposal takes. */
export function minutesFor(organ: Organ, voxels: number, minutes: ReviewBudget['minutes']): number {
  if (voxels === 0) return usualMinutes.draw;
  return minutes?.[organ] ?? usualMinutes.correct;
}

/**
 * The list: worst first, as many as fit into the hours; what does not fit is passed over for something smaller behind it. How bad an
 * expected error is depends on what the organ is allowed: 0.08 is much for a liver and little for a pancreas. What could not be told counts as
 * worst. Of the rest a simple random sample, drawn by seed, is read blindly.
 */
export function planReview(
  candidates: readonly Candidate[],
  budget: Pick<ReviewBudget, 'budgetHours' | 'auditShare' | 'errorBelowDsc'>,
  seed: number,
  before: readonly ReviewItem[] = [],
): ReviewItem[] {
  const decided = new Map(before.map((each) => [itemName(each), each.fate]));
  const ranked = [...candidates].sort(
    (a, b) =>
      need(b, budget.errorBelowDsc) - need(a, budget.errorBelowDsc) || (itemName(a) < itemName(b) ? -1 : 1),
  );
  let minutesLeft = budget.budgetHours * 60;
  for (const each of ranked) if (decided.get(itemName(each)) === 'selected') minutesLeft -= each.minutes;
  const selected = new Set<string>();
  for (const each of ranked) {
    const name = itemName(each);
    const known = decided.get(name);
    if (known === 'selected') selected.add(name);
    if (known !== undefined || each.minutes > minutesLeft) continue;
    selected.add(name);
    minutesLeft -= each.minutes;
  }
  const audited = auditSample(
    ranked.filter((each) => !selected.has(itemName(each))),
    budget.auditShare,
    seed,
  );
  const fateOf = (name: string): Fate =>
    selected.has(name) ? 'selected' : audited.has(name) || decided.get(name) === 'audit' ? 'audit' : 'rest';
  return ranked.map((each) => ({ ...each, fate: fateOf(itemName(each)) }));
}

/** The expected error as a multiple of what the organ is allowed. */
function need({ organ, expectedError = 1 }: Candidate, own: ReviewBudget['errorBelowDsc']): number {
  return expectedError / Math.max(0.01, 1 - (own?.[organ] ?? errorBelowDsc[organ]));
}

/** Each mask outside of the list has the same chance, whatever its expected error. */
function auditSample(rest: readonly Candidate[], share: number, seed: number): Set<string> {
  const order = drawnOrder(rest, `${seed}/blind-audit`, itemName);
  return new Set(order.slice(0, shareOf(order.length, share)).map(itemName));
}

/** `{collection}/{caseId}/{organ}`. */
export function itemName(item: Pick<ReviewItem, 'collection' | 'caseId' | 'organ'>): string {
  return `${item.collection}/${item.caseId}/${item.organ}`;
}
