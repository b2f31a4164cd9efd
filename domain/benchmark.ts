import { z } from 'zod';
import { CampaignName, CaseId, CollectionName, ObjectRef, OrganName, Sha256 } from './primitives.js';
import { LabelChoice, Recipe, RecipeId } from './recipe.js';
import { Lesson } from './teaching.js';
import { EngineSettings, TrainingLabel } from './training-set.js';

/** A finished case as it was when the run was planned: what trains with it and what judges it. */
export const BenchmarkCase = z.object({
  collection: CollectionName,
  caseId: CaseId,
  imageSha256: Sha256,
  licence: z.string(),
  /** The finished label map of all organs: the truth of every test. */
  truth: ObjectRef,
  sourceLabels: z.array(TrainingLabel),
  plusLabels: z.array(TrainingLabel),
  absent: z.array(OrganName),
});
export type BenchmarkCase = z.infer<typeof BenchmarkCase>;

/** Cases of a training, by name, and the labels that they bring. */
export const CoursePart = z.object({
  role: z.string(),
  cases: z.array(z.string()),
  /** Absent where no label is taken. */
  labels: LabelChoice.optional(),
  organs: z.array(OrganName),
});
export type CoursePart = z.infer<typeof CoursePart>;

/** A training as it was resolved for a campaign. Recipes with equal courses share the model. */
export const Course = z.object({
  kind: z.enum(['supervised', 'teacher-student', 'parallel', 'sequential']),
  organs: z.array(OrganName).min(1),
  settings: EngineSettings,
  rounds: z.number().int().optional(),
  slicePercent: z.number().optional(),
  parts: z.array(CoursePart).min(1),
});
export type Course = z.infer<typeof Course>;

const CourseKey = z.string();

export const PlannedTest = z.object({
  id: RecipeId,
  asked: z.number().int(),
  /** Cases of the campaign that fit. */
  found: z.number().int(),
  /** The cases, or all candidates where a model ranks them. */
  cases: z.array(z.string()),
  /** The course whose model ranks the candidates, and on which organs. */
  rankedBy: z.object({ course: CourseKey, organs: z.array(OrganName) }).optional(),
});
export type PlannedTest = z.infer<typeof PlannedTest>;

export const PlannedRecipe = z.object({
  recipe: Recipe,
  /** Why it does not run; with `leaks`, because its test cases are known to its training. */
  refused: z.object({ why: z.string(), leaks: z.boolean() }).optional(),
  course: CourseKey.optional(),
  training: z.array(z.object({ role: z.string(), asked: z.number().int(), used: z.number().int() })),
  tests: z.array(PlannedTest),
});
export type PlannedRecipe = z.infer<typeof PlannedRecipe>;

/** Everything that a run of recipes depends on. Its hash is part of the run's id. */
export const BenchmarkPlan = z.object({
  campaign: CampaignName,
  engine: z.object({ name: z.string(), version: z.string(), summary: z.string(), finetunes: z.boolean() }),
  seed: z.number().int(),
  recipes: z.array(PlannedRecipe).min(1),
  courses: z.record(CourseKey, Course),
  /** Every case that has a part in it, by name. */
  cases: z.record(z.string(), BenchmarkCase),
  outputVersion: z.number().int(),
});
export type BenchmarkPlan = z.infer<typeof BenchmarkPlan>;

/** What became of one training inside a course, whose steps have names of the recipe's own. */
export const CourseLesson = Lesson.extend({ step: z.string() });
export type CourseLesson = z.infer<typeof CourseLesson>;

/** The model that a course ended with, or why there is none. */
export const CourseOutcome = z.object({
  modelId: z.string().optional(),
  none: z.string().optional(),
  lessons: z.array(CourseLesson),
});
export type CourseOutcome = z.infer<typeof CourseOutcome>;
export type CourseOutcomes = Readonly<Record<string, CourseOutcome>>;

/** Courses that others begin with come first, so that their models are found and not trained at the same time. */
export function waveOf({ kind, slicePercent }: Course): number {
  return kind === 'supervised' && slicePercent === undefined ? 0 : 1;
}
