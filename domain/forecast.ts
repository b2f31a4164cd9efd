import type { TaskEffort, WorkStage } from './effort.js';
import type { TaskPhase } from './task.js';

/** The stages that the work on every case goes through. */
const forecastStages = ['drawing', 'review', 'verification'] as const satisfies readonly WorkStage[];
type ForecastStage = (typeof forecastStages)[number];

/** Hours of people's work that a campaign still needs. */
export interface Forecast {
  /** Mean over all draws. */
  readonly hours: number;
  /** The 5th and the 95th percentile: nine of ten campaigns like this one end between them. */
  readonly low: number;
  readonly high: number;
  readonly byStage: Readonly<Record<ForecastStage, number>>;
  /** Tasks that are not done, those not yet opened included. */
  readonly remaining: number;
  /** Finished stages of tasks with measured time, from which the draws are taken. */
  readonly observed: Readonly<Record<ForecastStage, number>>;
}

export interface ForecastInput {
  readonly tasks: readonly TaskEffort[];
  /** Cases whose task is still to be opened, by collection. */
  readonly unopened: Readonly<Record<string, number>>;
  /** Uniform numbers in [0, 1). */
  readonly random: () => number;
}

const draws = 1000;
/** With fewer observations of a collection, those of all collections are drawn from. */
const enoughOfCollection = 8;
/** With fewer observations of a stage than this nothing is foretold. */
const fewest = 3;

/** Stages that are over once a task has come to a phase. A return may still lead back: its time is in the totals. */
const over: Readonly<Partial<Record<TaskPhase, readonly ForecastStage[]>>> = {
  certified: ['drawing', 'review'],
  'in-verification': ['drawing', 'review'],
  verified: forecastStages,
};

interface Remaining {
  readonly collection: string;
  readonly stage: ForecastStage;
  /** Seconds spent on the stage already. */
  readonly spent: number;
}

/**
 * How many hours are left, by bootstrap: each draw first takes a new sample of the finished stages, with replacement,
 * which shows how little is known of them, and then from it a time for every stage that is still to be done, which
 * shows how much cases differ (Davison and Hinkley, Bootstrap Methods and their Application, 1997, sections 2.1 and
 * 6.3.3; percentile interval: Efron and Tibshirani, An Introduction to the Bootstrap, 1993, chapter 13). Time that a
 * stage has taken already is taken off what is drawn for it. Undefined while some stage was measured fewer than three
 * times.
 */
export function forecast({ tasks, unopened, random }: ForecastInput): Forecast | undefined {
  const own = tasks.filter((each) => each.kind === 'refine');
  const observed = forecastStages.map((stage) => own.filter((each) => isObserved(each, stage)));
  const remaining = [...own.flatMap(remainingOf), ...unopenedOf(unopened)];
  const open = forecastStages.map((stage) => remaining.filter((each) => each.stage === stage));
  if (open.some((each, index) => each.length > 0 && observed[index]!.length < fewest)) return undefined;
  const totals = { drawing: 0, review: 0, verification: 0 };
  const sums = Array.from({ length: draws }, () => {
    let sum = 0;
    for (const [index, stage] of forecastStages.entries()) {
      const seconds = drawStage(observed[index]!, stage, open[index]!, random);
      totals[stage] += seconds / draws / 3600;
      sum += seconds / 3600;
    }
    return sum;
  }).sort((a, b) => a - b);
  const count = (stage: ForecastStage) => observed[forecastStages.indexOf(stage)]!.length;
  return {
    hours: sums.reduce((sum, each) => sum + each, 0) / draws,
    low: sums[Math.floor(draws * 0.05)]!,
    high: sums[Math.ceil(draws * 0.95) - 1]!,
    byStage: totals,
    remaining: own.filter((each) => each.phase !== 'verified').length + sumOf(unopened),
    observed: { drawing: count('drawing'), review: count('review'), verification: count('verification') },
  };
}

function isObserved(task: TaskEffort, stage: ForecastStage): boolean {
  return (over[task.phase]?.includes(stage) ?? false) && (task.seconds[stage] ?? 0) > 0;
}

function remainingOf(task: TaskEffort): Remaining[] {
  const { collection, phase, seconds } = task;
  return forecastStages
    .filter((stage) => !over[phase]?.includes(stage))
    .map((stage) => ({ collection, stage, spent: seconds[stage] ?? 0 }));
}

function unopenedOf(unopened: Readonly<Record<string, number>>): Remaining[] {
  return Object.entries(unopened).flatMap(([collection, count]) =>
    Array.from({ length: count }).flatMap(() =>
      forecastStages.map((stage) => ({ collection, stage, spent: 0 })),
    ),
  );
}

function sumOf(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((sum, each) => sum + each, 0);
}

/** One draw of the seconds that a stage still needs in all. */
function drawStage(
  observed: readonly TaskEffort[],
  stage: ForecastStage,
  remaining: readonly Remaining[],
  random: () => number,
): number {
  if (observed.length === 0) return 0;
  const pick = <T>(of: readonly T[]): T => of[Math.floor(random() * of.length)]!;
  const sample = observed.map(() => pick(observed));
  const all = sample.map((each) => each.seconds[stage]!);
  const pools = new Map<string, readonly number[]>();
  const poolOf = (collection: string): readonly number[] => {
    const known = pools.get(collection);
    if (known !== undefined) return known;
    const own = sample.filter((each) => each.collection === collection).map((each) => each.seconds[stage]!);
    const pool = own.length < enoughOfCollection ? all : own;
    pools.set(collection, pool);
    return pool;
  };
  let seconds = 0;
  for (const { collection, spent } of remaining) seconds += Math.max(0, pick(poolOf(collection)) - spent);
  return seconds;
}
