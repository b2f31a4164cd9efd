import { caseName } from '../domain/case-name.js';
import type { GateVerdict } from '../domain/gate.js';
import type { Organ } from '../domain/organ.js';
import type { Round } from '../domain/round.js';
import type { ObjectStore } from '../storage/object-store.js';
import { requireRoundResult } from '../storage/rounds.js';
import { compareModels, readFigures } from './round-figures.js';

/** What one round's model of an organ makes of another round's held-out cases, beside that round's own. */
export interface ComparedOrgan {
  readonly organ: Organ;
  readonly from: string;
  readonly to: string;
  readonly verdict: GateVerdict;
}

/**
 * The models of two rounds side by side, by the figures that both rounds have written: only cases that judged in both
 * count. The gate's rule is the later round's.
 */
export async function compareRounds(store: ObjectStore, from: Round, to: Round): Promise<ComparedOrgan[]> {
  const { campaign } = to.plan;
  const [older, newer] = [await readFigures(store, from), await readFigures(store, to)];
  const candidates = async (round: Round) => {
    const { outcomes } = await requireRoundResult(store, campaign, round);
    return new Map(outcomes.map(({ organ, candidate }) => [organ, candidate]));
  };
  const [before, after] = [await candidates(from), await candidates(to)];
  const shared = withSharedTruth(from, to);
  return to.plan.organs.flatMap((organ) => {
    const [one, other] = [before.get(organ), after.get(organ)];
    if (one === undefined || other === undefined) return [];
    return [
      { organ, from: one, to: other, verdict: compareModels(shared, organ, [other, newer], [one, older]) },
    ];
  });
}

/** The later round with those held-out cases alone that the earlier one judged by the same truth under the same contract. */
function withSharedTruth(from: Round, to: Round): Round {
  const known = new Map(from.snapshot.heldOut.map((one) => [caseName(one), one.truth.sha256]));
  const alike = from.snapshot.contractSha256 === to.snapshot.contractSha256;
  const heldOut = to.snapshot.heldOut.filter((one) => alike && known.get(caseName(one)) === one.truth.sha256);
  return { ...to, snapshot: { ...to.snapshot, heldOut } };
}
