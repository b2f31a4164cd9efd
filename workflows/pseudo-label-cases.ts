import { continueAsNew, defineQuery, setHandler } from '@temporalio/workflow';
import type { LackingCase } from '../activities/pseudo-labels.js';
import { caseName } from '../domain/case-name.js';
import type { DevicePlan } from '../domain/hardware-class.js';
import type { ObjectRef } from '../domain/primitives.js';
import type { OrganModels } from '../domain/teaching.js';
import { queries } from '../domain/workflow-ids.js';
import { bounded } from './bounded.js';
import { heavy } from './deeds.js';
import { predictAll } from './predict-all.js';
import { whyFailed } from './root-message.js';

export const pseudoLabelProgress = defineQuery<PseudoLabelProgress>(queries.progress);

export interface PseudoLabelInput {
  /** A stored list of teaching cases. */
  readonly cases: ObjectRef;
  /** Which model proposes which organ. */
  readonly models: OrganModels;
  readonly devices?: DevicePlan;
  readonly progress?: PseudoLabelProgress;
}

export interface PseudoLabelProgress {
  /** Cases that were seen to, and all there are. */
  readonly done: number;
  readonly total: number;
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
  let now = input.progress ?? { done: 0, total: 0, failed: 0, examples: [] };
  setHandler(pseudoLabelProgress, () => now);
  const end = now.done + pageSize;
  const page = await heavy().lackingPage({ cases, models, offset: now.done, limit: pageSize });
  now = { ...now, total: page.total };
  await bounded(page.cases, casesAtOnce, async (one) => {
    const failure = await attempt(one, input);
    const examples = [...now.examples, ...failure].slice(0, examplesNamed);
    now = { ...now, done: now.done + 1, failed: now.failed + failure.length, examples };
  });
  now = { ...now, done: Math.min(end, page.total) };
  if (end < page.total) await continueAsNew<typeof pseudoLabelCases>({ ...input, progress: now });
  return now;
}

/** The case with the reason where it could not be labelled. */
async function attempt(one: LackingCase, input: PseudoLabelInput): Promise<string[]> {
  try {
    await label(one, input);
    return [];
  } catch (error) {
    return [`${caseName(one.at)}: ${whyFailed(error)}`];
  }
}

async function label({ at, organs }: LackingCase, { models, devices }: PseudoLabelInput): Promise<void> {
  const asked = [...new Set(organs.map((organ) => models[organ]!))];
  const said = await predictAll(at, asked, devices);
  const proposals = organs.map((organ) => ({ organ, prediction: said[asked.indexOf(models[organ]!)]! }));
  await heavy().keepPseudoLabels({ at, proposals });
}
