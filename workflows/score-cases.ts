import { continueAsNew, setHandler } from '@temporalio/workflow';
import type { CourseModels, ScorePair, ScoringStage } from '../activities/benchmark-scores.js';
import { caseName } from '../domain/case-name.js';
import type { DevicePlan } from '../domain/hardware-class.js';
import { progress } from './benchmark-progress.js';
import { bounded } from './bounded.js';
import { heavy } from './deeds.js';
import { predictAll } from './predict-all.js';
import { whyFailed } from './root-message.js';

export interface ScoringInput {
  readonly run: string;
  readonly stage: ScoringStage;
  readonly models: CourseModels;
  readonly progress?: ScoringProgress;
}

export interface ScoringProgress {
  readonly offset: number;
  readonly failed: number;
  /** Some of the cases without figures, `collection/case: why`. */
  readonly failures: readonly string[];
}

/** A pair takes about twelve events. */
const pageSize = 80;
const pairsAtOnce = 8;
const failuresNamed = 50;

/** Predicts and scores every pair of a stage that has no figures yet; a page for each run. A case that fails is named. */
export async function scoreCases(input: ScoringInput): Promise<ScoringProgress> {
  const { run, stage, models } = input;
  const before = input.progress ?? { offset: 0, failed: 0, failures: [] };
  const { offset } = before;
  let [done, total] = [offset, 0];
  setHandler(progress, () => ({ stage, done, total }));
  const page = await heavy().scorePage({ run, stage, models, offset, limit: pageSize });
  total = page.total;
  done += Math.min(pageSize, total - offset) - page.pairs.length;
  const failures: string[] = [];
  await bounded(page.pairs, pairsAtOnce, async (pair) => {
    try {
      await score(pair, page.devices);
    } catch (error) {
      failures.push(`${caseName(pair.at)}: ${whyFailed(error)}`);
    }
    done += 1;
  });
  const now = {
    offset: offset + pageSize,
    failed: before.failed + failures.length,
    failures: [...before.failures, ...failures].slice(0, failuresNamed),
  };
  if (now.offset < total) await continueAsNew<typeof scoreCases>({ ...input, progress: now });
  return now;
}

async function score(pair: ScorePair, devices: DevicePlan | undefined): Promise<void> {
  const [said] = await predictAll(pair.at, [pair.modelId], devices);
  await heavy().scoreModel({ pair, labelMap: said!.labelMap });
}
