import { z } from 'zod';
import { CollectionName, OrganName } from '../../../domain/primitives.js';

const interval = z.tuple([z.number(), z.number()]);

/** What one person did, and how well their double reads agree with others'. */
export const PersonFiguresBody = z.object({
  person: z.string(),
  cases: z.number().int(),
  /** Active hours; absent where nothing was measured. */
  hours: z.number().optional(),
  returnRate: z.number().optional(),
  /** Mean DSC of double reads, and of how many organs. */
  agreement: z.object({ dsc: z.number(), organs: z.number().int() }).optional(),
});
export type PersonFiguresBody = z.infer<typeof PersonFiguresBody>;

/** How well two people agree on an organ, beside what was published. */
export const AgreementLine = z.object({
  organ: OrganName,
  /** Absent: all collections together. */
  collection: CollectionName.optional(),
  pairs: z.number().int(),
  dscMean: z.number().optional(),
  /** 95 % interval of the mean, by the bootstrap. */
  dscCi95: interval.optional(),
  nsdMean: z.number().optional(),
  verdict: z.string(),
  /** The published band, and where it was published. */
  band: z.object({ low: z.number(), high: z.number(), source: z.string() }).optional(),
});
export type AgreementLine = z.infer<typeof AgreementLine>;

export const AgreementBody = z.object({
  people: z.array(PersonFiguresBody),
  organs: z.array(AgreementLine),
  /** The share of wrong labels that the review list found, as far as is known; absent without a list. */
  recall: z.object({ estimate: z.number(), low: z.number(), high: z.number() }).optional(),
});
export type AgreementBody = z.infer<typeof AgreementBody>;
