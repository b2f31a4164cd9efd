import { z } from 'zod';
import type { TaskAddress } from '../../../activities/task-desk.js';
import { CampaignName, CaseId, CollectionName, OrganName } from '../../../domain/primitives.js';
import { parseRound } from '../../../domain/workflow-ids.js';
import { problem } from '../problem.js';

/** Parts of addresses. Every part is checked by its schema, so that none can lead out of its folder. */
export const CampaignParams = z.object({ campaign: CampaignName });
export const CaseParams = CampaignParams.extend({ collection: CollectionName, caseId: CaseId });
/** `round` is `1`, `2`, or `1-double` and `1-blind` for reads that measure. */
export const TaskParams = CaseParams.extend({ round: z.string().regex(/^[1-9]\d{0,2}(-double|-blind)?$/) });

/** The task that an address names. */
export function taskAddress({ round: name, ...at }: z.infer<typeof TaskParams>): TaskAddress {
  const parsed = parseRound(name);
  if (parsed === undefined) throw problem(404, `${name} is no round`, 'The case lists its tasks');
  return { ...at, ...parsed };
}

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
