import { ActivityFailure, continueAsNew, isCancellation } from '@temporalio/workflow';
import type { LackingCase } from '../activities/pseudo-labels.js';
import { caseName } from '../domain/case-name.js';
import type { ObjectRef } from '../domain/primitives.js';
import type { OrganModels } from '../domain/teaching.js';
import { bounded } from './bounded.js';
import { heavy, onDevice } from './deeds.js';
import { rootMessage } from './root-message.js';

export interface PseudoLabelInput {
  /** A stored list of teaching cases. */
  readonly cases: ObjectRef;
  /** Which model proposes which organ. */
  readonly models: OrganModels;
  readonly progress?: PseudoLabelProgress;
}

export interface PseudoLabelProgress {
  readonly offset: number;
  readonly failed: number;
  /** Some of them by name, with the reason. */
  readonly examples: readonly string[];
}

/** A case takes at most fifteen events: four models and the labels. */
const pageSize = 80;
const casesAtOnce = 8;
const examplesNamed = 10;

/** A label of every organ that a case lacks, by the model of that organ; a page for each run. A case that fails is named. */
export async function pseudoLabelCases(input: PseudoLabelInput): Promise<PseudoLabelProgress> {
  const { cases, models } = input;
  const { offset, ...before } = input.progress ?? { offset: 0, failed: 0, examples: [] };
  const page = await heavy().lackingPage({ cases, models, offset, limit: pageSize });
  const failed: string[] = [];
  await bounded(page.cases, casesAtOnce, async (one) => {
    try {
      await label(one, models);
    } catch (error) {
      if (isCancellation(error) || !(error instanceof ActivityFailure)) throw error;
      failed.push(`${caseName(one.at)}: ${rootMessage(error)}`);
    }
  });
  const progress = {
    offset: offset + pageSize,
    failed: before.failed + failed.length,
    examples: [...before.examples, ...failed].slice(0, examplesNamed),
  };
  if (progress.offset < page.total) await continueAsNew<typeof pseudoLabelCases>({ ...input, progress });
  return progress;
}

async function label({ at, organs }: LackingCase, models: OrganModels): Promise<void> {
  const asked = [...new Set(organs.map((organ) => models[organ]!))];
  const said = await Promise.all(asked.map((modelId) => onDevice().predictCase({ at, modelId })));
  const proposals = organs.map((organ) => {
    const { modelId, labelMap } = said[asked.indexOf(models[organ]!)]!;
    return { organ, prediction: { modelId, labelMap } };
  });
  await heavy().keepPseudoLabels({ at, proposals });
}
