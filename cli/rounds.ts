import { setTimeout as sleep } from 'node:timers/promises';
import { compareRounds } from '../activities/round-compare.js';
import { planNextRound, planRound } from '../activities/round-plan.js';
import type { AskedBy } from '../activities/rounds.js';
import { taskQueue } from '../domain/queues.js';
import type { Round } from '../domain/round.js';
import { pseudoLabelsId, queries, roundWorkflowId, workflowTypes } from '../domain/workflow-ids.js';
import { findPerson } from '../storage/roster.js';
import {
  findRound,
  readRoundResult,
  readRounds,
  requireRound,
  requireRoundResult,
} from '../storage/rounds.js';
import type { PseudoLabelProgress } from '../workflows/pseudo-label-cases.js';
import type { RoundEnd, RoundProgress } from '../workflows/pseudo-label-round.js';
import { warnOfMissing } from './missing-devices.js';
import { printJson, printTable, say, styled } from './output.js';
import { type Step, stepDisplay } from './progress.js';
import { heldOutChoice, type RoundOptions, roundPlan } from './round-options.js';
import { difference, means, printRound } from './round-print.js';
import { chooseCampaign, type Session } from './session.js';
import { wholeNumber } from './wrong-option.js';

const lookEveryMs = 1500;

/** `plusct round run`: one round, or several in a chain. What was done before is recognised. */
export async function runRounds(session: Session, options: RoundOptions): Promise<void> {
  const { store } = session;
  const campaign = await chooseCampaign(store, options.campaign);
  const person = await findPerson(store, campaign, options.as);
  const why = options.reason === undefined ? {} : { why: options.reason };
  const by: AskedBy = { actor: options.as, role: person?.role ?? 'operator', ...why };
  const rounds = wholeNumber('--rounds', options.rounds, 1);
  const plan = await roundPlan(store, campaign, options);
  const heldOut = heldOutChoice(options);
  const first = await planRound(store, {
    plan,
    heldOut,
    ...(options.teacher === 'standing' ? { teachers: 'standing' as const } : {}),
  });
  await warnOfMissing(session, campaign);
  const done: { round: Round; end: RoundEnd }[] = [];
  let round: Round | undefined = first.round;
  for (let left = rounds; round !== undefined && left > 0; left -= 1) {
    const end = await carryThrough(session, round, left, by);
    done.push({ round, end });
    if (!options.json) await tell(session, round, end);
    round = left > 1 ? await following(session, round, end) : undefined;
  }
  if (options.json) return printJson(await Promise.all(done.map((each) => asJson(session, each))));
  if (done.length < rounds)
    say(
      'No organ passed, or no student learned from pseudo-labels: a further round would be the same again.',
    );
}

/** Waits for a round, whoever started it; shows how far it is. */
async function carryThrough(session: Session, round: Round, left: number, by: AskedBy): Promise<RoundEnd> {
  const { roundId, plan } = round;
  const workflowId = roundWorkflowId(plan.campaign, roundId);
  const client = await session.client();
  const handle = await client.workflow.start(workflowTypes.pseudoLabelRound, {
    workflowId,
    taskQueue: taskQueue('orchestration', session.config.queueSuffix),
    workflowIdConflictPolicy: 'USE_EXISTING',
    args: [{ campaign: plan.campaign, roundId, rounds: left, by }],
  });
  const query = <Answer>(id: string): Promise<Answer | undefined> =>
    client.workflow
      .getHandle(id)
      .query<Answer>(queries.progress)
      .catch(() => undefined);
  const stop = watch(async () => {
    const [labelled, now] = [
      await query<PseudoLabelProgress>(pseudoLabelsId(workflowId)),
      await query<RoundProgress>(workflowId),
    ];
    return [
      { name: 'labelled', done: labelled?.done ?? 0, total: labelled?.total ?? 0 },
      { name: 'judged', done: now?.judged ?? 0, total: now?.total ?? 0 },
    ];
  });
  try {
    return (await handle.result()) as RoundEnd;
  } finally {
    await stop();
  }
}

