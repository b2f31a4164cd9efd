import { CampaignPlan } from '../domain/campaign.js';
import { caseName } from '../domain/case-name.js';
import { CaseExpectedError, worstOf } from '../domain/expected-error.js';
import { campaignPlanKey, expectedErrorKey } from '../domain/keys.js';
import { readJson } from './json.js';
import { mapBounded } from './map-bounded.js';
import type { ObjectStore } from './object-store.js';
import { readWorklist } from './worklists.js';

const readsAtOnce = 16;

/**
 * Expected errors of a campaign's cases. Each is written once, so that reading again only fetches what was not there. A
 * campaign that does not estimate them has none.
 */
export class ExpectedErrors {
  private readonly known = new Map<string, CaseExpectedError>();
  private estimated: boolean | undefined;

  constructor(
    private readonly store: ObjectStore,
    private readonly campaign: string,
  ) {}

  /** By `{collection}/{caseId}`. */
  async read(): Promise<ReadonlyMap<string, CaseExpectedError>> {
    this.estimated ??= await this.areEstimated();
    if (!this.estimated) return this.known;
    const worklist = await readWorklist(this.store, this.campaign);
    const fresh = (worklist?.cases ?? []).filter((each) => !this.known.has(caseName(each)));
    await mapBounded(fresh, readsAtOnce, async ({ collection, caseId }) => {
      const key = expectedErrorKey({ campaign: this.campaign, collection, caseId });
      const found = await readJson(this.store, key, CaseExpectedError);
      if (found !== undefined) this.known.set(caseName(found), found);
    });
    return this.known;
  }

  /** Undefined where there is no plan yet that could say. */
  private async areEstimated(): Promise<boolean | undefined> {
    const plan = await readJson(this.store, campaignPlanKey(this.campaign), CampaignPlan);
    return plan && (plan.prioritise === true || plan.review !== undefined);
  }

  /** What the order of the work queue goes by: the expected error of each case's worst organ. */
  async worst(): Promise<ReadonlyMap<string, number>> {
    return new Map([...(await this.read())].map(([name, each]) => [name, worstOf(each)]));
  }
}
