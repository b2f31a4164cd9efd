import type { CaseResult } from '../domain/campaign.js';
import { CaseResult as CaseResultSchema } from '../domain/campaign.js';
import { type CaseAddress, resultKey, standingChangeKey } from '../domain/keys.js';
import { voxelHashes } from '../domain/label-hashes.js';
import type { LabelSummary } from '../domain/label-version.js';
import { type Organ, organs } from '../domain/organ.js';
import { type ResultEdition, type Standing, StandingChange } from '../domain/standing.js';
import { caseEntity } from '../domain/workflow-ids.js';
import { getContent } from '../storage/content.js';
import { publishFirst, publishJson, readJson } from '../storage/json.js';
import { mapBounded } from '../storage/map-bounded.js';
import { type EditedResult, newestResult, readEdition } from '../storage/results.js';
import { findPerson } from '../storage/roster.js';
import { readStanding } from '../storage/standing.js';
import { tasksOfCase } from '../storage/task-board.js';
import { requireWorklist } from '../storage/worklists.js';
import { alive } from './alive.js';
import type { Dependencies } from './dependencies.js';
import { answerEnded, type NextRound, roundAfter } from './ended-task.js';
import { assembleLabels } from './labels.js';
import { type PeoplesWork, workOf } from './manual-labels.js';
import { type Proposal, proposedLabel } from './pseudo-labels.js';
import { recordOnce } from './record-once.js';
import { gateContract } from './round-contract.js';

export type StandingDeeds = ReturnType<typeof standingDeeds>;

/** A case and the models that have to be asked before it can be decided what a change does to it. */
export interface CaseToChange {
  readonly at: CaseAddress;
  readonly models: readonly string[];
}

/** What came of one case. */
export interface ChangedCase {
  readonly replaced: readonly Organ[];
  /** The round to be started, where people have to look again. */
  readonly reopened?: NextRound;
  /** People are at it, or it was never finished: to be asked again later. */
  readonly waits?: true;
}

const readsAtOnce = 16;

