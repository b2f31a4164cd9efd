import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import type { CaseResult } from '../domain/campaign.js';
import type { CaseSummary } from '../domain/case.js';
import type { CaseGroups } from '../domain/case-groups.js';
import { caseName } from '../domain/case-name.js';
import { PlusctError } from '../domain/errors.js';
import { copiesOf, drawHeldOut, leaks } from '../domain/held-out.js';
import type { CaseAddress } from '../domain/keys.js';
import type { Organ } from '../domain/organ.js';
import type { ObjectRef } from '../domain/primitives.js';
import {
  type HeldOutCase,
  nextTeachers,
  type Round,
  RoundPlan,
  type RoundSnapshot,
} from '../domain/round.js';
import type { OrganModels, TeachingCase } from '../domain/teaching.js';
import { readCaseGroups } from '../storage/case-groups.js';
import { putContent } from '../storage/content.js';
import { hashOf } from '../storage/json.js';
import { mapBounded } from '../storage/map-bounded.js';
import type { ObjectStore } from '../storage/object-store.js';
import { readResult } from '../storage/results.js';
import { publishRound, requireRound, requireRoundResult } from '../storage/rounds.js';
import { standingModels } from '../storage/standing.js';
import { putTeachingCases } from '../storage/teaching-cases.js';
import { requireWorklist } from '../storage/worklists.js';
import { referencePath } from './evaluation-plan.js';
import { loadPassport } from './label-store.js';
import { absentOrgans, manualLabels, type PeoplesWork, peoplesWork } from './manual-labels.js';
import { withForerunners } from './model-descent.js';
import { readModel } from './model-store.js';
import { gateContract } from './round-contract.js';

/** Which cases judge: a share that is drawn by the plan's seed, cases by name, or those of an earlier round. */
export type HeldOutChoice =
  | { readonly share: number; readonly referenceDirectory?: string }
  | { readonly names: readonly string[]; readonly referenceDirectory?: string }
  | { readonly same: readonly HeldOutCase[] };

export interface AskedRound {
  readonly plan: RoundPlan;
  readonly heldOut: HeldOutChoice;
  /** Models that teach; `standing` takes those that propose now. Other teachers are trained. */
  readonly teachers?: OrganModels | 'standing';
  /** The round whose students teach. */
  readonly previous?: string;
}

interface PlannedRound {
  readonly round: Round;
  /** The same inputs were planned before. */
  readonly known: boolean;
}

const readsAtOnce = 16;

/**
 * Writes down what a round begins with: exact label versions of sources and people, the cases that a model has to label,
 * and those that judge. No teacher, no student and no standing model may have seen a scan that judges it; throws
 * `InvalidInput` naming the pair where cases were named that break this.
 */
export async function planRound(store: ObjectStore, asked: AskedRound): Promise<PlannedRound> {
  const plan = RoundPlan.parse(asked.plan);
  const { campaign, organs } = plan;
  const standing = ofOrgans(await standingModels(store, campaign), organs);
  const given = asked.teachers === 'standing' ? standing : (asked.teachers ?? {});
  const teachers = ofOrgans(given, organs);
  refuseSeveralTeachers(plan, teachers);
  const { groups } = await readCaseGroups(store, campaign);
  const cases = await roundCases(store, campaign);
  const seen = await seenBy(store, organs, [standing, teachers], groups);
  const heldOut = await holdOut({ store, plan, cases, seen, groups }, asked.heldOut);
  const away = new Set(heldOut.flatMap((one) => copiesOf(caseName(one), groups)));
  const teaching = cases.filter(({ item }) => !away.has(caseName(item))).map(({ teaching: one }) => one);
  const snapshot: RoundSnapshot = {
    cases: await putTeachingCases(store, teaching),
    labelled: teaching.filter(({ labels }) => labels.length > 0).length,
    unlabelled: teaching.filter(({ labels }) => labels.length === 0).length,
    heldOut,
    teachers,
    standing,
    ...(asked.previous === undefined ? {} : { previous: asked.previous }),
    contractSha256: hashOf(gateContract(organs)),
  };
  return publishRound(store, { roundId: hashOf({ plan, snapshot }).slice(0, 12), plan, snapshot });
}

/**
 * The round after one that has ended: its students teach where they passed, the same cases judge. Undefined where none
 * passed, or nobody learned from pseudo-labels, for the next round would be the same again.
 */
