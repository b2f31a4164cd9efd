import { CampaignPlan, CaseResult, Dataset, type LeftOut } from '../domain/campaign.js';
import { type CaseSummary, CaseSummary as CaseSummarySchema, type Passport } from '../domain/case.js';
import { CaseGroups, type CasePair } from '../domain/case-groups.js';
import { type Decision, type Decisions, decidedPassport, excludedCase } from '../domain/decision.js';
import {
  type CaseAddress,
  campaignPlanKey,
  caseGroupsKey,
  datasetKey,
  manifestKey,
  resultKey,
} from '../domain/keys.js';
import { caseWorkflowId } from '../domain/workflow-ids.js';
import { exactDuplicates } from '../sources/duplicates.js';
import { sharedLabels } from '../sources/shared-labels.js';
import { getContent } from '../storage/content.js';
import { readDecisions } from '../storage/decisions.js';
import { hashOf, publishJson, readJson, requireJson } from '../storage/json.js';
import { readAllPassports } from '../storage/passports.js';
import { madeUnder, publishWorklist, readWorklist, requireWorklist } from '../storage/worklists.js';
import { alive } from './alive.js';
import type { Dependencies } from './dependencies.js';
import { groupCases, leftOutOf, nameOf } from './duplicates.js';
import { Manifest } from './ingest.js';
import { loadPassport } from './label-store.js';
import { unfinishedFinding, withdrawnFinding } from './left-out.js';

export type CampaignDeeds = ReturnType<typeof campaignDeeds>;

/** What belongs to the campaign as a whole: its plan, its worklist, its dataset. */
export function campaignDeeds({
  store,
  work,
  workflowStatus,
}: Pick<Dependencies, 'store' | 'work' | 'workflowStatus'>) {
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
        const passports = written.map((each) => decidedPassport(each, decisions.get(nameOf(each))));
        const same = (await duplicates(campaign, plan, passports)).filter(
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
          const decision = decisions.get(nameOf(item));
          const result = await readJson(store, resultKey(at), CaseResult);
          // Somebody may have taken the case out while it was under way.
          if (decision?.verdict === 'exclude') leftOut.push(excludedCase(decision));
          else if (result === undefined) leftOut.push(unfinished(at));
          else cases.push(released(await loadPassport(store, at), result, decision));
        }
        leftOut.sort((a, b) => byName.compare(nameOf(a), nameOf(b)));
        const dataset = Dataset.parse({ campaign, cases, leftOut });
        // The name of the campaign is no part of what was built.
        const sha256 = hashOf({ ...dataset, campaign: '' });
        const key = datasetKey(campaign, sha256);
        await publishJson(store, key, dataset);
        return { key, sha256, leftOut: leftOut.length };
      });
    },
  };

  async function duplicates(campaign: string, plan: CampaignPlan, passports: Passport[]): Promise<LeftOut[]> {
    const accepted = passports.filter((each) => each.status === 'accepted');
    const withdrawn: LeftOut[] = [];
    const known: CasePair[] = [];
    for (const { collection } of plan.collections) {
      const manifest = await requireJson(store, manifestKey(campaign, collection), Manifest);
      for (const { caseId, withdrawnCopyOf } of manifest.cases) {
        if (withdrawnCopyOf === undefined) continue;
        const copy = passports.find((each) => each.collection === collection && each.caseId === caseId);
        const original = accepted.find(
          (each) => each.collection === collection && each.caseId === withdrawnCopyOf,
        );
        const proof = await compare(copy, original);
        const [first, second] = [
          nameOf({ collection, caseId: withdrawnCopyOf }),
          nameOf({ collection, caseId }),
        ];
        known.push({ first, second, same: { kind: 'withdrawn' } });
        withdrawn.push({ collection, caseId, finding: withdrawnFinding(caseId, withdrawnCopyOf, proof) });
      }
    }
    const out = new Set(withdrawn.map(nameOf));
    const exact = exactOf(accepted.filter((each) => !out.has(nameOf(each))));
    const groups = await groupCases({ store, work }, campaign, passports, known);
    await publishJson(store, caseGroupsKey(campaign), CaseGroups.parse(groups));
    const gone = new Set([...withdrawn, ...exact].map(nameOf));
    return [...withdrawn, ...exact, ...leftOutOf(groups, passports, gone)];
  }

  async function compare(copy: Passport | undefined, original: Passport | undefined) {
    if (copy?.image === undefined || original?.image === undefined) return undefined;
    const files = {
      copy: await getContent(store, copy.image),
      original: await getContent(store, original.image),
    };
    // Without proof the case is left out all the same, as withdrawn.
    return work.provesCopy(files).catch(() => undefined);
  }
}

function exactOf(passports: readonly Passport[]): LeftOut[] {
  const named = passports.map(({ collection, caseId, voxels }) => ({
    collection,
    caseId,
    ...(voxels === undefined ? {} : { voxelSha256: voxels.voxelSha256 }),
  }));
  return exactDuplicates(named).map(({ duplicate: { collection, caseId }, finding }) => ({
    collection,
    caseId,
    finding,
  }));
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
  const out = new Set(leftOut.map(nameOf));
  return passports.filter((each) => !out.has(nameOf(each)));
}

/** Cases held back for a label that another case has too, unless somebody accepted them. */
function labelsOfOthers(passports: readonly Passport[], decisions: Decisions): LeftOut[] {
  return sharedLabels(passports)
    .map(({ item: { collection, caseId }, finding }) => ({ collection, caseId, finding }))
    .filter((each) => !isLetIn(each, decisions));
}

/** Whether a person accepted what waits for a person. What is excluded for certain stays out. */
function isLetIn(item: LeftOut, decisions: Decisions): boolean {
  return item.finding.severity === 'quarantine' && decisions.get(nameOf(item))?.verdict === 'accept';
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
