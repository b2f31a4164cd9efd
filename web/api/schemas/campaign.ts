import { z } from 'zod';
import { Decision } from '../../../domain/decision.js';
import { Finding } from '../../../domain/finding.js';
import { CampaignName, CaseId, CollectionName } from '../../../domain/primitives.js';
import { roles } from '../../../domain/role.js';
import { nextCursor } from './address.js';

export const CampaignList = z.object({
  campaigns: z.array(z.object({ campaign: CampaignName, role: z.enum(roles) })),
});
export type CampaignList = z.infer<typeof CampaignList>;

const count = z.number().int().nonnegative();

/** How far the cases of one collection are. */
export const CollectionProgress = z.object({
  collection: CollectionName,
  title: z.string(),
  listed: count,
  ingested: count,
  quarantined: count,
  excluded: count,
  preLabelled: count,
  /** Tasks by whose turn it is. */
  waiting: z.object({ junior: count, certified: count, senior: count }),
  finished: count,
});
export type CollectionProgress = z.infer<typeof CollectionProgress>;

export const CampaignBody = z.object({
  campaign: CampaignName,
  refine: z.enum(['human', 'simulated']),
  collections: z.array(CollectionProgress),
  /** How many findings there are of each severity. */
  findings: z.record(z.string(), count),
  /** Tasks by phase. */
  phases: z.record(z.string(), count),
  datasets: count,
});
export type CampaignBody = z.infer<typeof CampaignBody>;

/** Counts that are cheap to ask for again and again. */
export const ProgressBody = z.object({
  listed: count,
  ingested: count,
  going: count.optional(),
  preLabelled: count,
  finished: count,
});
export type ProgressBody = z.infer<typeof ProgressBody>;

export const CaseFindingBody = Finding.extend({ collection: CollectionName, caseId: CaseId.optional() });
export const FindingsPage = z.object({
  findings: z.array(CaseFindingBody),
  decisions: z.array(Decision),
  total: count,
  next: nextCursor,
});
export type FindingsPage = z.infer<typeof FindingsPage>;
