import { executeChild, WorkflowIdReusePolicy, workflowInfo } from '@temporalio/workflow';
import type { Composed, Composition } from '../activities/training-sets.js';
import type { DevicePlan } from '../domain/hardware-class.js';
import type { Organ } from '../domain/organ.js';
import type { ObjectRef } from '../domain/primitives.js';
import { sharedModel } from '../domain/shared-model.js';
import type { EngineChoice, Lesson, OrganModels, TaughtModels } from '../domain/teaching.js';
import { pseudoLabelsId } from '../domain/workflow-ids.js';
import { heavy } from './deeds.js';
import { onFittingDevice } from './fitting-device.js';
import { pseudoLabelCases } from './pseudo-label-cases.js';

/** Organs that share a model, for every model. */
export type OrganGroups = readonly (readonly Organ[])[];

export interface Teaching {
  /** A stored list of teaching cases (`putTeachingCases`): what they have no label of is pseudo-labelled. */
  readonly cases: ObjectRef;
  readonly engine: EngineChoice;
  readonly seed: number;
  /** Teachers that are there already; the others are trained on the labels of sources and people. */
  readonly teachers?: OrganModels;
  /** How organs share the teachers that are trained; as students do unless told otherwise. */
  readonly teacherGroups?: OrganGroups;
  readonly studentGroups: OrganGroups;
  readonly fineTune: boolean;
  /** Students go on from the teacher that their organs share; without it, and where there is none, they begin anew. */
  readonly studentFrom?: 'teacher' | undefined;
  /** Which classes of devices the work goes to. */
  readonly devices?: DevicePlan;
}

/**
 * The five steps of a teacher–student round but the last: teachers on manual labels, pseudo-labels, students on both,
 * students fine-tuned on manual labels. What was trained or inferred before is found again and costs nothing.
 */
export async function teachStudent(teaching: Teaching): Promise<TaughtModels> {
  const { cases, studentGroups, fineTune, teachers: given = {} } = teaching;
  const wanted = (teaching.teacherGroups ?? studentGroups)
    .map((organs) => organs.filter((organ) => given[organ] === undefined))
    .filter((organs) => organs.length > 0);
  const taught = await Promise.all(wanted.map((organs) => train(teaching, 'teacher', { organs })));
  const teachers = { ...given, ...modelsOf(taught) };
  const pseudoLabels = await executeChild(pseudoLabelCases, {
    workflowId: pseudoLabelsId(workflowInfo().workflowId),
    workflowIdReusePolicy: WorkflowIdReusePolicy.ALLOW_DUPLICATE,
    args: [
      {
        cases,
        models: ofOrgans(teachers, studentGroups.flat()),
        ...(teaching.devices === undefined ? {} : { devices: teaching.devices }),
      },
    ],
  });
  const learned = await Promise.all(
    studentGroups.map((organs) =>
      train(teaching, 'student', {
        organs,
        pseudoLabelsOf: teachers,
        ...(teaching.studentFrom === 'teacher' ? goingOnFrom(sharedModel(teachers, organs)) : {}),
      }),
    ),
  );
  const tuned = fineTune
    ? await Promise.all(learned.flatMap(({ modelId, organs }) => tune(teaching, organs, modelId)))
    : [];
  return {
    teachers,
    students: { ...modelsOf(learned), ...modelsOf(tuned) },
    lessons: [...taught, ...learned, ...tuned],
    pseudoLabels: { failed: pseudoLabels.failed, examples: [...pseudoLabels.examples] },
  };
}

function goingOnFrom(startFrom: string | undefined): Pick<Composition, 'startFrom'> {
  return startFrom === undefined ? {} : { startFrom };
}

function tune(
  teaching: Teaching,
  organs: readonly Organ[],
  startFrom: string | undefined,
): Promise<Lesson>[] {
  return startFrom === undefined ? [] : [train(teaching, 'fine-tuned', { organs, startFrom })];
}

async function train(
  { cases, engine, seed, devices: plan }: Teaching,
  step: Lesson['step'],
  how: Pick<Composition, 'organs' | 'pseudoLabelsOf' | 'startFrom'>,
): Promise<Lesson> {
  const composed: Composed = await heavy().composeTrainingSet({ cases, engine, seed, ...how });
  const { manual, pseudo, leftOut, examples } = composed;
  const lesson = { step, organs: [...how.organs], manual, pseudo, leftOut, examples: [...examples] };
  if ('none' in composed) return { ...lesson, none: composed.none };
  const { set } = composed;
  const of = { deed: 'training', plan, urgency: 'bulk' } as const;
  const { modelId } = await onFittingDevice(of, (device) => device.trainModelOn({ set }));
  return { ...lesson, modelId };
}

function modelsOf(lessons: readonly Lesson[]): OrganModels {
  return Object.fromEntries(
    lessons.flatMap(({ modelId, organs }) =>
      modelId === undefined ? [] : organs.map((organ) => [organ, modelId]),
    ),
  );
}

function ofOrgans(models: OrganModels, organs: readonly Organ[]): OrganModels {
  return Object.fromEntries(
    organs.flatMap((organ) => (models[organ] === undefined ? [] : [[organ, models[organ]]])),
  );
}
