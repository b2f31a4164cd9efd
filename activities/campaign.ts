import { CampaignPlan, type CaseResult, Dataset, type LeftOut } from '../domain/campaign.js';
import { type CaseSummary, CaseSummary as CaseSummarySchema, type Passport } from '../domain/case.js';
import { caseName } from '../domain/case-name.js';
import { type Decision, type Decisions, decidedPassport, excludedCase } from '../domain/decision.js';
import { type CaseAddress, campaignPlanKey, datasetKey, resultKey } from '../domain/keys.js';
import { systemActor } from '../domain/role.js';
import { caseWorkflowId } from '../domain/workflow-ids.js';
import { sharedLabels } from '../sources/shared-labels.js';
import { writeCheckpoint } from '../storage/checkpoints.js';
import { readDecisions } from '../storage/decisions.js';
import { hashOf, publishJson, requireJson } from '../storage/json.js';
import { readAllPassports } from '../storage/passports.js';
import { readResult } from '../storage/results.js';
import { madeUnder, publishWorklist, readWorklist, requireWorklist } from '../storage/worklists.js';
import { alive } from './alive.js';
import type { Dependencies } from './dependencies.js';
import { findCopies } from './duplicates.js';
import { loadPassport } from './label-store.js';
import { unfinishedFinding } from './left-out.js';

export type CampaignDeeds = ReturnType<typeof campaignDeeds>;

/** What belongs to the campaign as a whole: its plan, its worklist, its dataset. */
export function campaignDeeds({
  store,
  work,
  workflowStatus,
  now,
}: Pick<Dependencies, 'store' | 'work' | 'workflowStatus' | 'now'>) {
  return {
    async registerCampaign(plan: CampaignPlan): Promise<void> {
      await publishJson(store, campaignPlanKey(plan.campaign), CampaignPlan.parse(plan));
    },

    /** After ingest: counts what people decided, finds duplicates and writes down which cases go on. */
    async settleWorklist({ campaign }: { campaign: string }): Promise<{ cases: number }> {
      return alive(async () => {
        const plan = await requireJson(store, campaignPlanKey(campaign), CampaignPlan);
        const order = plan.collections.map((each) => each.collection);
        const decisions = await readDecisions(store, campaign);
        const known = await readWorklist(store, campaign);
        if (known !== undefined && madeUnder(known, decisions)) return { cases: known.cases.length };
        const written = await readAllPassports(store, campaign, order);
        const passports = written.map((each) => decidedPassport(each, decisions.get(caseName(each))));
        const same = (await findCopies({ store, work }, plan, passports)).filter(
          (each) => !isLetIn(each, decisions),
        );
        const copies = [...passports.flatMap(notAccepted), ...same];
        const leftOut = [...copies, ...labelsOfOthers(without(passports, copies), decisions)];
        const cases = without(passports, leftOut).map((each) => CaseSummarySchema.parse(each));
        await publishWorklist(store, campaign, { cases, leftOut, ...noted(decisions) });
        return { cases: cases.length };
      });
    },

    async worklistPage(input: { campaign: string; offset: number; limit: number }): Promise<CaseSummary[]> {
      const worklist = await requireWorklist(store, input.campaign);
      return worklist.cases.slice(input.offset, input.offset + input.limit);
    },

    /** Of cases that are thought to be under way, those whose workflow has ended. */
    async endedCases(input: {
      campaign: string;
      cases: string[];
    }): Promise<{ collection: string; caseId: string; failure?: string }[]> {
      const ended = [];
      for (const name of input.cases) {
        const at = addressOf(input.campaign, name);
        const status = await workflowStatus(caseWorkflowId(at));
        if (status === 'running') continue;
        const done = status === 'completed' && (await store.has(resultKey(at)));
        ended.push({ ...at, ...(done ? {} : { failure: `its workflow is ${status}` }) });
      }
      return ended;
    },

    async publishDataset({
      campaign,
    }: {
      campaign: string;
    }): Promise<{ key: string; sha256: string; leftOut: number }> {
      return alive(async () => {
        const worklist = await requireWorklist(store, campaign);
        const decisions = await readDecisions(store, campaign);
        const cases: Dataset['cases'] = [];
        const leftOut = [...worklist.leftOut];
        for (const item of worklist.cases) {
          const at = { campaign, collection: item.collection, caseId: item.caseId };
          const decision = decisions.get(caseName(item));
          const result = await readResult(store, at);
          // Somebody may have taken the case out while it was under way.
          if (decision?.verdict === 'exclude') leftOut.push(excludedCase(decision));
          else if (result === undefined) leftOut.push(unfinished(at));
          else cases.push(released(await loadPassport(store, at), result, decision));
        }
        leftOut.sort((a, b) => byName.compare(caseName(a), caseName(b)));
        const dataset = Dataset.parse({ campaign, cases, leftOut });
        // The name of the campaign is no part of what was built.
        const sha256 = hashOf({ ...dataset, campaign: '' });
        const key = datasetKey(campaign, sha256);
        await publishJson(store, key, dataset);
        const reason = `dataset ${key} was published`;
        await writeCheckpoint(store, campaign, { actor: systemActor, reason, at: now() });
        return { key, sha256, leftOut: leftOut.length };
      });
    },
  };
}

function notAccepted(passport: Passport): LeftOut[] {
  if (passport.status === 'accepted') return [];
  const { collection, caseId, findings } = passport;
  const worst = findings.find((each) => each.severity !== 'note' && each.severity !== 'flag')!;
  return [{ collection, caseId, finding: worst }];
}

function unfinished(at: CaseAddress): LeftOut {
  const { collection, caseId } = at;
  return { collection, caseId, finding: unfinishedFinding(at) };
}

const byName = new Intl.Collator('en', { numeric: true });

function without(passports: readonly Passport[], leftOut: readonly LeftOut[]): Passport[] {
  const out = new Set(leftOut.map(caseName));
  return passports.filter((each) => !out.has(caseName(each)));
}

/** Cases held back for a label that another case has too, unless somebody accepted them. */
function labelsOfOthers(passports: readonly Passport[], decisions: Decisions): LeftOut[] {
  return sharedLabels(passports)
    .map(({ item: { collection, caseId }, finding }) => ({ collection, caseId, finding }))
    .filter((each) => !isLetIn(each, decisions));
}

/** Whether a person accepted what waits for a person. What is excluded for certain stays out. */
function isLetIn(item: LeftOut, decisions: Decisions): boolean {
  return item.finding.severity === 'quarantine' && decisions.get(caseName(item))?.verdict === 'accept';
}

/** Left away where nobody decided anything. */
function noted(decisions: Decisions): { decisions?: Decision[] } {
  return decisions.size === 0 ? {} : { decisions: [...decisions.values()] };
}

function released(
  passport: Passport,
  result: CaseResult,
  decision: Decision | undefined,
): Dataset['cases'][number] {
  const { collection, caseId, licence, citation, image } = passport;
  const { labelMap, labels, absent } = result;
  const accepted = decision === undefined ? {} : { acceptedBy: { by: decision.by, reason: decision.reason } };
  return { collection, caseId, licence, citation, image: image!, labelMap, labels, absent, ...accepted };
}

function addressOf(campaign: string, name: string): CaseAddress {
  const slash = name.indexOf('/');
  const collection = name.slice(0, slash) as CaseAddress['collection'];
  return { campaign, collection, caseId: name.slice(slash + 1) };
}
