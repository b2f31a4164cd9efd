import type { BenchmarkPlan, CoursePart } from '../domain/benchmark.js';
import { caseName } from '../domain/case-name.js';
import type { DevicePlan } from '../domain/hardware-class.js';
import type { Organ } from '../domain/organ.js';
import type { ObjectRef } from '../domain/primitives.js';
import type { EngineChoice, TeachingCase } from '../domain/teaching.js';
import { getContent } from '../storage/content.js';
import { mapBounded } from '../storage/map-bounded.js';
import { putTeachingCases } from '../storage/teaching-cases.js';
import { devicesOf } from './campaign-devices.js';
import type { Dependencies } from './dependencies.js';
import { loadPassport } from './label-store.js';

type Around = Pick<Dependencies, 'store' | 'work'>;

/** Label maps in memory together. */
const volumesAtOnce = 4;

/** What a course is taught with, for the workflow that does it. */
export interface CourseMaterial {
  readonly kind: 'supervised' | 'teacher-student' | 'parallel' | 'sequential';
  readonly organs: readonly Organ[];
  readonly rounds: number;
  readonly fineTune: boolean;
  readonly engine: EngineChoice;
  readonly seed: number;
  /** Of the campaign. */
  readonly devices?: DevicePlan;
  /** Stored lists of teaching cases: one, or of a sequential course one for each organ with the organs that are known by then. */
  readonly lists: readonly { readonly cases: ObjectRef; readonly organs: readonly Organ[] }[];
}

/** Puts the lists of a course's cases together; with sparse labels, looks for the slices that keep theirs. */
export async function courseMaterial(
  around: Around,
  plan: BenchmarkPlan,
  key: string,
): Promise<CourseMaterial> {
  const { kind, organs, settings, rounds = 1, slicePercent, parts } = plan.courses[key]!;
  const groups = kind === 'sequential' ? parts.map((part) => [part]) : [parts];
  const lists = [];
  for (const [at, group] of groups.entries()) {
    const cases = teachingCases(plan, group);
    const sparse = slicePercent === undefined ? cases : await withSlices(around, plan, cases, slicePercent);
    const known = kind === 'sequential' ? parts.slice(0, at + 1).flatMap((part) => part.organs) : organs;
    lists.push({ cases: await putTeachingCases(around.store, sparse), organs: known });
  }
  const engine = { name: plan.engine.name, settings };
  return {
    kind,
    organs,
    rounds,
    fineTune: plan.engine.finetunes,
    engine,
    seed: plan.seed,
    lists,
    ...(await devicesOf(around.store, plan.campaign)),
  };
}

/** The cases of some parts in their order, each once, with the labels that all of the parts bring. */
export function teachingCases(plan: BenchmarkPlan, parts: readonly CoursePart[]): TeachingCase[] {
  const made = new Map<string, TeachingCase>();
  for (const part of parts) {
    for (const name of part.cases) {
      const { collection, caseId, imageSha256, licence, sourceLabels, plusLabels, absent } =
        plan.cases[name]!;
      const known = made.get(name);
      const brought = part.labels === undefined ? [] : part.labels === 'source' ? sourceLabels : plusLabels;
      const own = brought.filter(
        ({ organ }) => part.organs.includes(organ) && !known?.labels.some((label) => label.organ === organ),
      );
      made.set(name, {
        campaign: plan.campaign,
        collection,
        caseId,
        imageSha256,
        licence,
        labels: [...(known?.labels ?? []), ...own],
        // That an organ is absent is a label too: who learns from images alone is not told.
        absent: part.labels === 'plus' ? absent : (known?.absent ?? []),
      });
    }
  }
  return [...made.values()];
}

/** A case of which no slice shows an organ keeps all of them: there is nothing to leave out. */
function withSlices(
  { store, work }: Around,
  plan: BenchmarkPlan,
  cases: readonly TeachingCase[],
  percent: number,
): Promise<TeachingCase[]> {
  return mapBounded(cases, volumesAtOnce, async (one) => {
    const name = caseName(one);
    const { geometry } = await loadPassport(store, one);
    const file = await getContent(store, plan.cases[name]!.truth);
    const slices = await work.sparseSlices({ file, name, geometry: geometry!, percent });
    return slices === undefined ? one : { ...one, slices };
  });
}
