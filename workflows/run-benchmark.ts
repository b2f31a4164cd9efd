import { ChildWorkflowFailure, executeChild, isCancellation, setHandler } from '@temporalio/workflow';
import type { ScoringStage } from '../activities/benchmark-scores.js';
import type { CourseOutcome } from '../domain/benchmark.js';
import { courseId, scoringId } from '../domain/workflow-ids.js';
import { type BenchmarkProgress, progress } from './benchmark-progress.js';
import { bounded } from './bounded.js';
import { heavy, quick } from './deeds.js';
import { rootMessage } from './root-message.js';
import { scoreCases } from './score-cases.js';
import { teachCourse } from './teach-course.js';

export interface BenchmarkInput {
  /** A run whose plan is stored. */
  readonly run: string;
}

/** What a run came to, in short; tables and report are in the object store. */
export interface BenchmarkReport {
  readonly run: string;
  readonly trained: number;
  readonly failedTrainings: number;
  readonly failedCases: number;
}

const coursesAtOnce = 4;

/** A run of recipes: train every model, rank where hard cases are asked for, predict and score, report. */
export async function runBenchmark(input: BenchmarkInput): Promise<BenchmarkReport> {
  const { run } = input;
  let now: BenchmarkProgress = { stage: 'training', done: 0, total: 0 };
  setHandler(progress, () => now);
  const outline = await quick().benchmarkOutline({ run });
  const total = outline.waves.flat().length;
  const outcomes: Record<string, CourseOutcome> = {};
  now = { stage: 'training', done: 0, total };
  for (const wave of outline.waves) {
    await bounded(wave, coursesAtOnce, async (course) => {
      outcomes[course] = await teach(run, course);
      now = { ...now, done: now.done + 1 };
    });
  }
  const models = modelsOf(outcomes);
  const score = async (stage: ScoringStage) => {
    now = { stage, done: 0, total: 0 };
    const args: [Parameters<typeof scoreCases>[0]] = [{ run, stage, models }];
    return executeChild(scoreCases, { workflowId: scoringId(run, stage), args });
  };
  const ranking = outline.ranked ? await score('ranking') : undefined;
  if (outline.ranked) await heavy().rankTests({ run, models });
  const tests = await score('tests');
  now = { stage: 'report', done: 0, total: 1 };
  const failures = [...new Set([...(ranking?.failures ?? []), ...tests.failures])];
  await heavy().summariseBenchmark({ run, outcomes, failures });
  now = { stage: 'done', done: 1, total: 1 };
  const trained = Object.keys(models).length;
  return { run, trained, failedTrainings: total - trained, failedCases: tests.failed };
}

/** A training that fails is said in the report; the other recipes go on. */
async function teach(run: string, course: string): Promise<CourseOutcome> {
  try {
    return await executeChild(teachCourse, {
      workflowId: courseId(run, course),
      args: [{ run, course }],
    });
  } catch (error) {
    if (isCancellation(error) || !(error instanceof ChildWorkflowFailure)) throw error;
    return { none: rootMessage(error), lessons: [] };
  }
}

function modelsOf(outcomes: Readonly<Record<string, CourseOutcome>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(outcomes).flatMap(([course, { modelId }]) =>
      modelId === undefined ? [] : [[course, modelId]],
    ),
  );
}
