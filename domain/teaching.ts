import { z } from 'zod';
import { organs as allOrgans, type Organ } from './organ.js';
import { OrganName } from './primitives.js';
import { EngineSettings, TrainingLabel, TrainingRecord } from './training-set.js';

/** A case that takes part in teaching: its image and those labels that its source or people gave, maybe none. */
export const TeachingCase = TrainingRecord.omit({ labels: true, pseudo: true }).extend({
  labels: z.array(TrainingLabel),
  /** Organs that are not in the patient: no model is asked for them. */
  absent: z.array(OrganName),
});
export type TeachingCase = z.infer<typeof TeachingCase>;

export const TeachingCases = z.array(TeachingCase);
export type TeachingCases = z.infer<typeof TeachingCases>;

/** Which model speaks for an organ. */
export const OrganModels = z.partialRecord(OrganName, z.string());
export type OrganModels = z.infer<typeof OrganModels>;

/** What trains, set how. */
export const EngineChoice = z.object({ name: z.string(), settings: EngineSettings.optional() });
export type EngineChoice = z.infer<typeof EngineChoice>;

/** What became of one training. */
export const Lesson = z.object({
  step: z.enum(['teacher', 'student', 'fine-tuned']),
  organs: z.array(OrganName),
  /** The trained model; where there is none, `none` says why. */
  modelId: z.string().optional(),
  none: z.string().optional(),
  /** Cases with labels of sources and people only, with pseudo-labels too, and without a label that was needed. */
  manual: z.number().int(),
  pseudo: z.number().int(),
  leftOut: z.number().int(),
  /** Some of those left out, each with the reason. */
  examples: z.array(z.string()),
});
export type Lesson = z.infer<typeof Lesson>;

/** What teaching came to. */
export const TaughtModels = z.object({
  teachers: OrganModels,
  /** The fine-tuned students where there are some, else the students. */
  students: OrganModels,
  lessons: z.array(Lesson),
  /** Cases that no pseudo-label could be made for. */
  pseudoLabels: z.object({ failed: z.number().int(), examples: z.array(z.string()) }),
});
export type TaughtModels = z.infer<typeof TaughtModels>;

/** Of some organs, those that nobody gave a label and that may be in the patient. */
export function lackingOrgans({ labels, absent }: TeachingCase, organs: readonly Organ[]): Organ[] {
  const given = labels.map(({ organ }) => organ);
  return organs.filter((organ) => !given.includes(organ) && !absent.includes(organ));
}

/**
 * What a model of these organs learns from a case: its own labels, and pseudo-labels for what it lacks. Or why nothing:
 * a case that lacks a label would teach that the organ is not there.
 */
export function trainingRecordOf(
  one: TeachingCase,
  organs: readonly Organ[],
  pseudoLabels: readonly TrainingLabel[] = [],
): TrainingRecord | { readonly leftOut: string } {
  const lacking = lackingOrgans(one, organs);
  const proposed = pseudoLabels.filter(({ organ }) => lacking.includes(organ));
  const without = lacking.filter((organ) => !proposed.some((label) => label.organ === organ));
  if (without.length > 0) return { leftOut: `no label of the ${without.join(' and the ')}` };
  const own = [...one.labels, ...proposed].filter(({ organ }) => organs.includes(organ));
  if (own.length === 0) return { leftOut: `no ${organs.join(', no ')} in the patient` };
  const { labels: _, absent: __, ...rest } = one;
  const labels = allOrgans.flatMap((organ) => own.filter((label) => label.organ === organ));
  return { ...rest, labels, ...(proposed.length > 0 ? { pseudo: true as const } : {}) };
}
