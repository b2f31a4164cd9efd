import type { CourseMaterial } from '../activities/benchmark-courses.js';
import type { CourseLesson, CourseOutcome } from '../domain/benchmark.js';
import type { OrganModels } from '../domain/teaching.js';
import { heavy } from './deeds.js';
import { onFittingDevice } from './fitting-device.js';
import { type Teaching, teachStudent } from './teacher-student.js';

type Taught = Awaited<ReturnType<typeof teachStudent>>;

export interface CourseInput {
  readonly run: string;
  readonly course: string;
}

/** Trains the model of a course, whichever way it is taught. What was trained before is found and costs nothing. */
export async function teachCourse(input: CourseInput): Promise<CourseOutcome> {
  const material = await heavy().courseMaterial(input);
  if (material.kind === 'supervised') return supervised(material);
  if (material.kind === 'teacher-student') return teacherStudent(material);
  return material.kind === 'parallel' ? parallelEnsemble(material) : sequentialEnsemble(material);
}

async function supervised({
  lists,
  engine,
  seed,
  organs,
  devices: plan,
}: CourseMaterial): Promise<CourseOutcome> {
  const composed = await heavy().composeTrainingSet({ cases: lists[0]!.cases, organs, engine, seed });
  const { manual, pseudo, leftOut, examples } = composed;
  const lesson = { step: 'training', organs: [...organs], manual, pseudo, leftOut, examples: [...examples] };
  if ('none' in composed) return { none: composed.none, lessons: [{ ...lesson, none: composed.none }] };
  const { set } = composed;
  const of = { deed: 'training', plan, urgency: 'bulk' } as const;
  const { modelId } = await onFittingDevice(of, (device) => device.trainModelOn({ set }));
  return { modelId, lessons: [{ ...lesson, modelId }] };
}

/** Rounds in which the student becomes the next teacher. */
async function teacherStudent(material: CourseMaterial): Promise<CourseOutcome> {
  const { lists, organs, rounds, fineTune } = material;
  const lessons: CourseLesson[] = [];
  let teachers: OrganModels = {};
  for (let round = 1; round <= rounds; round += 1) {
    const taught = await teachStudent({
      ...alike(material),
      cases: lists[0]!.cases,
      teachers,
      studentGroups: [organs],
      fineTune,
    });
    lessons.push(...lessonsOf(taught, rounds > 1 ? `round ${round}, ` : ''));
    teachers = taught.students;
  }
  return outcomeOf(material, teachers, lessons);
}

/** A model for each organ; what they say of the other organs teaches one model of all. */
async function parallelEnsemble(material: CourseMaterial): Promise<CourseOutcome> {
  const { lists, organs } = material;
  const taught = await teachStudent({
    ...alike(material),
    cases: lists[0]!.cases,
    teacherGroups: organs.map((organ) => [organ]),
    studentGroups: [organs],
    fineTune: false,
  });
  return outcomeOf(material, taught.students, lessonsOf(taught));
}

/** One organ after the other: each model learns from the new cases alone, and what it knew before from the model before it. */
async function sequentialEnsemble(material: CourseMaterial): Promise<CourseOutcome> {
  const lessons: CourseLesson[] = [];
  let teachers: OrganModels = {};
  for (const { cases, organs } of material.lists) {
    const taught = await teachStudent({
      ...alike(material),
      cases,
      teachers,
      teacherGroups: [],
      studentGroups: [organs],
      fineTune: false,
    });
    lessons.push(...lessonsOf(taught));
    teachers = taught.students;
  }
  return outcomeOf(material, teachers, lessons);
}

/** What every teaching of a course has in common. */
function alike({ engine, seed, devices }: CourseMaterial): Pick<Teaching, 'engine' | 'seed' | 'devices'> {
  return { engine, seed, ...(devices === undefined ? {} : { devices }) };
}

function lessonsOf({ lessons }: Taught, before = ''): CourseLesson[] {
  return lessons.map(({ step, organs, examples, ...rest }) => ({
    ...rest,
    step: `${before}${step}`,
    organs: [...organs],
    examples: [...examples],
  }));
}

/** The model that all organs share at the end, or the first reason why there is none. */
function outcomeOf({ organs }: CourseMaterial, models: OrganModels, lessons: CourseLesson[]): CourseOutcome {
  const modelId = models[organs[0]!];
  if (modelId !== undefined) return { modelId, lessons };
  return { none: lessons.find(({ none }) => none !== undefined)?.none ?? 'no model was trained', lessons };
}
