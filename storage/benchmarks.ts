import { BenchmarkPlan } from '../domain/benchmark.js';
import { BenchmarkSummary } from '../domain/benchmark-summary.js';
import { PlusctError } from '../domain/errors.js';
import {
  benchmarkKey,
  benchmarkResultKey,
  benchmarkResultsPrefix,
  benchmarksPrefix,
} from '../domain/keys.js';
import { type Editions, publishEdition, readNewest } from './editions.js';
import { hashOf, publishJson, readJson } from './json.js';
import type { ObjectStore } from './object-store.js';

const results = (run: string): Editions<typeof BenchmarkSummary> => ({
  prefix: benchmarkResultsPrefix(run),
  keyOf: (edition) => benchmarkResultKey(run, edition),
  schema: BenchmarkSummary,
});

/** Keeps a plan under the run's id, `{campaign}.{start of the plan's hash}`. Planning the same again is the same run. */
export async function publishBenchmarkPlan(store: ObjectStore, plan: BenchmarkPlan): Promise<string> {
  const run = `${plan.campaign}.${hashOf(plan).slice(0, 12)}`;
  await publishJson(store, benchmarkKey(run, 'plan.json'), plan);
  return run;
}

/** Throws `InvalidInput` where there is no such run. */
export async function readBenchmarkPlan(store: ObjectStore, run: string): Promise<BenchmarkPlan> {
  const plan = await readJson(store, benchmarkKey(run, 'plan.json'), BenchmarkPlan);
  if (plan !== undefined) return plan;
  throw new PlusctError('InvalidInput', `There is no benchmark run '${run}'.`);
}

/** Ids of every run of a campaign. */
export async function benchmarkRuns(store: ObjectStore, campaign: string): Promise<string[]> {
  const runs = await store.folders(benchmarksPrefix);
  return runs.filter((run) => run.slice(0, run.lastIndexOf('.')) === campaign).sort();
}

/** What a run came to, by its newest edition; undefined before it has ended. */
export const readBenchmarkSummary = (
  store: ObjectStore,
  run: string,
): Promise<BenchmarkSummary | undefined> => readNewest(store, results(run));
export const publishBenchmarkSummary = (store: ObjectStore, summary: BenchmarkSummary): Promise<void> =>
  publishEdition(store, results(summary.run), summary);
