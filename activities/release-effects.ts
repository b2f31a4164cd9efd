import { caseName } from '../domain/case-name.js';
import { evaluationKey } from '../domain/keys.js';
import type { Organ } from '../domain/organ.js';
import type { ReleaseManifest } from '../domain/release.js';
import type { ReleaseChanges } from '../domain/release-changes.js';
import { readJson } from '../storage/json.js';
import { mapBounded } from '../storage/map-bounded.js';
import type { ObjectStore } from '../storage/object-store.js';
import { evaluationsOf } from './campaign-status.js';
import { EvaluationPlan } from './evaluation-plan.js';
import { listModels } from './model-registry.js';

/** What rests on labels that a release changes, and may have to be made again. */
export interface ReleaseEffects {
  /** Evaluations that judged label maps of cases that changed or went. */
  readonly evaluations: readonly { readonly id: string; readonly cases: readonly string[] }[];
  /** Models that were trained on label versions that changed or went. */
  readonly models: readonly {
    readonly modelId: string;
    readonly organs: readonly Organ[];
    readonly cases: readonly string[];
  }[];
}

const readsAtOnce = 8;

/** Looks for evaluations and models that used what `changes` does away with of `before`. */
export async function releaseEffects(
  store: ObjectStore,
  before: ReleaseManifest,
  changes: ReleaseChanges,
): Promise<ReleaseEffects> {
  const [evaluations, models] = await Promise.all([
    evaluationsOver(store, before, changes),
    modelsOver(store, changes, before),
  ]);
  return { evaluations, models };
}

async function evaluationsOver(
  store: ObjectStore,
  before: ReleaseManifest,
  changes: ReleaseChanges,
): Promise<ReleaseEffects['evaluations']> {
  const gone = new Set([
    ...changes.removed,
    ...changes.changed.filter(({ organs: changed }) => changed.length > 0).map((each) => each.case),
  ]);
  const maps = new Map(before.files.map(({ path, sha256 }) => [path, sha256]));
  const hashes = new Map(before.cases.map((item) => [caseName(item), maps.get(item.labels)]));
  const ids = await evaluationsOf(store, before.campaign);
  const found = await mapBounded(ids, readsAtOnce, async (id) => {
    const plan = await readJson(store, evaluationKey(id, 'plan.json'), EvaluationPlan);
    const cases = (plan?.cases ?? [])
      .filter((each) => gone.has(caseName(each)) && hashes.get(caseName(each)) === each.resultSha256)
      .map(caseName);
    return { id, cases };
  });
  return found.filter(({ cases }) => cases.length > 0);
}

async function modelsOver(
  store: ObjectStore,
  changes: ReleaseChanges,
  before: ReleaseManifest,
): Promise<ReleaseEffects['models']> {
  const gone = new Map([
    ...changes.changed.flatMap(({ case: name, organs: all }) =>
      all.flatMap(({ before: { version } }) =>
        version === undefined ? [] : [[`${name} ${version}`, name] as const],
      ),
    ),
    ...before.cases
      .filter((item) => changes.removed.includes(caseName(item)))
      .flatMap((item) =>
        item.organs.flatMap(({ version }) =>
          version === undefined ? [] : [[`${caseName(item)} ${version}`, caseName(item)] as const],
        ),
      ),
  ]);
  if (gone.size === 0) return [];
  const found = (await listModels(store)).map(({ modelId, organs, trainedOn }) => {
    const names = trainedOn.flatMap((each) =>
      each.labels.flatMap(({ version }) => gone.get(`${caseName(each)} ${version}`) ?? []),
    );
    return { modelId, organs, cases: [...new Set(names)] };
  });
  return found.filter(({ cases }) => cases.length > 0);
}
