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
