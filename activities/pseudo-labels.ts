import { caseName } from '../domain/case-name.js';
import { type CaseAddress, pseudoLabelKey } from '../domain/keys.js';
import { LabelSummary } from '../domain/label-version.js';
import type { Organ } from '../domain/organ.js';
import type { Prediction } from '../domain/prediction.js';
import type { ObjectRef } from '../domain/primitives.js';
import { lackingOrgans, type OrganModels } from '../domain/teaching.js';
import { readLabelMap } from '../imaging/nifti.js';
import { extractOrgan } from '../imaging/overlap.js';
import { getContent } from '../storage/content.js';
import { publishFirst } from '../storage/json.js';
import { mapBounded } from '../storage/map-bounded.js';
import { readTeachingCases } from '../storage/teaching-cases.js';
import { alive } from './alive.js';
import type { Dependencies } from './dependencies.js';
import { loadPassport, nativeHeader, storeLabel } from './label-store.js';

export type PseudoLabelDeeds = ReturnType<typeof pseudoLabelDeeds>;

/** A case and the organs that are still to be proposed for it. */
export interface LackingCase {
  readonly at: CaseAddress;
  readonly organs: readonly Organ[];
}

export interface LackingPage {
  readonly cases: LackingCase[];
  /** Cases of the whole list. */
  readonly total: number;
}

/** What of a prediction makes labels. */
export type Proposal = Pick<Prediction, 'modelId' | 'labelMap'>;

/** A model that could not be asked about a case. */
export interface SilentModel {
  readonly modelId: string;
  readonly why: string;
}

const readsAtOnce = 16;

/** Labels that a model gives to cases which nobody labelled. */
export function pseudoLabelDeeds({ store, work }: Pick<Dependencies, 'store' | 'work'>) {
  return {
    /** Of a stretch of a list of teaching cases, those that lack an organ, except what was proposed before. */
    async lackingPage(input: {
      cases: ObjectRef;
      models: OrganModels;
      offset: number;
      limit: number;
    }): Promise<LackingPage> {
      return alive(async () => {
        const { models, offset, limit } = input;
        const cases = await readTeachingCases(store, input.cases);
        const organs = Object.keys(models) as Organ[];
        const page = await mapBounded(cases.slice(offset, offset + limit), readsAtOnce, async (one) => {
          const { campaign, collection, caseId } = one;
          const at = { campaign, collection, caseId };
          const there = lackingOrgans(one, organs).map(async (organ) =>
            (await store.has(pseudoLabelKey(at, organ, models[organ]!))) ? [] : [organ],
          );
          return { at, organs: (await Promise.all(there)).flat() };
        });
        return { cases: page.filter((each) => each.organs.length > 0), total: cases.length };
      });
    },

    /** Keeps what models said of some organs as label versions. Of two that came at once the first one counts. */
    async keepPseudoLabels(input: {
      at: CaseAddress;
      proposals: { organ: Organ; prediction: Proposal }[];
    }): Promise<void> {
      return alive(async () => {
        const { at } = input;
        for (const { organ, prediction } of input.proposals) {
          const label = await proposedLabel({ store, work }, at, organ, prediction, 'pseudo-label');
          await publishFirst(store, pseudoLabelKey(at, organ, prediction.modelId), LabelSummary, label);
        }
      });
    },
  };
}

/** One organ of what a model said of a case, as a label version. */
export async function proposedLabel(
  { store, work }: Pick<Dependencies, 'store' | 'work'>,
  at: CaseAddress,
  organ: Organ,
  { modelId, labelMap }: Proposal,
  reason: string,
): Promise<LabelSummary> {
  const header = nativeHeader(await loadPassport(store, at));
  const { values } = readLabelMap(await getContent(store, labelMap), caseName(at));
  const packed = await work.packMask({ header, organ, mask: extractOrgan(values, organ) });
  return storeLabel(store, at, organ, packed, { origin: 'model', author: modelId, reason });
}
