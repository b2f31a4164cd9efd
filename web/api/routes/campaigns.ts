import { z } from 'zod';
import {
  type CampaignStatus,
  readCampaignStatus,
  readProgress,
} from '../../../activities/campaign-status.js';
import { collectionFacts } from '../../../domain/collection.js';
import { type Api, type ApiContext, signedInOf } from '../api.js';
import { kept } from '../kept.js';
import { CampaignParams, PageQuery } from '../schemas/address.js';
import { CampaignBody, CampaignList, FindingsPage, ProgressBody } from '../schemas/campaign.js';
import { problems } from '../schemas/problems.js';

const freshMs = 3000;
const FindingsQuery = PageQuery.extend({
  code: z.string().max(60).optional(),
  severity: z.enum(['reject', 'quarantine', 'exclude', 'flag', 'note']).optional(),
});

/** Campaigns, how far they are, and what was found in their data. */
export function campaignRoutes(api: Api, { store, rosters, boards }: ApiContext): void {
  const status = kept(freshMs, (campaign) => readCampaignStatus(store, campaign));
  const progress = kept(freshMs, (campaign) => readProgress(store, campaign));
  api.get(
    '/campaigns',
    {
      config: { action: 'signed-in' },
      schema: { tags: ['campaigns'], response: { 200: CampaignList, ...problems } },
    },
    async (request) => {
      const { id, campaigns } = signedInOf(request);
      const all = await rosters.campaignsOf(id);
      return { campaigns: all.filter(({ campaign }) => campaigns?.includes(campaign) ?? true) };
    },
  );
  api.get(
    '/campaigns/:campaign',
    {
      config: { action: 'campaign.read' },
      schema: { tags: ['campaigns'], params: CampaignParams, response: { 200: CampaignBody, ...problems } },
    },
    async ({ params: { campaign } }) => {
      const [now, board] = await Promise.all([status(campaign), boards.of(campaign).all()]);
      return campaignBody(now, tally(board.map(({ task }) => task.phase)));
    },
  );
  api.get(
    '/campaigns/:campaign/progress',
    {
      config: { action: 'campaign.read' },
      schema: { tags: ['campaigns'], params: CampaignParams, response: { 200: ProgressBody, ...problems } },
    },
    ({ params }) => progress(params.campaign),
  );
  findingRoutes(api, status);
}

type StatusOf = (campaign: string) => Promise<CampaignStatus>;

function findingRoutes(api: Api, status: StatusOf): void {
  api.get(
    '/campaigns/:campaign/findings',
    {
      config: { action: 'findings.read' },
      schema: {
        tags: ['campaigns'],
        params: CampaignParams,
        querystring: FindingsQuery,
        response: { 200: FindingsPage, ...problems },
      },
    },
    async ({ params, query: { code, severity, cursor, limit } }) => {
      const { findings, decisions } = await status(params.campaign);
      const chosen = findings.filter(
        (each) => (code ?? each.code) === each.code && (severity ?? each.severity) === each.severity,
      );
      const from = Number(cursor ?? 0) || 0;
      const more = from + limit < chosen.length;
      return {
        findings: chosen.slice(from, from + limit),
        decisions: [...decisions],
        total: chosen.length,
        ...(more ? { next: String(from + limit) } : {}),
      };
    },
  );
}

function campaignBody(now: CampaignStatus, phases: Record<string, number>): CampaignBody {
  return {
    campaign: now.campaign,
    refine: now.refine,
    collections: now.collections.map(({ waiting, ...each }) => ({
      ...each,
      title: collectionFacts[each.collection].title,
      waiting: { junior: waiting.junior, certified: waiting.certified, senior: waiting.senior },
    })),
    findings: tally(now.findings.map(({ severity }) => severity)),
    phases,
    datasets: now.datasetKeys.length,
  };
}

function tally(words: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const word of words) counts[word] = (counts[word] ?? 0) + 1;
  return counts;
}
