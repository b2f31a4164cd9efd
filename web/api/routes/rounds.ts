import type { Round, RoundResult } from '../../../domain/round.js';
import { mapBounded } from '../../../storage/map-bounded.js';
import { readRoundResult, readRounds } from '../../../storage/rounds.js';
import type { Api, ApiContext } from '../api.js';
import { CampaignParams } from '../schemas/address.js';
import { problems } from '../schemas/problems.js';
import { type RoundLine, RoundList } from '../schemas/round-body.js';

const readsAtOnce = 16;

/** Pseudo-label rounds of a campaign and what the gate said of each organ. */
export function roundRoutes(api: Api, { store }: ApiContext): void {
  api.get(
    '/campaigns/:campaign/rounds',
    {
      config: { action: 'round.read' },
      schema: { tags: ['rounds'], params: CampaignParams, response: { 200: RoundList, ...problems } },
    },
    async ({ params: { campaign } }) => ({
      rounds: await mapBounded(await readRounds(store, campaign), readsAtOnce, async (round) =>
        lineOf(round, await readRoundResult(store, campaign, round.roundId)),
      ),
    }),
  );
}

function lineOf({ number, roundId, plan, snapshot }: Round, result: RoundResult | undefined): RoundLine {
  return {
    number,
    roundId,
    organs: plan.organs,
    engine: `${plan.engine.name} ${plan.engine.version}`,
    fineTune: plan.fineTune,
    labelled: snapshot.labelled,
    unlabelled: snapshot.unlabelled,
    heldOut: snapshot.heldOut.length,
    ...(result && { failed: result.taught.pseudoLabels.failed, outcomes: result.outcomes }),
  };
}
