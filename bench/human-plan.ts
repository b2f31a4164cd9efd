import { CampaignPlan } from '../domain/campaign.js';

/** The plan of a campaign of people whose cases are laid down by hand: nothing is taken in. */
export function humanPlan(
  campaign: string,
  people: readonly unknown[],
  more: Readonly<Record<string, unknown>> = {},
): CampaignPlan {
  return CampaignPlan.parse({
    campaign,
    collections: [{ collection: 'lits', directory: '/none' }],
    refine: 'human',
    engine: 'atlas',
    people,
    seed: 1,
    window: 50,
    ...more,
  });
}
