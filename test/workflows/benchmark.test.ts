import { writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeBenchmarkPlan } from '../../activities/benchmark-planning.js';
import type { BenchmarkSummary } from '../../domain/benchmark-summary.js';
import { taskQueue } from '../../domain/queues.js';
import { recipes } from '../../domain/recipes.js';
import { benchmarkId, workflowTypes } from '../../domain/workflow-ids.js';
import { engineByName } from '../../engines/registry.js';
import { publishBenchmarkPlan, readBenchmarkSummary } from '../../storage/benchmarks.js';
import { getContent } from '../../storage/content.js';
import { type Installation, install } from './installation.js';
import { storePhantomResults } from './phantom-results.js';

const campaign = `recipes-${process.pid}`;
let installation: Installation;
let summary: BenchmarkSummary;

beforeAll(async () => {
  installation = await install('recipes', ['orchestration', 'io', 'gpu', 'gpu']);
  const { store, client, queueSuffix } = installation;
  await storePhantomResults(store, campaign);
  const t = Date.now();
  const plan = await makeBenchmarkPlan(
    { store, engineByName },
    { campaign, recipes, engine: 'atlas', settings: {}, seed: 1 },
  );
  const run = await publishBenchmarkPlan(store, plan);
  console.log('stored', Date.now() - t);
  await client.workflow.execute(workflowTypes.runBenchmark, {
    workflowId: benchmarkId(run),
    taskQueue: taskQueue('orchestration', queueSuffix),
    args: [{ run }],
  });
  console.log('ran', Date.now() - t);
  summary = (await readBenchmarkSummary(store, run))!;
  writeFileSync('/tmp/bm/report.html', await getContent(store, summary.files.report));
  writeFileSync('/tmp/bm/summary.json', JSON.stringify(summary, null, 1));
}, 900_000);

afterAll(async () => {
  await installation?.stop();
});

describe('all recipes on phantoms', () => {
  it('run', () => {
    expect(summary.recipes.map(({ status }) => status)).toEqual(recipes.map(() => 'done'));
  });
});
