import { z } from 'zod';
import { GateRule, GateVerdict } from './gate.js';
import { CampaignName, CaseId, CollectionName, ObjectRef, OrganName, Sha256 } from './primitives.js';
import { EngineChoice, OrganModels, TaughtModels } from './teaching.js';

export const RoundId = z.string().regex(/^[0-9a-f]{12}$/, 'expected 12 lower-case hex digits');

/** How a pseudo-label round is to be done. */
export const RoundPlan = z.object({
  campaign: CampaignName,
  organs: z.array(OrganName).min(1),
  /** Organs that share a student, for every student. */
  studentGroups: z.array(z.array(OrganName).min(1)).min(1),
  /** Its settings are all there are, defaults too: another version or another setting is another round. */
  engine: EngineChoice.extend({ version: z.string() }),
  seed: z.number().int(),
  fineTune: z.boolean(),
  /** The training of students goes on from their teachers; without it they begin anew. */
  studentFrom: z.literal('teacher').optional(),
  gate: GateRule,
  /** Where a promoted model and a label that people verified are less alike than this DSC, the case is opened again. */
  reopenBelowDsc: z.number().min(0).max(1),
});
export type RoundPlan = z.infer<typeof RoundPlan>;

/** A case that no teacher and no student learns from, and the organs that its truth judges. */
export const HeldOutCase = z.object({
  collection: CollectionName,
  caseId: CaseId,
  organs: z.array(OrganName).min(1),
  /** A label map with the value of each organ, on the case's grid. */
  truth: ObjectRef,
  /** Organs whose truth is what a model proposed and people left as it was. */
  proposed: z.array(OrganName).min(1).optional(),
});
export type HeldOutCase = z.infer<typeof HeldOutCase>;

/** What a round begins with, by exact label versions. */
export const RoundSnapshot = z.object({
  /** The stored list of cases to teach with: labels of sources and people by version, none where a model has to propose. */
  cases: ObjectRef,
  /** Of them, those with at least one label. */
  labelled: z.number().int(),
  unlabelled: z.number().int(),
  heldOut: z.array(HeldOutCase),
  /** Teachers of an earlier round; the others are trained. */
  teachers: OrganModels,
  /** Which model proposes each organ as the round begins: what the students would replace. */
  standing: OrganModels,
  /** The round whose students teach. */
  previous: RoundId.optional(),
  contractSha256: Sha256,
});
export type RoundSnapshot = z.infer<typeof RoundSnapshot>;

/** A pseudo-label round. Its id is the hash of plan and snapshot: the same inputs are the same round. */
export const Round = z.object({
  roundId: RoundId,
  /** The rounds of a campaign are counted in the order in which they were planned. */
  number: z.number().int().positive(),
  plan: RoundPlan,
  snapshot: RoundSnapshot,
});
export type Round = z.infer<typeof Round>;

/** One of a round's models beside one that it would take the place of. */
export const RoundComparison = GateVerdict.extend({
  candidate: z.string(),
  is: z.enum(['student', 'teacher']),
  against: z.string(),
  as: z.enum(['standing', 'teacher']),
});
export type RoundComparison = z.infer<typeof RoundComparison>;

export const OrganOutcome = z.object({
  organ: OrganName,
  /** The model that may be promoted: the student; the teacher where only that passed. */
  candidate: z.string().optional(),
  candidateIs: z.enum(['student', 'teacher']).optional(),
  verdict: z.enum(['promote', 'hold']),
  reason: z.string(),
  comparisons: z.array(RoundComparison),
});
export type OrganOutcome = z.infer<typeof OrganOutcome>;

export const RoundResult = z.object({
  roundId: RoundId,
  taught: TaughtModels,
  outcomes: z.array(OrganOutcome),
});
export type RoundResult = z.infer<typeof RoundResult>;

/** The models that speak for an organ in a round. */
export interface Speakers {
  readonly student: string | undefined;
  readonly teacher: string | undefined;
  readonly standing: string | undefined;
}

/**
 * What a round comes to for an organ. The student has to pass against the standing model and against its own teacher:
 * one that falls behind its teacher has learned from bad pseudo-labels. Then the teacher may pass in its stead, where it
 * was trained on better labels than the standing model.
 */
export function outcomeOf(
  organ: OrganOutcome['organ'],
  { student, teacher, standing }: Speakers,
  compare: (candidate: string, against: string) => GateVerdict,
): OrganOutcome {
  if (student === undefined)
    return { organ, verdict: 'hold', reason: 'no student was trained', comparisons: [] };
  const beside = (
    [is, candidate]: readonly [RoundComparison['is'], string],
    as: RoundComparison['as'],
    against: string | undefined,
  ): RoundComparison[] =>
    against === undefined || against === candidate
      ? []
      : [{ ...compare(candidate, against), candidate, is, against, as }];
  const ofStudent = [
    ...beside(['student', student], 'standing', standing),
    ...(teacher === standing ? [] : beside(['student', student], 'teacher', teacher)),
  ];
  const ofTeacher =
    teacher === undefined || teacher === student ? [] : beside(['teacher', teacher], 'standing', standing);
  const comparisons = [...ofStudent, ...ofTeacher];
  const about = { organ, candidate: student, candidateIs: 'student' as const, comparisons };
  const held = ofStudent.find(({ verdict }) => verdict === 'hold');
  const [first] = ofStudent;
  if (first === undefined)
    return { ...about, verdict: 'hold', reason: 'the student is the standing model itself' };
  if (held === undefined) return { ...about, verdict: 'promote', reason: first.reason };
  const why = `student against the ${held.as} model: ${held.reason}`;
  const [passed] = ofTeacher.filter(({ verdict }) => verdict === 'promote');
  return passed === undefined
    ? { ...about, verdict: 'hold', reason: why }
    : {
        ...about,
        candidate: passed.candidate,
        candidateIs: 'teacher',
        verdict: 'promote',
        reason: `the teacher: ${passed.reason}; ${why}`,
      };
}

/** Teachers of the next round: the students that passed, else whoever taught. */
export function nextTeachers({ taught, outcomes }: RoundResult): OrganModels {
  const passed = outcomes.flatMap(({ organ, verdict, candidate }) =>
    verdict === 'promote' && candidate !== undefined ? [[organ, candidate]] : [],
  );
  return { ...taught.teachers, ...Object.fromEntries(passed) };
}
