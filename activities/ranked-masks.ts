import { Assembly, CampaignPlan } from '../domain/campaign.js';
import type { CaseSummary } from '../domain/case.js';
import { caseName } from '../domain/case-name.js';
import type { CaseExpectedError } from '../domain/expected-error.js';
import { campaignPlanKey, preLabelKey } from '../domain/keys.js';
import type { LabelSummary } from '../domain/label-version.js';
import { type Candidate, minutesFor, type ReviewBudget } from '../domain/review-budget.js';
import { ExpectedErrors } from '../storage/expected-errors.js';
import { readJson, requireJson } from '../storage/json.js';
import { mapBounded } from '../storage/map-bounded.js';
import type { ObjectStore } from '../storage/object-store.js';
import { requireWorklist } from '../storage/worklists.js';

const readsAtOnce = 16;
const publishedMinutes =
  'published anchors: 15 min to correct a pre-labelled volume of three organs, 30 to 60 min to draw one organ';

/** Everything that a review list is made of. */
export interface RankedMasks {
  readonly candidates: readonly Candidate[];
  readonly seed: number;
  readonly minutesFrom: string;
}

/** Every pre-label of a campaign that models made, with what is expected of it and how long it takes. */
export async function readRanked(store: ObjectStore, campaign: string): Promise<RankedMasks> {
  const { review, seed } = await requireJson(store, campaignPlanKey(campaign), CampaignPlan);
  const { cases } = await requireWorklist(store, campaign);
  const errors = await new ExpectedErrors(store, campaign).read();
  const found = await mapBounded(cases, readsAtOnce, async (item) => {
    const { collection, caseId } = item;
    const pre = await readJson(store, preLabelKey({ campaign, collection, caseId }), Assembly);
    // A case whose preparation failed has no proposals to rank: it goes to people whole.
    return pre === undefined
      ? []
      : candidatesIn(item, pre.labels, errors.get(caseName({ collection, caseId })), review?.minutes);
  });
  const minutesFrom = review?.minutes === undefined ? publishedMinutes : "the campaign's plan";
  return { candidates: found.flat(), seed, minutesFrom };
}

function candidatesIn(
  { collection, caseId, missingOrgans }: CaseSummary,
  labels: readonly LabelSummary[],
  errors: CaseExpectedError | undefined,
  minutes: ReviewBudget['minutes'],
): Candidate[] {
  return missingOrgans.map((organ) => {
    const voxels = labels.find((label) => label.organ === organ)?.voxels ?? 0;
    const expected = errors?.organs.find((each) => each.organ === organ)?.expected;
    return {
      collection,
      caseId,
      organ,
      ...(expected === undefined ? {} : { expectedError: expected }),
      minutes: minutesFor(organ, voxels, minutes),
    };
  });
}