/** Carries a change of the standing models to the cases of a campaign: promotion and rollback. */
export function standingDeeds({ store, work, now }: Pick<Dependencies, 'store' | 'work' | 'now'>) {
  return {
    /** A stretch of the campaign's cases, with the models whose masks are needed. */
    async changePage(input: {
      campaign: string;
      edition: number;
      offset: number;
      limit: number;
    }): Promise<{ cases: CaseToChange[]; total: number }> {
      const { campaign, edition, offset, limit } = input;
      const standing = await readStanding(store, campaign, edition);
      const { cases } = await requireWorklist(store, campaign);
      const page = await mapBounded(cases.slice(offset, offset + limit), readsAtOnce, async (item) => {
        const at = { campaign, collection: item.collection, caseId: item.caseId };
        return { at, models: await modelsNeeded(at, standing) };
      });
      return { cases: page, total: cases.length };
    },

    /** What a change does to one case is decided once, put down, and then carried out; all of it may run twice. */
    async changeCase(input: { at: CaseAddress; edition: number; said: Proposal[] }): Promise<ChangedCase> {
      return alive(async () => {
        const { at, edition } = input;
        const standing = await readStanding(store, at.campaign, edition);
        const key = standingChangeKey(at, edition);
        const known = await readJson(store, key, StandingChange);
        const decided = known ?? (await decide(at, standing, input.said));
        if (decided === undefined) return { replaced: [], waits: true };
        const change = await publishFirst(store, key, StandingChange, decided);
        await replace(at, standing, change);
        const reopened = await reopen(at, standing, change);
        return { replaced: change.replaced, ...(reopened === undefined ? {} : { reopened }) };
      });
    },
  };

  async function modelsNeeded(at: CaseAddress, standing: Standing): Promise<string[]> {
    if (standing.takesBack !== undefined) return [];
    if (await store.has(standingChangeKey(at, standing.edition))) return [];
    const newest = await newestResult(store, at);
    if (newest === undefined) return [];
    const open = standing.organs.filter((organ) => settled(newest.result, organ) === undefined);
    return [...new Set(open.flatMap((organ) => standing.models[organ] ?? []))];
  }

  async function decide(
    at: CaseAddress,
    standing: Standing,
    said: readonly Proposal[],
  ): Promise<StandingChange | undefined> {
    const people = workOf(await tasksOfCase(store, at));
    const newest = await newestResult(store, at);
    if (newest === undefined || people.underWay !== undefined) return undefined;
    return standing.takesBack === undefined
      ? promoted(at, standing, newest, people, said)
      : takenBack(at, standing.takesBack, newest);
  }

  async function promoted(
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
      const proposal = await proposedLabel({ store, work }, at, organ, prediction, 'promoted model');
      const current = labels.find((label) => label.organ === organ);
      if (current !== undefined && current.voxelSha256 === proposal.voxelSha256) {
        change.kept.push({ organ, why: 'the promoted model proposes the same voxels' });
      } else if (current !== undefined && (current.origin === 'human' || people.verified.has(organ))) {
        const dsc = await agreement(organ, result, prediction);
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

  async function takenBack(at: CaseAddress, edition: number, newest: EditedResult): Promise<StandingChange> {
    const change = await readJson(store, standingChangeKey(at, edition), StandingChange);
    const { replaced = [], was, became } = change ?? {};
    if (was === undefined || became === undefined) return { replaced: [], reopened: [], kept: [] };
    if (!sameEdition(newest.edition, became)) {
      const why = 'the case was changed again since';
      return { replaced: [], reopened: [], kept: replaced.map((organ) => ({ organ, why })) };
    }
    const back = { ...became, revision: became.revision + 1 };
    return { replaced, reopened: [], kept: [], was: became, became: back };
  }

  /** DSC of a model's mask and the label of the finished case. */
  async function agreement(organ: Organ, result: CaseResult, { labelMap }: Proposal): Promise<number> {
    const contract = { ...gateContract([organ]), metrics: ['dsc' as const] };
    const reference = await getContent(store, result.labelMap);
    const maps = [{ stage: 'pre-label' as const, file: await getContent(store, labelMap) }];
    const rows = await work.score({ reference, maps, contract });
    const dsc = 'mismatch' in rows ? 0 : rows[0]?.dsc;
    return typeof dsc === 'number' ? dsc : 0;
  }

  /** Writes the edition of the case that a change makes, and the record of it. */
  async function replace(at: CaseAddress, standing: Standing, change: StandingChange): Promise<void> {
    const { was, became } = change;
    if (was === undefined || became === undefined) return;
    const before = await readEdition(store, at, was);
    const key = resultKey(at, became.round, became.revision);
    if (!(await store.has(key)))
      await publishJson(store, key, await changedResult(at, standing, change, before));
    const after = await readEdition(store, at, became);
    const person = await findPerson(store, at.campaign, standing.by);
    await recordOnce(store, {
      campaign: at.campaign,
      entity: caseEntity(at),
      at: now().toISOString(),
      actor: standing.by,
      role: person?.role ?? 'operator',
      simulated: person?.simulated ?? false,
      action: 'finalised',
      outcome: 'done',
      commandId: commandOf(standing, at),
      why: standing.why,
      details: {
        labelMap: after.labelMap.sha256,
        round: String(became.round),
        revision: String(became.revision),
        standing: String(standing.edition),
      },
      labelsBefore: voxelHashes(before.labels),
      labelsAfter: voxelHashes(after.labels),
    });
  }

  async function changedResult(
    at: CaseAddress,
    { takesBack }: Standing,
    { labels }: StandingChange,
    before: CaseResult,
  ): Promise<CaseResult> {
    if (takesBack !== undefined) {
      const { was } = (await readJson(store, standingChangeKey(at, takesBack), StandingChange))!;
      return readEdition(store, at, was!);
    }
    const { collection, caseId, absent } = before;
    const assembly = await assembleLabels(store, work, at, labels!);
    return CaseResultSchema.parse({ ...assembly, collection, caseId, absent });
  }

  /** Opens the case again, for the organs alone that the promoted model sees otherwise. */
  async function reopen(
    at: CaseAddress,
    standing: Standing,
    { reopened }: StandingChange,
  ): Promise<NextRound | undefined> {
    if (reopened.length === 0) return undefined;
    const { ended } = workOf(await tasksOfCase(store, at));
    const person = await findPerson(store, at.campaign, standing.by);
    if (ended === undefined || person === undefined) return undefined;
    const asked = reopened.map(({ organ }) => organ);
    const seen = reopened.map(
      ({ organ, dsc, version }) =>
        `the new ${organ} model (version ${version}) agrees only by DSC ${dsc.toFixed(3)}`,
    );
    const command = {
      kind: 'reopen' as const,
      commandId: commandOf(standing, at),
      actor: standing.by,
      reason: `${seen.join('; ')}; ${standing.why}`.slice(0, longestReason),
      organs: asked,
    };
    const { answer, state } = await answerEnded(store, ended, command, [person]);
    return answer.accepted ? roundAfter(store, state, asked) : undefined;
  }
}

const longestReason = 500;

/** Why an organ stays whatever the model says of it; undefined where that matters. */
function settled(result: CaseResult, organ: Organ): string | undefined {
  if (result.absent.includes(organ)) return 'people attested that it is absent';
  const label = result.labels.find((each) => each.organ === organ);
  return label?.origin === 'source' ? 'labelled at the source' : undefined;
}

function sameEdition(one: ResultEdition, other: ResultEdition): boolean {
  return one.round === other.round && one.revision === other.revision;
}

function commandOf({ edition }: Standing, { collection, caseId }: CaseAddress): string {
  return `standing-${edition}/${collection}/${caseId}`;
}
