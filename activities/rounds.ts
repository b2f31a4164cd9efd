import { caseName } from '../domain/case-name.js';
import type { DevicePlan } from '../domain/hardware-class.js';
import { type CaseAddress, roundFiguresKey } from '../domain/keys.js';
import type { Organ } from '../domain/organ.js';
import type { ObjectRef } from '../domain/primitives.js';
import { outcomeOf, type Round, type RoundPlan, type RoundResult, type Speakers } from '../domain/round.js';
import type { OrganModels, TaughtModels } from '../domain/teaching.js';
import { roundEntity } from '../domain/workflow-ids.js';
import { publishFirst } from '../storage/json.js';
import { mapBounded } from '../storage/map-bounded.js';
import { publishRoundResult, readRoundResult, requireRound } from '../storage/rounds.js';
import { alive } from './alive.js';
import { devicesOf } from './campaign-devices.js';
import type { Dependencies } from './dependencies.js';
import type { Proposal, SilentModel } from './pseudo-labels.js';
import { recordOnce } from './record-once.js';
import { type Asked, compareModels, RoundFigures, readFigures, scoreHeldOut } from './round-figures.js';
import { planNextRound } from './round-plan.js';

export type RoundDeeds = ReturnType<typeof roundDeeds>;

export interface RoundAddress {
  readonly campaign: string;
  readonly roundId: string;
}

/** Who asked for something, and why. */
export interface AskedBy {
  readonly actor: string;
  readonly role: string;
  readonly why?: string;
}

export interface OpenedRound
  extends Pick<RoundPlan, 'engine' | 'seed' | 'studentGroups' | 'fineTune' | 'studentFrom'> {
  /** The round has a result: nothing is to be done. */
  readonly done: boolean;
  readonly cases: ObjectRef;
  readonly teachers: OrganModels;
  /** Of the campaign. */
  readonly devices?: DevicePlan;
}

/** A held-out case and the models that are to be asked about it. */
export interface Judging {
  readonly at: CaseAddress;
  readonly models: readonly string[];
}

/** The round as an object: what it begins with, what its models make of the held-out cases, what it comes to. */
export function roundDeeds({ store, work, now }: Pick<Dependencies, 'store' | 'work' | 'now'>) {
  return {
    async openRound({ campaign, roundId, by }: RoundAddress & { by: AskedBy }): Promise<OpenedRound> {
      return alive(async () => {
        const { plan, snapshot } = await requireRound(store, campaign, roundId);
        const done = (await readRoundResult(store, campaign, roundId)) !== undefined;
        if (!done) await record({ campaign, roundId }, 'begun', by);
        const { engine, seed, studentGroups, fineTune, studentFrom } = plan;
        const { cases, teachers } = snapshot;
        const how = { engine, seed, studentGroups, fineTune, ...(studentFrom && { studentFrom }) };
        return { done, ...how, cases, teachers, ...(await devicesOf(store, campaign)) };
      });
    },

    /** Of a stretch of the held-out cases, those that have no figures yet. */
    async judgingPage(
      input: RoundAddress & { taught: TaughtModels; offset: number; limit: number },
    ): Promise<{ cases: Judging[]; total: number }> {
      return alive(async () => {
        const { campaign, roundId, taught, offset, limit } = input;
        const round = await requireRound(store, campaign, roundId);
        const { heldOut } = round.snapshot;
        const page = await mapBounded(heldOut.slice(offset, offset + limit), readsAtOnce, async (one) => {
          const at = { campaign, collection: one.collection, caseId: one.caseId };
          const known = await store.has(roundFiguresKey(at, roundId));
          return {
            at,
            models: known ? [] : askedOf(round, taught, one.organs).map(({ modelId }) => modelId),
          };
        });
        const cases = page.map(({ at, models }) => ({ at, models: [...new Set(models)] }));
        return { cases: cases.filter(({ models }) => models.length > 0), total: heldOut.length };
      });
    },

    /** DSC and NSD of what the models said of a held-out case; or why there are none. */
    async judgeHeldOut(
      input: RoundAddress & { at: CaseAddress; taught: TaughtModels } & (
          | { said: Proposal[]; silent: SilentModel[] }
          | { failed: string }
        ),
    ): Promise<void> {
      return alive(async () => {
        const { campaign, roundId, at } = input;
        const round = await requireRound(store, campaign, roundId);
        const one = round.snapshot.heldOut.find((each) => caseName(each) === caseName(at))!;
        const figures: RoundFigures =
          'failed' in input
            ? { rows: [], silent: [], failed: input.failed }
            : await scoreHeldOut({ store, work }, at, one, askedOf(round, input.taught, one.organs), input);
        await publishFirst(store, roundFiguresKey(at, roundId), RoundFigures, figures);
      });
    },

    /** The gate of every organ, written once. */
    async settleRound({
      campaign,
      roundId,
      taught,
      by,
    }: RoundAddress & { taught: TaughtModels; by: AskedBy }): Promise<void> {
      return alive(async () => {
        const round = await requireRound(store, campaign, roundId);
        const figures = await readFigures(store, round);
        const outcomes = round.plan.organs.map((organ) =>
          outcomeOf(organ, speakersFor(round, taught, organ), (candidate, against) =>
            compareModels(round, organ, [candidate, figures], [against, figures]),
          ),
        );
        const result = await publishRoundResult(store, campaign, { roundId, taught, outcomes });
        await record({ campaign, roundId }, 'judged', by, verdicts(result));
      });
    },

    /** Plans the round after one that has ended; nothing where no organ passed. */
    async planNext({ campaign, roundId }: RoundAddress): Promise<{ roundId?: string }> {
      return alive(async () => {
        const next = await planNextRound(store, campaign, roundId);
        return next === undefined ? {} : { roundId: next.round.roundId };
      });
    },
  };

  async function record(
    { campaign, roundId }: RoundAddress,
    action: string,
    { actor, role, why }: AskedBy,
    details?: Record<string, string>,
  ): Promise<void> {
    await recordOnce(store, {
      campaign,
      entity: roundEntity(roundId),
      at: now().toISOString(),
      actor,
      role,
      simulated: false,
      action,
      outcome: 'done',
      commandId: action,
      ...(why === undefined ? {} : { why }),
      ...(details === undefined ? {} : { details }),
      labelsBefore: {},
      labelsAfter: {},
    });
  }
}

const readsAtOnce = 16;

function speakersFor({ snapshot }: Round, { students, teachers }: TaughtModels, organ: Organ): Speakers {
  return { student: students[organ], teacher: teachers[organ], standing: snapshot.standing[organ] };
}

/** Every model that is asked about a case, for each organ that the case judges. */
function askedOf(round: Round, taught: TaughtModels, organs: readonly Organ[]): Asked[] {
  return organs.flatMap((organ) => {
    const { student, teacher, standing } = speakersFor(round, taught, organ);
    if (student === undefined) return [];
    const models = [student, teacher, standing].filter((modelId) => modelId !== undefined);
    return [...new Set(models)].map((modelId) => ({ organ, modelId }));
  });
}

function verdicts({ outcomes }: RoundResult): Record<string, string> {
  return Object.fromEntries(outcomes.map(({ organ, verdict, reason }) => [organ, `${verdict}: ${reason}`]));
}
