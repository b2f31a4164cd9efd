import { caseName } from '../domain/case-name.js';
import { descendants } from '../domain/descent.js';
import { evaluationKey } from '../domain/keys.js';
import type { Model } from '../domain/model.js';
import type { Organ } from '../domain/organ.js';
import type { ReleaseManifest } from '../domain/release.js';
import type { ReleaseChanges } from '../domain/release-changes.js';
import type { TeachingCase } from '../domain/teaching.js';
import { readJson } from '../storage/json.js';
import { mapBounded } from '../storage/map-bounded.js';
import type { ObjectStore } from '../storage/object-store.js';
import { readRounds } from '../storage/rounds.js';
import { readTeachingCases } from '../storage/teaching-cases.js';
import { evaluationsOf } from './campaign-status.js';
import { EvaluationPlan } from './evaluation-plan.js';
import { listModels } from './model-registry.js';

/** What rests on labels that a release changes, and may have to be made again. */
export interface ReleaseEffects {
  /** Evaluations that judged label maps of cases that changed or went. */
  readonly evaluations: readonly { readonly id: string; readonly cases: readonly string[] }[];
  /** Pseudo-label rounds that learned from such label versions, or held such label maps for the truth. */
  readonly rounds: readonly {
    readonly number: number;
    readonly taught: readonly string[];
    readonly judged: readonly string[];
  }[];
  /** Models that were trained on label versions that changed or went, and those that learned from such a model. */
  readonly models: readonly AffectedModel[];
}

interface AffectedModel {
  readonly modelId: string;
  readonly organs: readonly Organ[];
  readonly cases: readonly string[];
  /** The affected model that it learned from, where it was not trained on such labels itself. */
  readonly through?: string;
}

/** What `changes` does away with of a release. */
interface Gone {
  readonly campaign: string;
  /** Cases by the hash of their label map. */
  readonly maps: ReadonlyMap<string, string>;
  /** Cases by the label version, as `{case} {version}`. */
  readonly labels: ReadonlyMap<string, string>;
}

const readsAtOnce = 8;

/** Looks for evaluations, rounds and models that used what `changes` does away with of `before`. */
export async function releaseEffects(
  store: ObjectStore,
  before: ReleaseManifest,
  changes: ReleaseChanges,
): Promise<ReleaseEffects> {
  const { campaign } = before;
  const gone: Gone = { campaign, maps: mapsGone(before, changes), labels: labelsGone(before, changes) };
  return {
    evaluations: await evaluationsOver(store, gone),
    rounds: await roundsOver(store, gone),
    models: modelsOver(await listModels(store), gone),
  };
}

function mapsGone(before: ReleaseManifest, { removed, changed }: ReleaseChanges): Gone['maps'] {
  const corrected = changed.filter((each) => each.organs.length > 0).map((each) => each.case);
  const names = new Set([...removed, ...corrected]);
  const hashes = new Map(before.files.map(({ path, sha256 }) => [path, sha256]));
  return new Map(
    before.cases
      .filter((item) => names.has(caseName(item)))
      .map((item) => [hashes.get(item.labels) ?? '', caseName(item)]),
  );
}

function labelsGone(before: ReleaseManifest, { removed, changed }: ReleaseChanges): Gone['labels'] {
  const corrected = changed.flatMap(({ case: name, organs: own }) =>
    own.map((organ) => ({ name, version: organ.before.version })),
  );
  const withdrawn = before.cases
    .filter((item) => removed.includes(caseName(item)))
    .flatMap((item) => item.organs.map(({ version }) => ({ name: caseName(item), version })));
  return new Map(
    [...corrected, ...withdrawn].flatMap(({ name, version }) =>
      version === undefined ? [] : [[`${name} ${version}`, name] as const],
    ),
  );
}

async function evaluationsOver(store: ObjectStore, gone: Gone): Promise<ReleaseEffects['evaluations']> {
  const ids = await evaluationsOf(store, gone.campaign);
  const found = await mapBounded(ids, readsAtOnce, async (id) => {
    const plan = await readJson(store, evaluationKey(id, 'plan.json'), EvaluationPlan);
    const judged = (plan?.cases ?? []).filter((each) => gone.maps.get(each.resultSha256) === caseName(each));
    return { id, cases: judged.map(caseName) };
  });
  return found.filter(({ cases }) => cases.length > 0);
}

async function roundsOver(store: ObjectStore, gone: Gone): Promise<ReleaseEffects['rounds']> {
  const rounds = await readRounds(store, gone.campaign);
  const found = await mapBounded(rounds, readsAtOnce, async ({ number, snapshot }) => ({
    number,
    taught: learnedFrom(await readTeachingCases(store, snapshot.cases), gone),
    judged: snapshot.heldOut.filter((one) => gone.maps.get(one.truth.sha256) === caseName(one)).map(caseName),
  }));
  return found.filter(({ taught, judged }) => taught.length + judged.length > 0);
}

function modelsOver(models: readonly Model[], gone: Gone): AffectedModel[] {
  const cases = new Map(
    models
      .map(({ modelId, trainedOn }) => [modelId, learnedFrom(trainedOn, gone)] as const)
      .filter(([, names]) => names.length > 0),
  );
  const descents = models.flatMap(({ modelId: model, learnedFrom = [] }) =>
    learnedFrom.map((from) => ({ model, from })),
  );
  const through = descendants(cases.keys(), descents);
  return models.flatMap(({ modelId, organs: of }) => {
    const from = through.get(modelId);
    const own = cases.get(modelId) ?? [];
    if (from === undefined) return own.length === 0 ? [] : [{ modelId, organs: of, cases: own }];
    return [{ modelId, organs: of, cases: own, through: from }];
  });
}

/** The cases of a list whose labels, by version, are gone. */
function learnedFrom(
  list: readonly Pick<TeachingCase, 'campaign' | 'collection' | 'caseId' | 'labels'>[],
  gone: Gone,
): string[] {
  const own = list.filter((each) => each.campaign === gone.campaign);
  const names = own.flatMap((each) =>
    each.labels.flatMap(({ version }) => gone.labels.get(`${caseName(each)} ${version}`) ?? []),
  );
  return [...new Set(names)];
}
