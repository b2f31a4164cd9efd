import { Assembly, CampaignPlan } from '../domain/campaign.js';
import { planDoubleReads } from '../domain/double-read.js';
import { PlusctError } from '../domain/errors.js';
import { type CaseAddress, campaignPlanKey, preLabelKey } from '../domain/keys.js';
import type { LabelSummary } from '../domain/label-version.js';
import { type Organ, organs } from '../domain/organ.js';
import { planReview } from '../domain/review-budget.js';
import { readJson, requireJson } from '../storage/json.js';
import type { ObjectStore } from '../storage/object-store.js';
import { publishReadPlan, publishReviewPlan, readReadPlan, readReviewPlan } from '../storage/work-plans.js';
import { requireWorklist } from '../storage/worklists.js';
import { alive } from './alive.js';
import type { Dependencies } from './dependencies.js';
import { readRanked } from './ranked-masks.js';

export type WorkPlanDeeds = ReturnType<typeof workPlanDeeds>;

/** What people are asked to do with one case. */
export interface CaseWork {
  /** Organs on the review list; absent when the case was not ranked, so that people see every organ. */
  readonly listed?: Organ[];
  /** Organs of a second read, and of a blind read of what is not on the list; empty for none. */
  readonly doubleRead: Organ[];
  readonly blindAudit: Organ[];
}

/** Who is to look at what: drawn by seed before anybody begins, and kept as an object that is never changed. */
export function workPlanDeeds({ store }: Pick<Dependencies, 'store'>) {
  return {
    /** Draws the double reads that the campaign's plan asks for. */
    async planDoubleReads({ campaign }: { campaign: string }): Promise<{ cases: number }> {
      const { doubleReads, seed } = await requireJson(store, campaignPlanKey(campaign), CampaignPlan);
      if (doubleReads === undefined) throw lacks(campaign, 'doubleReads');
      const [{ cases }, before] = await Promise.all([
        requireWorklist(store, campaign),
        readReadPlan(store, campaign),
      ]);
      const reads = planDoubleReads(cases, doubleReads, seed, before?.reads);
      await publishReadPlan(store, campaign, { seed, reads });
      return { cases: reads.length };
    },

    /** Makes the review list of all pre-labels within the hours that the plan gives, and draws the blind audit. */
    async planReview({ campaign }: { campaign: string }): Promise<{ selected: number; audited: number }> {
      return alive(async () => {
        const { review, seed } = await requireJson(store, campaignPlanKey(campaign), CampaignPlan);
        if (review === undefined) throw lacks(campaign, 'review');
        const [{ candidates, minutesFrom }, before] = await Promise.all([
          readRanked(store, campaign),
          readReviewPlan(store, campaign),
        ]);
        const items = planReview(candidates, review, seed, before?.items);
        const { budgetHours, auditShare } = review;
        await publishReviewPlan(store, campaign, { seed, budgetHours, auditShare, minutesFrom, items });
        const count = (fate: string) => items.filter((each) => each.fate === fate).length;
        return { selected: count('selected'), audited: count('audit') };
      });
    },

    /** What the plans say of one case. */
    async plannedWork({ at }: { at: CaseAddress }): Promise<CaseWork> {
      return caseWork(store, at);
    },

    /** The pre-labels of a case that was prepared before; nothing when it has none yet. */
    async preLabelled({ at }: { at: CaseAddress }): Promise<{ labels?: LabelSummary[] }> {
      const known = await readJson(store, preLabelKey(at), Assembly);
      return known === undefined ? {} : { labels: known.labels };
    },
  };
}

/** What the plans of a campaign say of one case. */
export async function caseWork(store: ObjectStore, at: CaseAddress): Promise<CaseWork> {
  const isThis = (each: { collection: string; caseId: string }): boolean =>
    each.collection === at.collection && each.caseId === at.caseId;
  const [reads, review] = await Promise.all([
    readReadPlan(store, at.campaign),
    readReviewPlan(store, at.campaign),
  ]);
  const items = review?.items.filter(isThis) ?? [];
  const fated = (fate: string): Organ[] =>
    organs.filter((organ) => items.some((each) => each.organ === organ && each.fate === fate));
  return {
    ...(items.length === 0 ? {} : { listed: fated('selected') }),
    doubleRead: reads?.reads.find(isThis)?.organs ?? [],
    blindAudit: fated('audit'),
  };
}

function lacks(campaign: string, field: string): PlusctError {
  return new PlusctError(
    'InvalidInput',
    `the plan of ${campaign} has no ${field}; start a campaign that has one`,
  );
}
