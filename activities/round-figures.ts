import { z } from 'zod';
import { caseName } from '../domain/case-name.js';
import { type GatePair, type GateVerdict, judgeOrgan } from '../domain/gate.js';
import { type CaseAddress, roundFiguresKey } from '../domain/keys.js';
import { OrganFigures } from '../domain/metric.js';
import type { Organ } from '../domain/organ.js';
import type { HeldOutCase, Round } from '../domain/round.js';
import { bootstrapMean } from '../reports/statistics.js';
import { getContent } from '../storage/content.js';
import { readJson } from '../storage/json.js';
import { mapBounded } from '../storage/map-bounded.js';
import type { ObjectStore } from '../storage/object-store.js';
import type { Dependencies } from './dependencies.js';
import { loadPassport } from './label-store.js';
import type { Proposal, SilentModel } from './pseudo-labels.js';
import { gateContract } from './round-contract.js';
import { trustedSpacing, withoutMillimetres } from './trusted-spacing.js';

/** What the models of a round make of one held-out case; written once. */
export const RoundFigures = z.object({
  rows: z.array(z.object({ modelId: z.string(), figures: OrganFigures })),
  /** Models without figures, and why. */
  silent: z.array(z.object({ modelId: z.string(), why: z.string() })).default([]),
  /** Why there are no figures at all. */
  failed: z.string().optional(),
});
export type RoundFigures = z.infer<typeof RoundFigures>;

/** The figures of every held-out case of a round, by the case's name. */
export type FiguresByCase = ReadonlyMap<string, RoundFigures>;

const readsAtOnce = 16;

/** Figures of a round that has judged all its held-out cases. */
export async function readFigures(
  store: ObjectStore,
  { plan, roundId, snapshot }: Round,
): Promise<FiguresByCase> {
  const read = await mapBounded(snapshot.heldOut, readsAtOnce, async (one) => {
    const { collection, caseId } = one;
    const key = roundFiguresKey({ campaign: plan.campaign, collection, caseId }, roundId);
    // Where no model was to be asked, nothing was written.
    return [caseName(one), (await readJson(store, key, RoundFigures)) ?? { rows: [], silent: [] }] as const;
  });
  return new Map(read);
}

/** A model that speaks for an organ. */
export interface Asked {
  readonly organ: Organ;
  readonly modelId: string;
}

/** DSC and NSD of what models said of a held-out case, each for the organs that it speaks for. */
export async function scoreHeldOut(
  { store, work }: Pick<Dependencies, 'store' | 'work'>,
  at: CaseAddress,
  one: HeldOutCase,
  asked: readonly Asked[],
  { said, silent: unheard }: { said: readonly Proposal[]; silent: readonly SilentModel[] },
): Promise<RoundFigures> {
  const trusted = trustedSpacing((await loadPassport(store, at)).geometry);
  const reference = await getContent(store, one.truth);
  const rows: RoundFigures['rows'] = [];
  const silent = [...unheard];
  for (const { modelId, labelMap } of said) {
    const organs = [...new Set(asked.filter((each) => each.modelId === modelId).map(({ organ }) => organ))];
    const made = await work.score({
      ...(trusted.spacingMm === undefined ? {} : { spacingMm: trusted.spacingMm }),
      reference,
      maps: [{ stage: 'pre-label', file: await getContent(store, labelMap) }],
      contract: gateContract(organs),
    });
    if ('mismatch' in made) {
      silent.push({ modelId, why: made.mismatch });
      continue;
    }
    const figures = trusted.known ? made : withoutMillimetres(made);
    rows.push(...figures.map((each) => ({ modelId, figures: OrganFigures.parse(each) })));
  }
  return { rows, silent };
}

/** The gate of one organ for two models, whose figures may be of two rounds: only cases that both have count. */
export function compareModels(
  { plan, snapshot, roundId }: Round,
  organ: Organ,
  [candidate, ofCandidate]: readonly [string, FiguresByCase],
  [incumbent, ofIncumbent]: readonly [string, FiguresByCase],
): GateVerdict {
  const heldOut = snapshot.heldOut.filter(({ organs }) => organs.includes(organ));
  const judging = heldOut.map(caseName);
  const pairs: GatePair[] = [];
  const missing: string[] = [];
  for (const name of judging) {
    const one = figuresOf(ofCandidate.get(name), candidate, organ);
    const other = figuresOf(ofIncumbent.get(name), incumbent, organ);
    if (one !== undefined && other !== undefined)
      pairs.push({ case: name, candidate: one, incumbent: other });
    else
      missing.push(
        `${name} has no figures: ${whyNot(ofCandidate.get(name), candidate) ?? whyNot(ofIncumbent.get(name), incumbent) ?? 'not both models were asked about it'}`,
      );
  }
  const seed = `${roundId}/${organ}`;
  const verdict = judgeOrgan(pairs, plan.gate, gateContract([organ]).convention, (values, name) =>
    bootstrapMean(values, `${seed}/${name}`),
  );
  const own = heldOut.filter(({ proposed }) => proposed?.includes(organ)).length;
  const remarks = [...verdict.remarks, ...missing, ...flattery(own, heldOut.length)];
  // What only the easy cases say proves nothing of the others.
  if (verdict.verdict === 'promote' && missing.length > missingAtMost * judging.length) {
    const reason = `${missing.length} of ${judging.length} held-out cases have no figures: the others may be the easy ones`;
    return { ...verdict, verdict: 'hold', reason, remarks };
  }
  return { ...verdict, remarks };
}

/** The share of held-out cases that may have no figures. */
const missingAtMost = 0.1;

function flattery(own: number, all: number): string[] {
  if (own === 0) return [];
  return [
    `${own} of ${all} truths are what a model proposed and people left as it was: they favour that model; --reference judges by others`,
  ];
}

function figuresOf(of: RoundFigures | undefined, modelId: string, organ: Organ): OrganFigures | undefined {
  return of?.rows.find((row) => row.modelId === modelId && row.figures.organ === organ)?.figures;
}

function whyNot(of: RoundFigures | undefined, modelId: string): string | undefined {
  const silent = of?.silent.find((each) => each.modelId === modelId);
  return of?.failed ?? (silent && `${modelId}: ${silent.why}`);
}
