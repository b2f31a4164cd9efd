import type { DevicePlan } from '../domain/hardware-class.js';
import { type CaseAddress, standingChangeKey, standingEndKey } from '../domain/keys.js';
import type { Organ } from '../domain/organ.js';
import { type Standing, StandingChange, StandingEnd, wasTakenBack } from '../domain/standing.js';
import type { OrganModels } from '../domain/teaching.js';
import { publishFirst, readJson } from '../storage/json.js';
import { mapBounded } from '../storage/map-bounded.js';
import { newestResult } from '../storage/results.js';
import { readStanding, readStandings, standingModels } from '../storage/standing.js';
import { requireWorklist } from '../storage/worklists.js';
import { alive } from './alive.js';
import { devicesOf } from './campaign-devices.js';
import type { Dependencies } from './dependencies.js';
import type { NextRound } from './ended-task.js';
import type { Proposal } from './pseudo-labels.js';
import { decideChange, settled } from './standing-decision.js';
import { reopenFor, replaceLabels } from './standing-effects.js';

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
  /** Organs that a rollback left as they are, because the case was changed since. */
  readonly kept?: readonly Organ[];
  /** It was decided in an earlier run: nothing of it counts again. */
  readonly again?: true;
  /** People are at it, or it was never finished: to be asked again later. */
  readonly waits?: true;
}

const readsAtOnce = 16;

/** What stands in a campaign; and a change of that carried to its cases: promotion and rollback. */
export function standingDeeds({ store, work, now }: Pick<Dependencies, 'store' | 'work' | 'now'>) {
  return {
    /** Which model proposes each organ: new cases are pre-labelled with it. */
    async standingModels({ campaign }: { campaign: string }): Promise<OrganModels> {
      return alive(() => standingModels(store, campaign));
    },

    /** A stretch of the campaign's cases, with the models whose masks are needed. */
    async changePage(input: {
      campaign: string;
      edition: number;
      offset: number;
      limit: number;
    }): Promise<{ cases: CaseToChange[]; total: number; devices?: DevicePlan }> {
      return alive(async () => {
        const { campaign, edition, offset, limit } = input;
        const standing = await readStanding(store, campaign, edition);
        const asksNobody =
          standing.takesBack !== undefined || wasTakenBack(await readStandings(store, campaign), edition);
        const { cases } = await requireWorklist(store, campaign);
        const page = await mapBounded(cases.slice(offset, offset + limit), readsAtOnce, async (item) => {
          const at = { campaign, collection: item.collection, caseId: item.caseId };
          return { at, models: asksNobody ? [] : await modelsNeeded(at, standing) };
        });
        return { cases: page, total: cases.length, ...(await devicesOf(store, campaign)) };
      });
    },

    /** Every case was asked: from now on the change can be taken back. */
    async endChange(input: { campaign: string; edition: number; came: StandingEnd }): Promise<void> {
      const { campaign, edition, came } = input;
      return alive(async () => {
        await publishFirst(store, standingEndKey(campaign, edition), StandingEnd, came);
      });
    },

    /** What a change does to one case is decided once, put down, and then carried out; all of it may run twice. */
    async changeCase(input: { at: CaseAddress; edition: number; said: Proposal[] }): Promise<ChangedCase> {
      return alive(async () => {
        const { at, edition } = input;
        const standing = await readStanding(store, at.campaign, edition);
        const key = standingChangeKey(at, edition);
        const known = await readJson(store, key, StandingChange);
        const decided = known ?? (await decideChange({ store, work }, at, standing, input.said));
        if (decided === undefined) return { replaced: [], waits: true };
        const change = await publishFirst(store, key, StandingChange, decided);
        await replaceLabels({ store, work, now }, at, standing, change);
        const reopened = await reopenFor({ store, work, now }, at, standing, change);
        const again = known === undefined ? {} : { again: true as const };
        const kept = standing.takesBack === undefined ? {} : { kept: change.kept.map(({ organ }) => organ) };
        return {
          replaced: change.replaced,
          ...kept,
          ...(reopened === undefined ? {} : { reopened }),
          ...again,
        };
      });
    },
  };

  async function modelsNeeded(at: CaseAddress, standing: Standing): Promise<string[]> {
    if (await store.has(standingChangeKey(at, standing.edition))) return [];
    const newest = await newestResult(store, at);
    if (newest === undefined) return [];
    const open = standing.organs.filter((organ) => settled(newest.result, organ) === undefined);
    return [...new Set(open.flatMap((organ) => standing.models[organ] ?? []))];
  }
}
