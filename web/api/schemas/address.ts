import { z } from 'zod';
import { CampaignName, CaseId, CollectionName, OrganName } from '../../../domain/primitives.js';

/** Parts of addresses. Every part is checked by its schema, so that none can lead out of its folder. */
export const CampaignParams = z.object({ campaign: CampaignName });
export const CaseParams = CampaignParams.extend({ collection: CollectionName, caseId: CaseId });
export const TaskParams = CaseParams.extend({ round: z.coerce.number().int().min(1).max(1000) });
export const LabelParams = CaseParams.extend({
  organ: OrganName,
  version: z.string().regex(/^[a-z]+-[0-9a-f]{12}$/, 'expected origin-hash, as label versions are named'),
});
export const EvaluationParams = CampaignParams.extend({
  evaluation: z.string().regex(/^[a-z0-9][a-z0-9.-]{0,120}$/),
});

/** A page of a list: `cursor` is what the page before ended with. */
export const PageQuery = z.object({
  cursor: z.string().max(300).optional(),
  limit: z.coerce.number().int().min(1).max(500).default(50),
});
/** Where the next page begins; absent on the last one. */
export const nextCursor = z.string().optional();
