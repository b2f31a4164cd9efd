import { z } from 'zod';
import { PlusctError } from '../domain/errors.js';
import { roundKey, roundNumberKey, roundNumbersPrefix } from '../domain/keys.js';
import { Round, RoundId, RoundResult } from '../domain/round.js';
import { publishFirst, readJson, requireJson } from './json.js';
import { mapBounded } from './map-bounded.js';
import type { ObjectStore } from './object-store.js';

const Numbered = z.object({ roundId: RoundId });
const readsAtOnce = 16;

/** Keeps a round under the next free number, or finds it where it was planned before. */
export async function publishRound(
  store: ObjectStore,
  round: Omit<Round, 'number'>,
): Promise<{ round: Round; known: boolean }> {
  const { campaign } = round.plan;
  const key = roundKey(campaign, round.roundId, 'round');
  const known = await readJson(store, key, Round);
  if (known !== undefined) return { round: known, known: true };
  const number = await claimNumber(store, campaign, round.roundId);
  return { round: await publishFirst(store, key, Round, { ...round, number }), known: false };
}

async function claimNumber(store: ObjectStore, campaign: string, roundId: string): Promise<number> {
  for (let number = 1; ; number += 1) {
    const holder = await publishFirst(store, roundNumberKey(campaign, number), Numbered, { roundId });
    if (holder.roundId === roundId) return number;
  }
}

/** Every round of a campaign, in the order in which they were planned. */
export async function readRounds(store: ObjectStore, campaign: string): Promise<Round[]> {
  const keys: string[] = [];
  for await (const key of store.list(roundNumbersPrefix(campaign))) keys.push(key);
  const ids = await mapBounded(keys, readsAtOnce, (key) => requireJson(store, key, Numbered));
  const rounds = await mapBounded(ids, readsAtOnce, ({ roundId }) =>
    readJson(store, roundKey(campaign, roundId, 'round'), Round),
  );
  return rounds.filter((round) => round !== undefined).sort((a, b) => a.number - b.number);
}

export function requireRound(store: ObjectStore, campaign: string, roundId: string): Promise<Round> {
  return requireJson(store, roundKey(campaign, roundId, 'round'), Round);
}

/** What a round came to; undefined while it is under way. */
export function readRoundResult(
  store: ObjectStore,
  campaign: string,
  roundId: string,
): Promise<RoundResult | undefined> {
  return readJson(store, roundKey(campaign, roundId, 'result'), RoundResult);
}

export function publishRoundResult(
  store: ObjectStore,
  campaign: string,
  result: RoundResult,
): Promise<RoundResult> {
  return publishFirst(store, roundKey(campaign, result.roundId, 'result'), RoundResult, result);
}

/** As `readRoundResult`, but the round has to have ended. */
export async function requireRoundResult(
  store: ObjectStore,
  campaign: string,
  { roundId, number }: Pick<Round, 'roundId' | 'number'>,
): Promise<RoundResult> {
  const result = await readRoundResult(store, campaign, roundId);
  if (result !== undefined) return result;
  throw new PlusctError(
    'InvalidInput',
    `round ${number} of ${campaign} has not ended; plusct round show tells how far it is`,
  );
}

/** A round by its number or by its id. */
export async function findRound(store: ObjectStore, campaign: string, text: string): Promise<Round> {
  const rounds = await readRounds(store, campaign);
  const found = rounds.find(({ number, roundId }) => String(number) === text || roundId === text);
  if (found !== undefined) return found;
  const there = rounds.length === 0 ? 'has none yet' : `has rounds 1 to ${rounds.at(-1)!.number}`;
  throw new PlusctError('InvalidInput', `there is no round '${text}': ${campaign} ${there}`);
}