/** Shows steps until it is told to stop. */
export function watch(read: () => Promise<Step[]>): () => Promise<void> {
  const show = stepDisplay();
  const stopping = new AbortController();
  const looking = (async () => {
    while (!stopping.signal.aborted) {
      show.update((await read()).filter(({ total }) => total > 0));
      await sleep(lookEveryMs, undefined, { signal: stopping.signal }).catch(() => undefined);
    }
  })();
  return async () => {
    stopping.abort();
    await looking;
    show.end();
  };
}

/** The next round of the chain; planned here where the round ran for somebody who wanted no more. */
async function following(
  { store }: Session,
  { plan, roundId }: Round,
  end: RoundEnd,
): Promise<Round | undefined> {
  if (end.next !== undefined) return requireRound(store, plan.campaign, end.next);
  return (await planNextRound(store, plan.campaign, roundId))?.round;
}

async function tell({ store }: Session, round: Round, { recognised }: RoundEnd): Promise<void> {
  if (recognised) say(styled('dim', 'These inputs were run before: nothing was trained or inferred.'));
  printRound(round, await readRoundResult(store, round.plan.campaign, round.roundId));
}

async function asJson({ store }: Session, { round, end }: { round: Round; end: RoundEnd }) {
  const result = await requireRoundResult(store, round.plan.campaign, round);
  return { round, result, recognised: end.recognised };
}

interface Reading {
  readonly campaign?: string;
  readonly json?: boolean;
}

/** `plusct round list`. */
export async function listRounds(session: Session, options: Reading): Promise<void> {
  const { store } = session;
  const campaign = await chooseCampaign(store, options.campaign);
  const rounds = await Promise.all(
    (await readRounds(store, campaign)).map(async (round) => ({
      round,
      result: await readRoundResult(store, campaign, round.roundId),
    })),
  );
  if (options.json) return printJson(rounds);
  if (rounds.length === 0) return say(`${campaign} has no rounds yet.`);
  printTable(
    ['round', 'id', 'engine', 'labelled', 'unlabelled', 'judge', 'promote', 'hold'],
    rounds.map(({ round: { number, roundId, plan, snapshot }, result }) => {
      const of = (verdict: string) =>
        result?.outcomes
          .filter((each) => each.verdict === verdict)
          .map(({ organ }) => organ)
          .join(', ') || '–';
      const { labelled, unlabelled, heldOut } = snapshot;
      const end = result === undefined ? ['under way', ''] : [of('promote'), of('hold')];
      return [number, roundId, plan.engine.name, labelled, unlabelled, heldOut.length, ...end];
    }),
  );
}

/** `plusct round show ROUND`. */
export async function showRound(session: Session, text: string, options: Reading): Promise<void> {
  const campaign = await chooseCampaign(session.store, options.campaign);
  const round = await findRound(session.store, campaign, text);
  const result = await readRoundResult(session.store, campaign, round.roundId);
  if (options.json) return printJson({ round, ...(result === undefined ? {} : { result }) });
  printRound(round, result);
}

/** `plusct round compare FROM TO`: what the second round's models gained over the first's, on cases that judged both. */
export async function compare(session: Session, from: string, to: string, options: Reading): Promise<void> {
  const { store } = session;
  const campaign = await chooseCampaign(store, options.campaign);
  const rounds = [await findRound(store, campaign, from), await findRound(store, campaign, to)] as const;
  const organs = await compareRounds(store, rounds[0], rounds[1]);
  const [one, other] = rounds.map(({ number, roundId }) => ({ number, roundId }));
  if (options.json) return printJson({ from: one, to: other, organs });
  printTable(
    ['organ', 'n', 'DSC', 'difference', 'NSD 1 mm', 'difference'],
    organs.map(({ organ, verdict: { figures } }) => {
      const [dsc, nsd] = figures;
      return [organ, Math.min(dsc!.n, nsd!.n), means(dsc!), difference(dsc!), means(nsd!), difference(nsd!)];
    }),
  );
  for (const { organ, verdict } of organs) {
    const says = verdict.verdict === 'promote' ? `round ${to} is ahead` : `round ${to} is not proved ahead`;
    say(`${organ}: ${says} – ${verdict.reason}`);
    for (const remark of verdict.remarks) say(`  ${remark}`);
  }
}