export async function planNextRound(
  store: ObjectStore,
  campaign: string,
  roundId: string,
): Promise<PlannedRound | undefined> {
  const round = await requireRound(store, campaign, roundId);
  const result = await requireRoundResult(store, campaign, round);
  if (result.outcomes.every(({ verdict }) => verdict === 'hold')) return undefined;
  // Where no student learned from its teacher, other teachers change nothing.
  if (result.taught.lessons.every(({ pseudo }) => pseudo === 0)) return undefined;
  const { plan, snapshot } = round;
  return planRound(store, {
    plan,
    heldOut: { same: snapshot.heldOut },
    teachers: nextTeachers(result),
    previous: roundId,
  });
}

interface RoundCase {
  readonly at: CaseAddress;
  readonly item: CaseSummary;
  readonly result: CaseResult | undefined;
  readonly teaching: TeachingCase;
}

async function roundCases(store: ObjectStore, campaign: string): Promise<RoundCase[]> {
  const { cases } = await requireWorklist(store, campaign);
  const workOn = await peoplesWork(store, campaign);
  return mapBounded(cases, readsAtOnce, async (item) => {
    const at = { campaign, collection: item.collection, caseId: item.caseId };
    const result = await readResult(store, at);
    return {
      at,
      item,
      result,
      teaching: await teachingCase(store, at, item, result, workOn(caseName(item))),
    };
  });
}

async function teachingCase(
  store: ObjectStore,
  at: CaseAddress,
  item: CaseSummary,
  result: CaseResult | undefined,
  work: PeoplesWork,
): Promise<TeachingCase> {
  const { image, licence } = await loadPassport(store, at);
  const labels = manualLabels(item, result, work).map(({ organ, version, origin, voxelSha256 }) => ({
    organ,
    version,
    origin,
    voxelSha256,
  }));
  return { ...at, imageSha256: image!.sha256, licence, labels, absent: absentOrgans(result, work) };
}

/** For each organ: which case that a model of it was trained on shows a scan, and which model that is. */
type Seen = (organ: Organ, one: TeachingCase) => { model: string; trainedOn: string } | undefined;

/** A student can go on from one model only. */
function refuseSeveralTeachers({ studentFrom, studentGroups }: RoundPlan, teachers: OrganModels): void {
  if (studentFrom === undefined) return;
  for (const group of studentGroups) {
    const several = new Set(group.map((organ) => teachers[organ] ?? 'one that is to be trained'));
    if (several.size > 1)
      throw new PlusctError(
        'InvalidInput',
        `the student of ${group.join(', ')} cannot go on from its teacher, as it has ${several.size}: ` +
          `${[...several].join(', ')}; leave out --joint or --student-from teacher`,
      );
  }
}

async function seenBy(
  store: ObjectStore,
  organs: readonly Organ[],
  speakers: readonly OrganModels[],
  groups: CaseGroups['groups'],
): Promise<Seen> {
  const ids = new Set(organs.flatMap((organ) => speakers.flatMap((models) => models[organ] ?? [])));
  const finders = new Map(
    await mapBounded([...ids], readsAtOnce, async (id) => {
      const models = await withForerunners(store, await readModel(store, id));
      const trainedOn = models.flatMap((model) => model.trainedOn);
      const named = trainedOn.map((each) => ({ name: caseName(each), imageSha256: each.imageSha256 }));
      return [id, leaks(named, groups)] as const;
    }),
  );
  return (organ, one) => {
    for (const model of new Set(speakers.flatMap((models) => models[organ] ?? []))) {
      const trainedOn = finders.get(model)!({ name: caseName(one), imageSha256: one.imageSha256 });
      if (trainedOn !== undefined) return { model, trainedOn };
    }
    return undefined;
  };
}

interface Choosing {
  readonly store: ObjectStore;
  readonly plan: RoundPlan;
  readonly cases: readonly RoundCase[];
  readonly seen: Seen;
  readonly groups: CaseGroups['groups'];
}

