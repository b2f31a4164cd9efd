import { z } from 'zod';
import { OrganName } from '../../../domain/primitives.js';
import { OrganOutcome, RoundId } from '../../../domain/round.js';

const count = z.number().int().nonnegative();

/** A pseudo-label round: what it began with and, once it has ended, what it came to for each organ. */
export const RoundLine = z.object({
  number: count,
  roundId: RoundId,
  organs: z.array(OrganName),
  engine: z.string(),
  fineTune: z.boolean(),
  labelled: count,
  unlabelled: count,
  heldOut: count,
  /** Cases that got no pseudo-label; left out while the round is under way. */
  failed: count.optional(),
  /** Left out while the round is under way. */
  outcomes: z.array(OrganOutcome).optional(),
});
export type RoundLine = z.infer<typeof RoundLine>;
export const RoundList = z.object({ rounds: z.array(RoundLine) });
export type RoundList = z.infer<typeof RoundList>;
