import { readAgreement, readPeopleFigures } from '../../../activities/agreement-figures.js';
import { forecastCampaign, readEffort } from '../../../activities/effort.js';
import type { ReviewRecall } from '../../../reports/review-recall.js';
import type { Api, ApiContext } from '../api.js';
import { kept } from '../kept.js';
import { CampaignParams } from '../schemas/address.js';
import { AgreementBody, EffortBody, EffortQuery, PeopleFigures } from '../schemas/figures.js';
import { problems } from '../schemas/problems.js';

/** Figures that read every record of a campaign: they may be a little old. */
const freshMs = 20_000;
const forecastSeed = 1;

/** Hours, forecast, agreement. */
export function figureRoutes(api: Api, { store }: ApiContext): void {
  const effort = kept(freshMs, async (campaign) => {
    const ledger = await readEffort(store, campaign);
    return { ledger, forecast: await forecastCampaign(store, campaign, ledger, forecastSeed) };
  });
  const agreement = kept(freshMs, (campaign) => readAgreement(store, campaign));
  const figures = kept(freshMs, (campaign) => readPeopleFigures(store, campaign));
  api.get(
    '/campaigns/:campaign/effort',
    {
      config: { action: 'effort.read' },
      schema: {
        tags: ['figures'],
        params: CampaignParams,
        querystring: EffortQuery,
        response: { 200: EffortBody, ...problems },
      },
    },
    async ({ params, query: { by } }) => {
      const { ledger, forecast } = await effort(params.campaign);
      return {
        by,
        rows: ledger.rows(by),
        total: ledger.total(),
        days: ledger.days(),
        forecast: forecast ? { ...forecast } : null,
      };
    },
  );
  api.get(
    '/campaigns/:campaign/people/figures',
    {
      config: { action: 'effort.read' },
      schema: { tags: ['figures'], params: CampaignParams, response: { 200: PeopleFigures, ...problems } },
    },
    async ({ params }) => ({ figures: (await figures(params.campaign)).map((each) => ({ ...each })) }),
  );
  api.get(
    '/campaigns/:campaign/agreement',
    {
      config: { action: 'agreement.read' },
      schema: { tags: ['figures'], params: CampaignParams, response: { 200: AgreementBody, ...problems } },
    },
    async ({ params }) => {
      const { rows, recall, ...more } = await agreement(params.campaign);
      return {
        ...more,
        rows: rows.map(({ dsc, nsd, band, ...each }) => ({
          ...each,
          dsc: { ...dsc },
          nsd: { ...nsd },
          ...(band === undefined ? {} : { band: { ...band } }),
        })),
        ...(recall === undefined ? {} : { recall: recallBody(recall) }),
      };
    },
  );
}

function recallBody({ recall, ...more }: ReviewRecall) {
  return { ...more, ...(recall === undefined ? {} : { recall: { ...recall } }) };
}
