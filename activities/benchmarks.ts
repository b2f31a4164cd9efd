import { mean } from 'd3-array';
import { type BenchmarkPlan, CourseOutcome, type CourseOutcomes, waveOf } from '../domain/benchmark.js';
import { benchmarkContract } from '../domain/benchmark-contract.js';
import type { DevicePlan } from '../domain/hardware-class.js';
import { rankedTestKey } from '../domain/keys.js';
import { judged } from '../domain/metric-convention.js';
import type { ObjectRef } from '../domain/primitives.js';
import { hardestOf } from '../domain/recipe-cases.js';
import { publishBenchmarkSummary, readBenchmarkPlan } from '../storage/benchmarks.js';
import { publishFirst } from '../storage/json.js';
import { mapBounded } from '../storage/map-bounded.js';
import { alive } from './alive.js';
import { type CourseMaterial, courseMaterial } from './benchmark-courses.js';
import { benchmarkReport } from './benchmark-report.js';
import {
  type CaseScore,
  type CourseModels,
  isScored,
  pairOf,
  pairsOf,
  RankedTest,
  rankedTests,
  readScore,
  type ScorePair,
  type ScoringStage,
  scoreOnce,
} from './benchmark-scores.js';
import { devicesOf } from './campaign-devices.js';
import type { Dependencies } from './dependencies.js';

export type BenchmarkDeeds = ReturnType<typeof benchmarkDeeds>;

/** What the workflow has to do: courses in waves, those that others begin with first. */
export interface BenchmarkOutline {
  readonly waves: readonly (readonly string[])[];
  readonly ranked: boolean;
}

const readsAtOnce = 16;

/** The steps of a run of recipes. The plan was stored before; everything here follows from it. */
export function benchmarkDeeds({ store, work }: Pick<Dependencies, 'store' | 'work'>) {
  return {
    async benchmarkOutline({ run }: { run: string }): Promise<BenchmarkOutline> {
      const plan = await readBenchmarkPlan(store, run);
      const keys = neededCourses(plan);
      const waves = [0, 1].map((wave) => keys.filter((key) => waveOf(plan.courses[key]!) === wave));
      return { waves, ranked: rankedTests(plan).length > 0 };
    },

    async courseMaterial(input: { run: string; course: string }): Promise<CourseMaterial> {
      return alive(async () =>
        courseMaterial({ store, work }, await readBenchmarkPlan(store, input.run), input.course),
      );
    },

    /** Of a stretch of a stage's pairs, those that have no figures yet. */
    async scorePage(input: {
      run: string;
      stage: ScoringStage;
      models: CourseModels;
      offset: number;
      limit: number;
    }): Promise<{ pairs: ScorePair[]; total: number; devices?: DevicePlan }> {
      const { run, stage, models, offset, limit } = input;
      const plan = await readBenchmarkPlan(store, run);
      const all = await pairsOf(store, run, plan, stage, models);
      const page = await mapBounded(all.slice(offset, offset + limit), readsAtOnce, async (pair) =>
        (await isScored(store, pair)) ? [] : [pair],
      );
      return { pairs: page.flat(), total: all.length, ...(await devicesOf(store, plan.campaign)) };
    },

    async scoreModel(input: { pair: ScorePair; labelMap: ObjectRef }): Promise<void> {
      return alive(() => scoreOnce({ store, work }, input.pair, input.labelMap));
    },

    /** Chooses the hardest cases of every test that asks for them. The first choice of a run stands. */
    async rankTests({ run, models }: { run: string; models: CourseModels }): Promise<void> {
      return alive(async () => {
        const plan = await readBenchmarkPlan(store, run);
        for (const { recipe, test, by } of rankedTests(plan)) {
          const modelId = models[by.course];
          if (modelId === undefined) continue;
          const ranked = await mapBounded(test.cases, readsAtOnce, async (name) => ({
            name,
            dsc: meanDsc(await readScore(store, pairOf(plan, name, by.course, modelId)), by),
          }));
          const unranked = ranked.filter(({ dsc }) => dsc === undefined).map(({ name }) => name);
          const cases = hardestOf(ranked, test.asked);
          await publishFirst(store, rankedTestKey(run, recipe.id, test.id), RankedTest, { cases, unranked });
        }
      });
    },

    /** Tables, report and rows. A run that is taken up again and comes to something else gets a further edition. */
    async summariseBenchmark(input: {
      run: string;
      outcomes: CourseOutcomes;
      failures: readonly string[];
    }): Promise<void> {
      return alive(async () => {
        const { run, failures } = input;
        const outcomes = Object.fromEntries(
          Object.entries(input.outcomes).map(([key, outcome]) => [key, CourseOutcome.parse(outcome)]),
        );
        const plan = await readBenchmarkPlan(store, run);
        await publishBenchmarkSummary(
          store,
          await benchmarkReport({ store, work }, { run, plan, outcomes, failures }),
        );
      });
    },
  };
}

/** Courses of recipes that run, and those whose models rank their cases. */
function neededCourses(plan: BenchmarkPlan): string[] {
  const own = plan.recipes.flatMap(({ course }) => course ?? []);
  return [...new Set([...own, ...rankedTests(plan).map(({ by }) => by.course)])];
}

function meanDsc(
  score: CaseScore | undefined,
  { organs }: { organs: Parameters<typeof benchmarkContract>[0] },
): number | undefined {
  const { convention } = benchmarkContract(organs);
  return mean((score?.rows ?? []).flatMap((row) => judged(row, 'dsc', convention) ?? []));
}
