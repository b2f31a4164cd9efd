import { z } from 'zod';
import type { CaseSummary } from './case.js';
import { caseName } from './case-name.js';
import type { Collection } from './collection.js';
import { drawnOrder, shareOf } from './draw.js';
import { type Organ, organs } from './organ.js';
import { CaseId, CollectionName, OrganName } from './primitives.js';

const Share = z.number().min(0).max(1);

/** What share of the masks that people draw is drawn a second time, by somebody who does not see the first. */
export const DoubleReads = z.object({
  share: Share,
  /** Shares of a collection, of an organ, or of both; the first that fits counts. */
  exceptions: z
    .array(z.object({ collection: CollectionName.optional(), organ: OrganName.optional(), share: Share }))
    .optional(),
});
export type DoubleReads = z.infer<typeof DoubleReads>;

/** A case that is read again, and the organs that count. */
export const PlannedRead = z.object({
  collection: CollectionName,
  caseId: CaseId,
  organs: z.array(OrganName).min(1),
});
export type PlannedRead = z.infer<typeof PlannedRead>;

/** Every planned double read of a campaign, in the order of its worklist. */
export const ReadPlan = z.object({ seed: z.number().int(), reads: z.array(PlannedRead) });
export type ReadPlan = z.infer<typeof ReadPlan>;

/** The share that holds for one organ in one collection. */
export function doubleReadShare(rule: DoubleReads, collection: Collection, organ: Organ): number {
  const fits = rule.exceptions?.find(
    (each) =>
      (each.collection === undefined || each.collection === collection) &&
      (each.organ === undefined || each.organ === organ),
  );
  return fits?.share ?? rule.share;
}

type Readable = Pick<CaseSummary, 'collection' | 'caseId' | 'missingOrgans'>;

/**
 * Draws double reads for each collection and organ by itself, by seed: so many of the cases that lack the organ as the
 * share says, rounded up. Within a collection all organs are drawn from one order of its cases, so that few cases are opened twice.
 * What `before` planned stays planned: people may have begun.
 */
export function planDoubleReads(
  cases: readonly Readable[],
  rule: DoubleReads,
  seed: number,
  before: readonly PlannedRead[] = [],
): PlannedRead[] {
  const planned = new Map<string, Set<Organ>>(before.map((each) => [caseName(each), new Set(each.organs)]));
  for (const collection of new Set(cases.map((each) => each.collection))) {
    const own = cases.filter((each) => each.collection === collection);
    const order = drawnOrder(own, `${seed}/double-read`, caseName);
    for (const organ of organs) {
      const open = order.filter((each) => each.missingOrgans.includes(organ));
      const count = shareOf(open.length, doubleReadShare(rule, collection, organ));
      for (const each of open.slice(0, count)) {
        const name = caseName(each);
        planned.set(name, (planned.get(name) ?? new Set()).add(organ));
      }
    }
  }
  return cases.flatMap((each) => {
    const chosen = planned.get(caseName(each));
    const { collection, caseId } = each;
    const read = organs.filter((organ) => chosen?.has(organ) && each.missingOrgans.includes(organ));
    return read.length === 0 ? [] : [{ collection, caseId, organs: read }];
  });
}
