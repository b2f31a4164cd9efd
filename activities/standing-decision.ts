import { isDeepStrictEqual } from 'node:util';
import type { CaseResult } from '../domain/campaign.js';
import { type CaseAddress, standingChangeKey } from '../domain/keys.js';
import type { LabelSummary } from '../domain/label-version.js';
import { type Organ, organs } from '../domain/organ.js';
import { type ResultEdition, type Standing, StandingChange, wasTakenBack } from '../domain/standing.js';
import { getContent } from '../storage/content.js';
import { readJson } from '../storage/json.js';
import type { ObjectStore } from '../storage/object-store.js';
import { type EditedResult, newestResult, readEdition } from '../storage/results.js';
import { readStandings } from '../storage/standing.js';
import { tasksOfCase } from '../storage/task-board.js';
import type { Dependencies } from './dependencies.js';
import { type PeoplesWork, workOf } from './manual-labels.js';
import { type Proposal, proposedLabel } from './pseudo-labels.js';
import { gateContract } from './round-contract.js';

type Around = Pick<Dependencies, 'store' | 'work'>;

/**
 * What a change of the standing models does to a case, by what is there at this moment; undefined where people are at
 * the case, or it was never finished.
 */
export async function decideChange(
  around: Around,
  at: CaseAddress,
  standing: Standing,
  said: readonly Proposal[],
): Promise<StandingChange | undefined> {
  const people = workOf(await tasksOfCase(around.store, at));
  const newest = await newestResult(around.store, at);
  if (newest === undefined || people.underWay !== undefined) return undefined;
  const editions = await readStandings(around.store, at.campaign);
  const { edition } = standing;
  if (wasTakenBack(editions, edition))
    return untouched(standing, 'it was taken back before it came to the case');
  if (await isOutrun(around.store, at, edition, editions))
    return untouched(standing, 'a later change came first');
  return standing.takesBack === undefined
    ? promoted(around, at, standing, newest, people, said)
    : takenBack(around, at, standing.takesBack, newest);
}

/** A later change was carried out on the case already: it was made in the knowledge of this one. */
async function isOutrun(
  store: ObjectStore,
  at: CaseAddress,
  edition: number,
  editions: readonly Standing[],
): Promise<boolean> {
  const later = editions.filter((each) => each.edition > edition);
  for (const each of later) if (await store.has(standingChangeKey(at, each.edition))) return true;
  return false;
}

function untouched({ organs: own }: Standing, why: string): StandingChange {
  return { replaced: [], reopened: [], kept: own.map((organ) => ({ organ, why })) };
}

async function promoted(
  around: Around,
  at: CaseAddress,
  standing: Standing,
  { edition, result }: EditedResult,
  people: PeoplesWork,
  said: readonly Proposal[],
): Promise<StandingChange> {
  const change: StandingChange = { replaced: [], reopened: [], kept: [] };
  let labels: LabelSummary[] = result.labels;
  for (const organ of standing.organs) {
    const why = settled(result, organ);
    const prediction = said.find(({ modelId }) => modelId === standing.models[organ]);
    if (why !== undefined || prediction === undefined) {
      change.kept.push({ organ, why: why ?? 'no model proposes it' });
      continue;
    }
    const proposal = await proposedLabel(around, at, organ, prediction, 'promoted model');
    const current = labels.find((label) => label.organ === organ);
    if (current !== undefined && current.voxelSha256 === proposal.voxelSha256) {
      change.kept.push({ organ, why: 'the promoted model proposes the same voxels' });
    } else if (current !== undefined && (current.origin === 'human' || people.verified.has(organ))) {
      const dsc = await agreement(around, organ, result, prediction);
      if (dsc < standing.reopenBelowDsc) change.reopened.push({ organ, dsc, version: proposal.version });
      else
        change.kept.push({
          organ,
          why: `verified by people; DSC ${dsc.toFixed(3)} with the promoted model`,
        });
    } else {
      labels = organs.flatMap((each) =>
        each === organ ? [proposal] : labels.filter((label) => label.organ === each),
      );
      change.replaced.push(organ);
    }
  }
  if (change.replaced.length === 0) return change;
  const became = { ...edition, revision: edition.revision + 1 };
  return { ...change, was: edition, became, labels };
}

async function takenBack(
  { store }: Around,
  at: CaseAddress,
  edition: number,
  newest: EditedResult,
): Promise<StandingChange> {
  const change = await readJson(store, standingChangeKey(at, edition), StandingChange);
  const { replaced = [], was, became } = change ?? {};
  if (was === undefined || became === undefined) return { replaced: [], reopened: [], kept: [] };
  if (!(await holds(store, at, newest, became))) {
    const why = 'the case was changed again since';
    return { replaced: [], reopened: [], kept: replaced.map((organ) => ({ organ, why })) };
  }
  const { edition: now } = newest;
  return { replaced, reopened: [], kept: [], was: now, became: { ...now, revision: now.revision + 1 } };
}

/** The case holds what that edition held: it is that, or a later change of models was taken back to it. */
async function holds(
  store: ObjectStore,
  at: CaseAddress,
  { edition: now, result }: EditedResult,
  edition: ResultEdition,
): Promise<boolean> {
  // People may have verified what they left as it was.
  if (now.round !== edition.round) return false;
  if (now.revision === edition.revision) return true;
  return isDeepStrictEqual(result, await readEdition(store, at, edition));
}

/** DSC of a model's mask and the label of the finished case. */
async function agreement(
  { store, work }: Around,
  organ: Organ,
  result: CaseResult,
  { labelMap }: Proposal,
): Promise<number> {
  const contract = { ...gateContract([organ]), metrics: ['dsc' as const] };
  const reference = await getContent(store, result.labelMap);
  const maps = [{ stage: 'pre-label' as const, file: await getContent(store, labelMap) }];
  const rows = await work.score({ reference, maps, contract });
  const dsc = 'mismatch' in rows ? 0 : rows[0]?.dsc;
  return typeof dsc === 'number' ? dsc : 0;
}

/** Why an organ stays whatever the model says of it; undefined where that matters. */
export function settled(result: CaseResult, organ: Organ): string | undefined {
  if (result.absent.includes(organ)) return 'people attested that it is absent';
  const label = result.labels.find((each) => each.organ === organ);
  return label?.origin === 'source' ? 'labelled at the source' : undefined;
}
