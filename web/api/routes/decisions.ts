import { z } from 'zod';
import { decide } from '../../../activities/decide.js';
import { Decision } from '../../../domain/decision.js';
import { CaseId, CollectionName } from '../../../domain/primitives.js';
import { type Api, type ApiContext, personOf } from '../api.js';
import { problem } from '../problem.js';
import { CampaignParams } from '../schemas/address.js';
import { problems } from '../schemas/problems.js';

const DecisionBody = z.object({
  collection: CollectionName,
  caseId: CaseId,
  verdict: z.enum(['accept', 'exclude']),
  withoutLabel: z.boolean().default(false),
  reason: z.string().trim().min(1).max(2000),
});

/** Decisions on cases that were held back; who decides is who is signed in. */
export function decisionRoutes(api: Api, { store }: ApiContext): void {
  api.post(
    '/campaigns/:campaign/decisions',
    {
      config: { action: 'case.decide' },
      schema: {
        tags: ['cases'],
        params: CampaignParams,
        body: DecisionBody,
        response: { 200: Decision, ...problems },
      },
    },
    async (request) => {
      const { collection, caseId, ...asked } = request.body;
      const at = { campaign: request.params.campaign, collection, caseId };
      const decided = await decide(store, at, {
        ...asked,
        by: personOf(request).id,
        at: new Date().toISOString(),
      });
      if ('refused' in decided) throw problem(409, decided.refused, 'Look at the findings of the case');
      return decided;
    },
  );
}
