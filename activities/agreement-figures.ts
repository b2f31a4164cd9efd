import { readPairs } from '../domain/agreement.js';
import { AuditRecord } from '../domain/audit.js';
import { CampaignPlan } from '../domain/campaign.js';
import { auditPrefix, campaignPlanKey } from '../domain/keys.js';
import { type PersonFigures, peopleFigures } from '../domain/people-figures.js';
import { errorBelowDsc, type ReviewPlan } from '../domain/review-budget.js';
import { type Agreement, agreementOf } from '../reports/agreement.js';
import { lookedAt, type ReviewRecall, recallOf } from '../reports/review-recall.js';
import { readComparisons } from '../storage/comparisons.js';
import { requireJson } from '../storage/json.js';
import { mapBounded } from '../storage/map-bounded.js';
import type { ObjectStore } from '../storage/object-store.js';
import { readRoster } from '../storage/roster.js';
import { readReadPlan, readReviewPlan } from '../storage/work-plans.js';

const readsAtOnce = 16;

/** How well people agree, and what the review list missed, as far as is known now. */
export interface AgreementFigures extends Agreement {
  readonly campaign: string;
  /** Organs that are to be read twice, and of how many cases. */
  readonly planned: { readonly cases: number; readonly organs: number };
  /** Absent where the campaign has no review list. */
  readonly recall?: ReviewRecall;
}

/** Read from objects alone: nothing is asked of a worker. */
export async function readAgreement(store: ObjectStore, campaign: string): Promise<AgreementFigures> {
  const [comparisons, reads, review] = await Promise.all([
    readComparisons(store, campaign),
    readReadPlan(store, campaign),
    readReview(store, campaign),
  ]);
  const planned = reads?.reads ?? [];
  return {
    campaign,
    planned: {
      cases: planned.length,
      organs: planned.reduce((sum, each) => sum + each.organs.length, 0),
    },
    ...agreementOf(readPairs(comparisons)),
    ...(review === undefined ? {} : { recall: review.recall }),
  };
}

/** The review list of a campaign with its recall so far; undefined where there is none, or not yet. */
export async function readReview(
  store: ObjectStore,
  campaign: string,
): Promise<{ plan: ReviewPlan; recall: ReviewRecall } | undefined> {
  const plan = await readReviewPlan(store, campaign);
  if (plan === undefined) return undefined;
  const { review } = await requireJson(store, campaignPlanKey(campaign), CampaignPlan);
  const comparisons = await readComparisons(store, campaign);
  const bound = { ...errorBelowDsc, ...review?.errorBelowDsc };
  const { list, outside } = lookedAt(plan.items, comparisons, (organ) => bound[organ]);
  return { plan, recall: recallOf(list, outside) };
}

/** What everybody did in a campaign: every record of its tasks is read. */
export async function readPeopleFigures(store: ObjectStore, campaign: string): Promise<PersonFigures[]> {
  const keys: string[] = [];
  for await (const key of store.list(`${auditPrefix(campaign)}task/`)) keys.push(key);
  const [records, roster, comparisons] = await Promise.all([
    mapBounded(keys, readsAtOnce, (key) => requireJson(store, key, AuditRecord)),
    readRoster(store, campaign),
    readComparisons(store, campaign),
  ]);
  return peopleFigures(records, roster, readPairs(comparisons));
}
