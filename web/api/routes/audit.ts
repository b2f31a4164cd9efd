import { AuditRecord } from '../../../domain/audit.js';
import { auditPrefix } from '../../../domain/keys.js';
import { requireJson } from '../../../storage/json.js';
import { mapBounded } from '../../../storage/map-bounded.js';
import type { Api, ApiContext } from '../api.js';
import { CampaignParams, PageQuery } from '../schemas/address.js';
import { problems } from '../schemas/problems.js';
import { AuditPage } from '../schemas/task-body.js';

const readsAtOnce = 16;

/** The record of a campaign, page by page. */
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
    async ({ params: { campaign }, query: { cursor = '', limit } }) => {
      const prefix = auditPrefix(campaign);
      const names: string[] = [];
      for await (const key of store.list(prefix, `${prefix}${cursor}`)) {
        names.push(key.slice(prefix.length));
        if (names.length > limit) break;
      }
      const page = names.slice(0, limit);
      const records = await mapBounded(page, readsAtOnce, (name) =>
        requireJson(store, `${prefix}${name}`, AuditRecord),
      );
      const last = page.at(-1);
      return { records, ...(last !== undefined && names.length > limit ? { next: last } : {}) };
    },
  );
}
