import { AuditRecord } from '../../../domain/audit.js';
import { auditKey } from '../../../domain/keys.js';
import { requireJson } from '../../../storage/json.js';
import { mapBounded } from '../../../storage/map-bounded.js';
import { newestChanges } from '../../../storage/newest-changes.js';
import type { Api, ApiContext } from '../api.js';
import { CampaignParams, PageQuery } from '../schemas/address.js';
import { problems } from '../schemas/problems.js';
import { AuditPage } from '../schemas/task-body.js';

const readsAtOnce = 16;

/** The record of a campaign, the newest first, page by page. */
export function auditRoutes(api: Api, { store }: ApiContext): void {
  api.get(
    '/campaigns/:campaign/audit',
    {
      config: { action: 'audit.read' },
      schema: {
        tags: ['audit'],
        params: CampaignParams,
        querystring: PageQuery,
        response: { 200: AuditPage, ...problems },
      },
    },
    async ({ params: { campaign }, query: { cursor, limit } }) => {
      const { changes, next } = await newestChanges(store, campaign, { before: cursor, limit });
      const records = await mapBounded(changes, readsAtOnce, async ({ entity, sequence, at }) => {
        const record = await requireJson(store, auditKey(campaign, entity, sequence), AuditRecord);
        // One that came late was also announced under the time at which it came.
        return Date.parse(record.at) === Date.parse(at) ? [record] : [];
      });
      return { records: records.flat(), ...(next === undefined ? {} : { next }) };
    },
  );
}
