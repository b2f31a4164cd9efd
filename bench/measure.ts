import type { BenchCase } from './cases.js';
import type { Answer, Job } from './job.js';
import { Runner } from './runner.js';

/** How to start either side. */
export interface Side {
  readonly command: string;
  readonly args: readonly string[];
}

/** Both sides, in the order in which every table shows them. */
export interface Sides<T> {
  readonly official: T;
  readonly plusct: T;
}

/** One case in a process that is already warm: medians over the repetitions. */
export interface WarmRow {
  readonly wallMs: Sides<number>;
  readonly cpuMs: Sides<number>;
  /** Largest difference of any figure. */
  readonly difference: number;
}

/** One case in a process of its own, from its start to its end. */
export interface ColdRow {
  readonly wallMs: Sides<number>;
  readonly peakMib: Sides<number>;
}

/** All cases at once. */
export interface BatchRow {
  readonly workers: number;
  readonly wallMs: Sides<number>;
}

const tolerances = [1, 2, 3, 5];
const jobOf = ({ truth, prediction }: BenchCase): Job => ({ truth, prediction, tolerances });

/** The same work for both sides in turn, so that a busy machine slows down both. */
export async function measureWarm(
  cases: readonly BenchCase[],
  sides: Sides<Side>,
  repetitions: number,
): Promise<WarmRow[]> {
  const official = new Runner(sides.official.command, sides.official.args);
  const plusct = new Runner(sides.plusct.command, sides.plusct.args);
  const rows: WarmRow[] = [];
  for (const one of cases) {
    const job = jobOf(one);
    // Python has nothing to compile; the engine of JavaScript does so while it runs.
    await official.ask(job);
    for (let n = 0; n < 5; n++) await plusct.ask(job);
    const answers: Sides<Answer>[] = [];
    for (let n = 0; n < repetitions; n++) {
      answers.push({ official: await official.ask(job), plusct: await plusct.ask(job) });
    }
    rows.push({
      wallMs: bothMedians(answers, (answer) => answer.wallMs),
      cpuMs: bothMedians(answers, (answer) => answer.cpuMs),
      difference: differenceOf(answers[0]),
    });
  }
  await Promise.all([official.close(), plusct.close()]);
  return rows;
}

/** Start of the program and of its libraries included. */
export async function measureCold(
  cases: readonly BenchCase[],
  sides: Sides<Side>,
  repetitions: number,
): Promise<ColdRow[]> {
  const rows: ColdRow[] = [];
  for (const one of cases) {
    const runs: Sides<{ wallMs: number; peakMib: number }>[] = [];
    for (let n = 0; n < repetitions; n++) {
      runs.push({ official: await coldRun(sides.official, one), plusct: await coldRun(sides.plusct, one) });
    }
    rows.push({
      wallMs: bothMedians(runs, (run) => run.wallMs),
      peakMib: bothMedians(runs, (run) => run.peakMib),
    });
  }
  return rows;
}

async function coldRun(side: Side, one: BenchCase): Promise<{ wallMs: number; peakMib: number }> {
  const start = performance.now();
  const runner = new Runner(side.command, side.args);
  const { peakMib } = await runner.ask(jobOf(one));
  await runner.close();
  return { wallMs: performance.now() - start, peakMib };
}

/** All cases, spread over as many processes (official) or threads (plusct); everything has been run once before. */
export async function measureBatch(
  cases: readonly BenchCase[],
  sides: Sides<Side>,
  workers: number,
): Promise<BatchRow> {
  const official = Array.from(
    { length: workers },
    () => new Runner(sides.official.command, sides.official.args),
  );
  const threads = workers > 1 ? [String(workers)] : [];
  const plusct = new Runner(sides.plusct.command, [...sides.plusct.args, ...threads]);
  const jobs = cases.map(jobOf).reverse();
  const runPlusct = () => Promise.all(jobs.map((job) => plusct.ask(job)));
  const runOfficial = async () => {
    const waiting = [...jobs];
    const work = async (runner: Runner): Promise<void> => {
      for (let job = waiting.shift(); job; job = waiting.shift()) await runner.ask(job);
    };
    await Promise.all(official.map(work));
  };
  await Promise.all(official.map((runner) => runner.ask(jobs[jobs.length - 1])));
  await runPlusct();
  const wallMs = { official: await elapsed(runOfficial), plusct: await elapsed(runPlusct) };
  await Promise.all([...official, plusct].map((runner) => runner.close()));
  return { workers, wallMs };
}

async function elapsed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

function bothMedians<T>(runs: readonly Sides<T>[], of: (run: T) => number): Sides<number> {
  return {
    official: median(runs.map(({ official }) => of(official))),
    plusct: median(runs.map(({ plusct }) => of(plusct))),
  };
}

/** Of an even number of values the upper of the middle two. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[sorted.length >> 1];
}

function differenceOf({ official, plusct }: Sides<Answer>): number {
  const figures = (answer: Answer): number[] => [answer.dsc, ...answer.nsd].map((x) => x ?? Number.NaN);
  const [a, b] = [figures(official), figures(plusct)];
  return Math.max(...a.map((x, n) => Math.abs(x - b[n])));
}
