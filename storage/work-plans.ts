import { ReadPlan } from '../domain/double-read.js';
import { readPlanKey, readPlansPrefix, reviewPlanKey, reviewPlansPrefix } from '../domain/keys.js';
import { ReviewPlan } from '../domain/review-budget.js';
import { type Editions, publishEdition, readNewest } from './editions.js';
import type { ObjectStore } from './object-store.js';

const readPlans = (campaign: string): Editions<typeof ReadPlan> => ({
  prefix: readPlansPrefix(campaign),
  keyOf: (edition) => readPlanKey(campaign, edition),
  schema: ReadPlan,
});
const reviewPlans = (campaign: string): Editions<typeof ReviewPlan> => ({
  prefix: reviewPlansPrefix(campaign),
  keyOf: (edition) => reviewPlanKey(campaign, edition),
  schema: ReviewPlan,
});

/** The planned double reads of a campaign; undefined where there are none, or not yet. */
export const readReadPlan = (store: ObjectStore, campaign: string): Promise<ReadPlan | undefined> =>
  readNewest(store, readPlans(campaign));
export const publishReadPlan = (store: ObjectStore, campaign: string, plan: ReadPlan): Promise<void> =>
  publishEdition(store, readPlans(campaign), plan);

/** The review list of a campaign; undefined where there is none, or not yet. */
export const readReviewPlan = (store: ObjectStore, campaign: string): Promise<ReviewPlan | undefined> =>
  readNewest(store, reviewPlans(campaign));
export const publishReviewPlan = (store: ObjectStore, campaign: string, plan: ReviewPlan): Promise<void> =>
  publishEdition(store, reviewPlans(campaign), plan);
