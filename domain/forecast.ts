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

/** From so many on, draws are not made one by one. */
const manyDraws = 200;

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

/** Stages still to be done whose times are drawn from the same observations. */
interface Pool {
  readonly stage: ForecastStage;
  /** Seconds. */
  readonly observed: readonly number[];
  /** How many are not yet begun. */
  fresh: number;
  /** Seconds spent on those that are. */
  readonly begun: number[];
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
  const remaining = [...own.flatMap(remainingOf), ...unopenedOf(unopened)];
  const pools = forecastStages.flatMap((stage) =>
    poolsOf(
      stage,
      own.filter((each) => isObserved(each, stage)),
      remaining.filter((each) => each.stage === stage),
    ),
  );
  if (pools.some((pool) => pool.observed.length < fewest)) return undefined;
  const byStage = { drawing: 0, review: 0, verification: 0 };
  const sums = Array.from({ length: draws }, () => {
    let sum = 0;
    for (const pool of pools) {
      const hours = drawPool(pool, random) / 3600;
      byStage[pool.stage] += hours / draws;
      sum += hours;
    }
    return sum;
  }).sort((a, b) => a - b);
  const count = (stage: ForecastStage) => own.filter((each) => isObserved(each, stage)).length;
  return {
    hours: sums.reduce((sum, each) => sum + each, 0) / draws,
    low: sums[Math.floor(draws * 0.05)]!,
    high: sums[Math.ceil(draws * 0.95) - 1]!,
    byStage,
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

/** A pool for each collection that has enough observations, and one of all observations for the others. */
function poolsOf(
  stage: ForecastStage,
  observed: readonly TaskEffort[],
  remaining: readonly Remaining[],
): Pool[] {
  const pools = new Map<string, Pool>();
  const secondsOf = (of: readonly TaskEffort[]) => of.map((each) => each.seconds[stage]!);
  const perCollection = new Map<string, TaskEffort[]>();
  for (const each of observed) {
    const own = perCollection.get(each.collection);
    if (own === undefined) perCollection.set(each.collection, [each]);
    else own.push(each);
  }
  for (const { collection, spent } of remaining) {
    const own = perCollection.get(collection) ?? [];
    const name = own.length < enoughOfCollection ? '' : collection;
    const pool = pools.get(name) ?? {
      stage,
      observed: secondsOf(name === '' ? observed : own),
      fresh: 0,
      begun: [],
    };
    pools.set(name, pool);
    if (spent > 0) pool.begun.push(spent);
    else pool.fresh += 1;
  }
  return [...pools.values()];
}

/** One draw of the seconds that a pool's stages still need in all. */
function drawPool({ observed, fresh, begun }: Pool, random: () => number): number {
  const pick = (of: readonly number[]): number => of[Math.floor(random() * of.length)]!;
  const sample = observed.map(() => pick(observed));
  let seconds = begun.reduce((sum, spent) => sum + Math.max(0, pick(sample) - spent), 0);
  if (fresh > manyDraws) return seconds + sumOfMany(sample, fresh, random);
  for (let n = 0; n < fresh; n += 1) seconds += pick(sample);
  return seconds;
}

/** The sum of many draws from a sample is normal, by the central limit theorem; negative times there are none. */
function sumOfMany(sample: readonly number[], count: number, random: () => number): number {
  const mean = sample.reduce((sum, each) => sum + each, 0) / sample.length;
  const variance = sample.reduce((sum, each) => sum + (each - mean) ** 2, 0) / sample.length;
  // Box and Muller; 1 − u lies in (0, 1].
  const normal = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  return Math.max(0, count * mean + Math.sqrt(count * variance) * normal);
}
