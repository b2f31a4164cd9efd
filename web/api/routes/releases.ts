import { releaseRows } from '../../../activities/release-rows.js';
import { readErrata } from '../../../storage/errata.js';
import type { Api, ApiContext } from '../api.js';
import { CampaignParams } from '../schemas/address.js';
import { problems } from '../schemas/problems.js';
import { ReleaseList } from '../schemas/release-body.js';

/** Releases of a campaign and what was found wrong in them. */
export function releaseRoutes(api: Api, { store }: ApiContext): void {
  api.get(
    '/campaigns/:campaign/releases',
    {
      config: { action: 'release.read' },
      schema: { tags: ['releases'], params: CampaignParams, response: { 200: ReleaseList, ...problems } },
    },
    async ({ params: { campaign } }) => ({
      releases: await releaseRows(store, campaign),
      errata: await readErrata(store, campaign),
    }),
  );
}
