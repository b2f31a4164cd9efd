import { z } from 'zod';
import { LabelSummary } from './label-version.js';
import { OrganName } from './primitives.js';
import { RoundId } from './round.js';
import { OrganModels } from './teaching.js';

/** Which model proposes each organ of a campaign from this edition on, who decided that, and why. */
export const Standing = z.object({
  edition: z.number().int().positive(),
  models: OrganModels,
  /** What stood before it. */
  before: OrganModels,
  /** The organs whose model it changes. */
  organs: z.array(OrganName).min(1),
  by: z.string(),
  why: z.string(),
  /** The round whose students it promotes. */
  roundId: RoundId.optional(),
  /** The promotion that it takes back. */
  takesBack: z.number().int().positive().optional(),
  /** Where a promoted model and a label that people verified are less alike than this DSC, the case is opened again. */
  reopenBelowDsc: z.number().min(0).max(1),
});
export type Standing = z.infer<typeof Standing>;

/** One edition of a finished case. */
export const ResultEdition = z.object({
  round: z.number().int().positive(),
  revision: z.number().int().nonnegative(),
});
export type ResultEdition = z.infer<typeof ResultEdition>;

/** What a change of the standing models did to one case. Written once, when it is done with the case. */
export const StandingChange = z.object({
  /** Organs that got the promoted model's label, or the one from before it back. */
  replaced: z.array(OrganName),
  /** Organs that people verified and that the promoted model sees otherwise: the case was opened again for them. */
  reopened: z.array(z.object({ organ: OrganName, dsc: z.number(), version: z.string() })),
  /** Organs that stayed, and why. */
  kept: z.array(z.object({ organ: OrganName, why: z.string() })),
  /** The finished case before and after; only where organs were replaced. */
  was: ResultEdition.optional(),
  became: ResultEdition.optional(),
  /** What `became` is put together from; a rollback takes the older edition as it is. */
  labels: z.array(LabelSummary).optional(),
});
export type StandingChange = z.infer<typeof StandingChange>;

/** What came of a change when all cases had been asked for the first time. */
export const StandingEnd = z.object({
  /** Cases whose label of an organ was replaced, or put back. */
  replaced: z.number().int(),
  /** Cases that people look at again. */
  reopened: z.number().int(),
  /** Cases that a rollback left as they are, because they were changed since. */
  kept: z.number().int(),
  /** Cases that people are at, or that are not finished. */
  waiting: z.number().int(),
  failed: z.number().int(),
});
export type StandingEnd = z.infer<typeof StandingEnd>;

/** Whether an edition was taken back by a later one. */
export function wasTakenBack(editions: readonly Standing[], edition: number): boolean {
  return editions.some(({ takesBack }) => takesBack === edition);
}

/** The promotion that a rollback takes back: the newest that was not taken back before. */
export function promotionToTakeBack(editions: readonly Standing[]): Standing | undefined {
  return editions
    .filter(({ edition, takesBack }) => takesBack === undefined && !wasTakenBack(editions, edition))
    .at(-1);
}