async function holdOut(choosing: Choosing, choice: HeldOutChoice): Promise<HeldOutCase[]> {
  const { plan, cases, seen, groups } = choosing;
  if ('same' in choice) {
    for (const one of choice.same) refuseLeak(choosing, caseOf(cases, caseName(one)), one.organs);
    return [...choice.same];
  }
  const { referenceDirectory } = choice;
  const judging = (one: RoundCase) => judgedOrgans(one, plan.organs, referenceDirectory);
  if ('names' in choice) {
    const named = [...new Set(choice.names)].sort().map((name) => caseOf(cases, name));
    for (const one of named) {
      if (judging(one).length === 0) throw noTruth(one, referenceDirectory);
      refuseLeak(choosing, one, judging(one));
    }
    return withTruth(choosing, named, judging, referenceDirectory);
  }
  const unseen = (one: RoundCase) => judging(one).filter((organ) => seen(organ, one.teaching) === undefined);
  const eligible = cases.filter((one) => unseen(one).length > 0);
  const drawn = new Set(
    drawHeldOut(
      eligible.map(({ item }) => caseName(item)),
      cases.length,
      { groups, share: choice.share, seed: plan.seed },
    ),
  );
  const chosen = eligible.filter(({ item }) => drawn.has(caseName(item)));
  return withTruth(choosing, chosen, unseen, referenceDirectory);
}

/** Organs whose truth is known: all of them where there is a reference, else those that a source or people vouch for. */
function judgedOrgans(
  { item, result, teaching }: RoundCase,
  organs: readonly Organ[],
  referenceDirectory: string | undefined,
): Organ[] {
  if (referenceDirectory !== undefined) {
    const { collection, caseId } = item;
    return existsSync(referencePath(referenceDirectory, collection, caseId)) ? [...organs] : [];
  }
  if (result === undefined) return [];
  const vouched = new Set([...teaching.labels.map(({ organ }) => organ), ...teaching.absent]);
  return organs.filter((organ) => vouched.has(organ));
}

function withTruth(
  { store }: Choosing,
  cases: readonly RoundCase[],
  organsOf: (one: RoundCase) => Organ[],
  referenceDirectory: string | undefined,
): Promise<HeldOutCase[]> {
  return mapBounded(cases, readsAtOnce, async (one) => {
    const { collection, caseId } = one.item;
    const own = organsOf(one);
    const proposed = referenceDirectory === undefined ? proposedOf(one, own) : [];
    return {
      collection,
      caseId,
      organs: own,
      truth: await truthOf(store, one, referenceDirectory),
      ...(proposed.length === 0 ? {} : { proposed }),
    };
  });
}

/** Organs whose finished label is a model's, which people looked at and did not change. */
function proposedOf({ result }: RoundCase, own: readonly Organ[]): Organ[] {
  const made = (result?.labels ?? []).filter(({ origin }) => origin === 'model').map(({ organ }) => organ);
  return own.filter((organ) => made.includes(organ));
}

async function truthOf(
  store: ObjectStore,
  { item, result }: RoundCase,
  referenceDirectory: string | undefined,
): Promise<ObjectRef> {
  if (referenceDirectory === undefined) return result!.labelMap;
  return putContent(store, await readFile(referencePath(referenceDirectory, item.collection, item.caseId)));
}

function caseOf(cases: readonly RoundCase[], name: string): RoundCase {
  const found = cases.find(({ item }) => caseName(item) === name);
  if (found !== undefined) return found;
  throw new PlusctError('InvalidInput', `held-out case ${name} is no case that the campaign goes on with`);
}

function refuseLeak({ seen }: Choosing, { teaching }: RoundCase, organs: readonly Organ[]): void {
  for (const organ of organs) {
    const leak = seen(organ, teaching);
    if (leak === undefined) continue;
    const name = caseName(teaching);
    const pair = leak.trainedOn === name ? 'that case' : `${leak.trainedOn}, which shows the same scan`;
    throw new PlusctError(
      'InvalidInput',
      `${name} cannot judge the ${organ}: ${leak.model} was trained on ${pair}; hold out other cases, or leave the ${organ} out`,
    );
  }
}

function noTruth({ item }: RoundCase, referenceDirectory: string | undefined): PlusctError {
  const where = referenceDirectory === undefined ? 'no finished labels' : `no file in ${referenceDirectory}`;
  return new PlusctError(
    'InvalidInput',
    `held-out case ${caseName(item)} has ${where}: it can judge no organ of the round`,
  );
}

function ofOrgans(models: OrganModels, organs: readonly Organ[]): OrganModels {
  return Object.fromEntries(
    organs.flatMap((organ) => (models[organ] === undefined ? [] : [[organ, models[organ]]])),
  );
}
