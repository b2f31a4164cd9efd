import { z } from 'zod';
import { CourseLesson } from './benchmark.js';
import { metricNames } from './metric.js';
import { CampaignName, ObjectRef, Sha256 } from './primitives.js';
import { Recipe, RecipeTest } from './recipe.js';
import { EngineSettings } from './training-set.js';

/** Mean and standard deviation over cases, as shares of 1; null where there is none. */
const Spread = z.object({ mean: z.number().nullable(), sd: z.number().nullable() });

/** One cell of a table: ours, and the published one where there is one. */
export const BenchmarkFigure = Spread.extend({
  organ: z.string(),
  metric: z.enum(metricNames),
  toleranceMm: z.number().optional(),
  n: z.number().int(),
  published: Spread.optional(),
});
export type BenchmarkFigure = z.infer<typeof BenchmarkFigure>;

export const TestSummary = RecipeTest.pick({ id: true, title: true, published: true }).extend({
  asked: z.number().int(),
  /** Cases of the campaign that fit the recipe. */
  found: z.number().int(),
  /** The cases that were scored. */
  cases: z.array(z.string()),
  /** Cases that were chosen and have no figures, and why. */
  unscored: z.array(z.string()),
  /** What is to be said of figures of single cases. */
  remarks: z.array(z.string()),
  figures: z.array(BenchmarkFigure),
});
export type TestSummary = z.infer<typeof TestSummary>;

const { id, title, family, after, organs } = Recipe.shape;

export const RecipeSummary = z.object({
  ...{ id, title, family, after, organs },
  notes: z.array(z.string()),
  /** `refused`: it could not run on this campaign; `failed`: its training came to nothing. */
  status: z.enum(['done', 'refused', 'failed']),
  why: z.string().optional(),
  training: z.array(z.object({ role: z.string(), asked: z.number().int(), used: z.number().int() })),
  lessons: z.array(CourseLesson),
  /** What the engine was set to. */
  settings: EngineSettings.default({}),
  modelId: z.string().optional(),
  contractSha256: Sha256,
  tests: z.array(TestSummary),
});
export type RecipeSummary = z.infer<typeof RecipeSummary>;

/** What a run of recipes came to. */
export const BenchmarkSummary = z.object({
  run: z.string(),
  campaign: CampaignName,
  engine: z.object({ name: z.string(), version: z.string(), summary: z.string() }),
  seed: z.number().int(),
  recipes: z.array(RecipeSummary),
  /** One HTML page, and every case's rows as JSON lines and as CSV. */
  files: z.object({ report: ObjectRef, rows: ObjectRef, csv: ObjectRef }),
});
export type BenchmarkSummary = z.infer<typeof BenchmarkSummary>;
