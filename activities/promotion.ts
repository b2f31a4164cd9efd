import type { Organ } from '../domain/organ.js';
import type { Round, RoundResult } from '../domain/round.js';
import { promotionToTakeBack, type Standing } from '../domain/standing.js';
import type { OrganModels } from '../domain/teaching.js';
import { standingEntity } from '../domain/workflow-ids.js';
import type { ObjectStore } from '../storage/object-store.js';
import { findPerson } from '../storage/roster.js';
import { requireRoundResult } from '../storage/rounds.js';
import { publishStanding, readStandings, standingModels, wasCarriedOut } from '../storage/standing.js';
import { recordOnce } from './record-once.js';

/** Who decides, why, and when. */
export interface Decider {
  readonly by: string;
  readonly why: string;
  readonly at: Date;
}

/** A refusal by the rules. */
export interface RefusedChange {
  readonly refused: string;
}

/**
 * Makes the students of a round, for the organs that passed, the standing models. Refused for an organ that was held,
 * and where the standing model is another one than the gate compared with. The same promotion again finds its edition.
 */
export async function promote(
  store: ObjectStore,
  round: Round,
  organs: readonly Organ[] | undefined,
  decider: Decider,
): Promise<Standing | RefusedChange> {
  const { campaign } = round.plan;
  const result = await requireRoundResult(store, campaign, round);
  const refused =
    (await notALead(store, campaign, decider.by)) ?? (await notPassed(store, round, result, organs));
  if (refused !== undefined) return { refused };
  const passed = passedModels(result, organs);
  const editions = await readStandings(store, campaign);
  const before = await standingModels(store, campaign);
  const changed = round.plan.organs.filter(
    (organ) => passed[organ] !== undefined && passed[organ] !== before[organ],
  );
  const known = editions.at(-1);
  if (changed.length === 0) {
    if (known === undefined) return { refused: 'these models stand already' };
    await record(store, campaign, known, decider.at);
    return known;
  }
  return write(
    store,
    campaign,
    {
      edition: editions.length + 1,
      models: { ...before, ...passed },
      before,
      organs: changed,
      by: decider.by,
      why: decider.why,
      roundId: round.roundId,
      reopenBelowDsc: round.plan.reopenBelowDsc,
    },
    decider.at,
  );
}

/**
 * Takes the newest promotion back: the models that stood before it stand again. `cutOff` is a rollback that was under way when
 * this one was asked for: asking again means that one, and takes nothing more back.
 */
export async function rollBack(
  store: ObjectStore,
  campaign: string,
  decider: Decider,
  cutOff?: Standing,
): Promise<Standing | RefusedChange> {
  const refused = await notALead(store, campaign, decider.by);
  if (refused !== undefined) return { refused };
  if (cutOff !== undefined) {
    await record(store, campaign, cutOff, decider.at);
    return cutOff;
  }
  const editions = await readStandings(store, campaign);
  const promotion = promotionToTakeBack(editions);
  if (promotion === undefined)
    return { refused: `nothing was promoted in ${campaign} that could be taken back` };
  return write(
    store,
    campaign,
    {
      edition: editions.length + 1,
      models: promotion.before,
      before: promotion.models,
      organs: promotion.organs,
      by: decider.by,
      why: decider.why,
      takesBack: promotion.edition,
      reopenBelowDsc: promotion.reopenBelowDsc,
    },
    decider.at,
  );
}

/** The newest change, if it is a rollback that not all cases have heard of. */
export async function rollbackUnderWay(store: ObjectStore, campaign: string): Promise<Standing | undefined> {
  const newest = (await readStandings(store, campaign)).at(-1);
  if (newest?.takesBack === undefined) return undefined;
  return (await wasCarriedOut(store, campaign, newest.edition)) ? undefined : newest;
}

async function write(store: ObjectStore, campaign: string, standing: Standing, at: Date): Promise<Standing> {
  await publishStanding(store, campaign, standing);
  await record(store, campaign, standing, at);
  return standing;
}

async function record(store: ObjectStore, campaign: string, standing: Standing, at: Date): Promise<void> {
  const { edition, organs, models, by, why, roundId, takesBack } = standing;
  const person = await findPerson(store, campaign, by);
  await recordOnce(store, {
    campaign,
    entity: standingEntity,
    at: at.toISOString(),
    actor: by,
    role: person?.role ?? 'lead',
    simulated: person?.simulated ?? false,
    action: takesBack === undefined ? 'promoted' : 'rolled-back',
    outcome: 'done',
    commandId: `edition-${edition}`,
    why,
    details: {
      edition: String(edition),
      ...Object.fromEntries(organs.map((organ) => [organ, models[organ] ?? 'none'])),
      ...(roundId === undefined ? {} : { round: roundId }),
      ...(takesBack === undefined ? {} : { takesBack: String(takesBack) }),
    },
    labelsBefore: {},
    labelsAfter: {},
  });
}

async function notALead(store: ObjectStore, campaign: string, id: string): Promise<string | undefined> {
  const person = await findPerson(store, campaign, id);
  if (person?.role === 'lead') return undefined;
  const who = person === undefined ? `'${id}' is not of ${campaign}` : `${id} is ${person.role}`;
  return `${who}; a lead decides which models stand, for it may open finished cases again`;
}

async function notPassed(
  store: ObjectStore,
  { plan, number }: Round,
  { outcomes }: RoundResult,
  organs: readonly Organ[] | undefined,
): Promise<string | undefined> {
  const asked = outcomes.filter(({ organ }) => organs === undefined || organs.includes(organ));
  const passed = asked.filter(({ verdict }) => verdict === 'promote');
  const held = asked.find(({ verdict }) => verdict === 'hold');
  if (organs !== undefined && held !== undefined)
    return `round ${number} holds the ${held.organ}: ${held.reason}`;
  if (passed.length === 0) return `round ${number} has no organ to promote`;
  const standing = await standingModels(store, plan.campaign);
  for (const { organ, candidate, comparisons } of passed) {
    const now = standing[organ];
    const compared = comparisons.some(({ against }) => against === now);
    if (now !== undefined && now !== candidate && !compared)
      return `the ${organ} is proposed by ${now} now, which round ${number} did not compare with; run a round against it`;
  }
  return undefined;
}

function passedModels({ outcomes }: RoundResult, organs: readonly Organ[] | undefined): OrganModels {
  const passed = outcomes.filter(
    ({ organ, verdict }) => verdict === 'promote' && (organs === undefined || organs.includes(organ)),
  );
  return Object.fromEntries(passed.map(({ organ, candidate }) => [organ, candidate]));
}
