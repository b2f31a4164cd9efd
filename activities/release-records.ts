import { CampaignPlan } from '../domain/campaign.js';
import { caseName } from '../domain/case-name.js';
import type { CaseView } from '../domain/case-view.js';
import type { Decisions } from '../domain/decision.js';
import { campaignPlanKey, evaluationKey, modelKey } from '../domain/keys.js';
import { Model } from '../domain/model.js';
import type { Person } from '../domain/person.js';
import type { ReleaseChoice } from '../domain/release.js';
import type { JudgedCases } from '../domain/release-compose.js';
import { compareVersions } from '../domain/semver.js';
import { readCaseGroups } from '../storage/case-groups.js';
import { readDecisions } from '../storage/decisions.js';
import { type KnownErratum, readErrata } from '../storage/errata.js';
import { readJson, requireJson } from '../storage/json.js';
import { mapBounded } from '../storage/map-bounded.js';
import type { ObjectStore } from '../storage/object-store.js';
import { releaseVersions, requireRelease, type StoredRelease } from '../storage/releases.js';
import { readRoster } from '../storage/roster.js';
import { evaluationsOf, readEvaluation } from './campaign-status.js';
import { readCaseViews } from './case-views.js';
import { EvaluationPlan } from './evaluation-plan.js';

const readsAtOnce = 8;

/** Everything on record of a campaign that a release of it depends on. */
export interface ReleaseRecords {
  readonly views: readonly CaseView[];
  readonly decisions: Decisions;
  readonly people: readonly Person[];
  /** Models that had a hand in a label, by id. */
  readonly models: ReadonlyMap<string, Model>;
  readonly groups: readonly (readonly string[])[];
  readonly evaluations: readonly JudgedCases[];
  readonly errata: readonly KnownErratum[];
  /** Releases before the one that is asked about, oldest first. */
  readonly earlier: readonly StoredRelease[];
  /** Every version that is there. */
  readonly known: readonly string[];
}

/** Reads them. `asked` is the version that is to be made; later ones and itself are no earlier releases. */
export async function readReleaseRecords(
  store: ObjectStore,
  campaign: string,
  choice: Pick<ReleaseChoice, 'trainingBinds'>,
  asked?: string,
): Promise<ReleaseRecords> {
  await requireJson(store, campaignPlanKey(campaign), CampaignPlan);
  const [views, decisions, people, groups, evaluations, errata, known] = await Promise.all([
    readCaseViews(store, campaign, { modelsBind: choice.trainingBinds }),
    readDecisions(store, campaign),
    readRoster(store, campaign),
    readCaseGroups(store, campaign),
    judgedCases(store, campaign),
    readErrata(store, campaign),
    releaseVersions(store, campaign),
  ]);
  const before = known.includes(asked ?? '')
    ? known.filter((each) => compareVersions(each, asked!) < 0)
    : known;
  const earlier = await mapBounded(before, 2, (version) => requireRelease(store, campaign, version));
  const models = await modelsBehind(store, views);
  return {
    views,
    decisions,
    people,
    models,
    groups: groups.groups,
    evaluations,
    errata,
    earlier,
    known,
  };
}

async function modelsBehind(store: ObjectStore, views: readonly CaseView[]): Promise<Map<string, Model>> {
  const ids = new Set(views.flatMap(({ organs }) => organs.flatMap(({ model }) => model ?? [])));
  const found = await mapBounded([...ids], readsAtOnce, (id) => readJson(store, modelKey(id), Model));
  return new Map(found.flatMap((model) => (model === undefined ? [] : [[model.modelId, model] as const])));
}

/** Evaluations of the campaign that have ended. */
async function judgedCases(store: ObjectStore, campaign: string): Promise<JudgedCases[]> {
  const ids = await evaluationsOf(store, campaign);
  const read = await mapBounded(ids, readsAtOnce, async (id): Promise<JudgedCases[]> => {
    const [plan, summary] = await Promise.all([
      readJson(store, evaluationKey(id, 'plan.json'), EvaluationPlan),
      readEvaluation(store, id),
    ]);
    if (plan === undefined || summary === undefined) return [];
    const labelMaps = new Map(plan.cases.map((each) => [caseName(each), each.resultSha256]));
    return [{ id, contractSha256: summary.contractSha256, labelMaps, scores: summary.scores }];
  });
  return read.flat();
}
