import { execFile } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { Client, Connection } from '@temporalio/client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { draftRelease } from '../../activities/release-draft.js';
import { publishManifest } from '../../activities/releases.js';
import { workVolumesInThreads } from '../../activities/volume-pool.js';
import { makePlan } from '../../cli/build-plan.js';
import { downloadRelease } from '../../cli/release-download.js';
import { workerSpecs } from '../../cli/worker-specs.js';
import { BenchmarkSummary } from '../../domain/benchmark-summary.js';
import { Dataset } from '../../domain/campaign.js';
import { modelsPrefix, predictionKey } from '../../domain/keys.js';
import { Model } from '../../domain/model.js';
import { organValue } from '../../domain/organ.js';
import { Prediction } from '../../domain/prediction.js';
import { taskQueue } from '../../domain/queues.js';
import type { ReleaseChoice } from '../../domain/release.js';
import { campaignId, workflowTypes } from '../../domain/workflow-ids.js';
import { verifyDataset } from '../../engines/nnunet/integrity.js';
import { readLabelMap } from '../../imaging/nifti.js';
import { engineEnvironment, enginePin } from '../../infra/engine-environment.js';
import { resolveHome } from '../../infra/home.js';
import { identityOf, waitUntil } from '../../infra/process.js';
import { bringUp, type Running } from '../../infra/servers.js';
import { ensureTools } from '../../infra/tools.js';
import { generateSamples } from '../../sources/samples/generate.js';
import { getContent } from '../../storage/content.js';
import { requireJson } from '../../storage/json.js';
import type { ObjectStore } from '../../storage/object-store.js';
import { s3Store } from '../../storage/s3.js';
import { readConfig } from '../../workers/config.js';
import type { BuildReport } from '../../workflows/build-dataset.js';
import { storeSession } from '../cli/made-session.js';
import { choice } from '../domain/releases.js';
import { runningGroups } from './running-groups.js';

/** A whole installation as `plusct up` runs it, whose gpu worker is killed while it trains and while it predicts. */
const campaign = 'nnunet-campaign';
let directory: string;
let engines: string;
let running: Running;
let store: ObjectStore;
let report: BuildReport;

interface Kill {
  /** Process groups that the killed worker had. */
  readonly groups: number[];
  readonly logs: string[];
  readonly epochs: number;
  readonly predictions: ReadonlyMap<string, string>;
}
let whileTraining: Kill;
let whilePredicting: Kill;

const filesBelow = (folder: string, name: RegExp): string[] =>
  existsSync(folder)
    ? readdirSync(folder, { recursive: true, encoding: 'utf8' })
        .filter((path) => name.test(path))
        .map((path) => join(folder, path))
    : [];
const work = () => join(engines, 'work');
const logs = () => filesBelow(work(), /fold_all\/training_log_.*\.txt$/).sort();
const epochsSaved = () =>
  Math.max(
    0,
    ...filesBelow(work(), /checkpoint_latest\.epochs$/).map((path) => Number(readFileSync(path, 'utf8'))),
  );

async function models(): Promise<Model[]> {
  const found: Model[] = [];
  for await (const key of store.list(modelsPrefix)) found.push(await requireJson(store, key, Model));
  return found;
}

async function predictions(): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  for (const { modelId } of await models()) {
    for await (const key of store.list(dirname(predictionKey(modelId, 'any'))))
      found.set(key, Buffer.from((await store.get(key))!).toString());
  }
  return found;
}

/** Kills the gpu worker as a machine's failure would; the supervisor starts another one. */
async function killWorker(program: string): Promise<Kill> {
  const state = {
    groups: runningGroups(engines, program),
    logs: logs(),
    epochs: epochsSaved(),
    predictions: await predictions(),
  };
  process.kill(running.supervisor.pidOf('gpu-0')!, 'SIGKILL');
  return state;
}

async function whenever(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  if (!(await waitUntil(holds, { timeoutMs: 10 * 60_000, intervalMs: 100 })))
    throw new Error(`never: ${what}`);
}

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'plusct-nn-'));
  await generateSamples({ directory: join(directory, 'samples'), seed: 1 });
  for (const collection of ['lits', 'msd-spleen'])
    cpSync(join(directory, 'samples', collection), join(directory, 'collections', collection), {
      recursive: true,
    });
  const { dir } = engineEnvironment(resolveHome(), enginePin('nnunet'));
  engines = join(directory, 'engines');
  mkdirSync(engines);
  symlinkSync(dir, join(engines, basename(dir)));
  const { toolsDir } = resolveHome();
  const home = resolveHome({ ...process.env, PLUSCT_HOME: join(directory, 'home') });
  const say = () => undefined;
  process.env.PLUSCT_ENGINES = engines;
  const tools = await ensureTools({ toolsDir, say });
  running = await bringUp({ home, tools, workers: workerSpecs(1), say, handleSignals: false });
  store = s3Store(readConfig(running.env).s3);
  report = await build();
}, 30 * 60_000);

afterAll(async () => {
  await running?.stop();
  rmSync(directory, { recursive: true, force: true });
});

async function build(): Promise<BuildReport> {
  const plan = await makePlan({
    collections: join(directory, 'collections'),
    reference: join(directory, 'samples', 'reference'),
    campaign,
    refine: 'simulated',
    engine: 'nnunet',
    engineSetting: ['configuration=2d', 'epochs=3', 'iterationsPerEpoch=5', 'batchSize=2', 'saveEvery=1'],
    person: [],
    seed: '1',
    window: '12',
  });
  const connection = await Connection.connect({ address: readConfig(running.env).temporal.address });
  const handle = await new Client({ connection }).workflow.start(workflowTypes.buildDataset, {
    workflowId: campaignId(campaign),
    taskQueue: taskQueue('orchestration'),
    args: [plan],
  });
  await whenever('an epoch is finished', () => epochsSaved() > 0);
  whileTraining = await killWorker('nnUNetv2_train');
  await whenever(
    'a case is predicted',
    async () => (await predictions()).size > 1 && runningGroups(engines, 'sidecar.py').length > 0,
  );
  whilePredicting = await killWorker('sidecar.py');
  const result: BuildReport = await handle.result();
  await connection.close();
  return result;
}

describe('a campaign with nnU-Net whose gpu worker is killed twice', () => {
  it('finishes every case, pre-labelled by models of nnU-Net', async () => {
    expect(report).toMatchObject({ cases: 11, failed: 0, leftOut: 0 });
    const found = await models();
    expect(found.map(({ organs, engine }) => [organs.join(), engine.name]).sort()).toEqual([
      ['liver', 'nnunet'],
      ['spleen', 'nnunet'],
    ]);
    expect(found[0]!.engine.settings).toMatchObject({
      configuration: '2d',
      epochs: 3,
      testTimeAugmentation: false,
    });
    const dataset = await requireJson(store, report.datasetKey, Dataset);
    expect(dataset.cases).toHaveLength(11);
  });

  it('trains on from the last finished epoch, and leaves nothing of the killed worker running', () => {
    expect(whileTraining.groups).toHaveLength(1);
    expect(whileTraining.epochs).toBeGreaterThanOrEqual(1);
    const [before] = whileTraining.logs;
    const after = logs().filter((path) => dirname(path) === dirname(before!) && path > before!);
    expect(after).toHaveLength(1);
    const epochs = [...readFileSync(after[0]!, 'utf8').matchAll(/: Epoch (\d+)/g)].map(([, epoch]) =>
      Number(epoch),
    );
    expect(epochs[0]).toBeGreaterThanOrEqual(whileTraining.epochs);
    expect(epochs.at(-1)).toBe(2);
    expect(whilePredicting.groups.length).toBeGreaterThan(0);
    for (const pid of [...whileTraining.groups, ...whilePredicting.groups])
      expect(identityOf(pid)).toBeUndefined();
  });

  it('asks a model for every case that lacks its organ once, and keeps what was there before the kill', async () => {
    const all = await predictions();
    // Liver of five cases of MSD Spleen and two test cases of LiTS; spleen of six cases of LiTS and one test case of MSD.
    expect(all.size).toBe(14);
    expect(whilePredicting.predictions.size).toBeGreaterThan(1);
    for (const [key, bytes] of whilePredicting.predictions) expect(all.get(key)).toBe(bytes);
    for (const bytes of all.values()) {
      const { labelMap, organs } = Prediction.parse(JSON.parse(bytes));
      const { values } = readLabelMap(await getContent(store, labelMap), labelMap.key);
      expect([0, organValue[organs[0]!]]).toEqual(expect.arrayContaining([...new Set(values)]));
    }
  });

  it('runs recipes: one learns from some slices, another from a teacher’s pseudo-labels', async () => {
    const cases = (collection: string, subset: string) => ({
      from: [{ collection, subset }],
      asked: 10,
      choose: { how: 'all' },
    });
    const about = { family: 'Own', after: 'own', organs: ['liver', 'spleen'] };
    const tests = [{ id: 'lits', title: 'LiTS', cases: cases('lits', 'test') }];
    const labelled = cases('msd-spleen', 'train');
    const recipes = [
      {
        ...{ id: 'slices', title: 'Slices', ...about, tests },
        training: { kind: 'supervised', cases: labelled, labels: 'plus', slicePercent: 30 },
      },
      {
        ...{ id: 'student', title: 'Student', ...about, tests },
        training: {
          ...{ kind: 'teacher-student', labelled, labels: 'plus', rounds: 1 },
          unlabelled: cases('lits', 'train'),
        },
      },
    ];
    const file = join(directory, 'recipes.json');
    writeFileSync(file, JSON.stringify(recipes));
    const setting = ['--engine-setting', 'fineTuneEpochs=1'];
    const words = ['benchmark', 'run', '--recipe', file, '--campaign', campaign, ...setting, '--json'];
    const env = { ...process.env, ...running.env };
    const plusct = [resolve('infra/plusct.mjs'), ...words];
    const { stdout } = await promisify(execFile)(process.execPath, plusct, { env });
    const summary = BenchmarkSummary.parse(JSON.parse(stdout));
    expect(summary.recipes).toMatchObject([
      { id: 'slices', status: 'done', settings: { epochs: 3 }, tests: [{ unscored: [] }] },
      { id: 'student', status: 'done', tests: [{ unscored: [] }] },
    ]);
    const [slices, student] = summary.recipes;
    expect(slices!.tests[0]!.cases).toHaveLength(2);
    expect(student!.lessons.map(({ pseudo }) => pseudo > 0)).toContain(true);
    expect(student!.modelId).not.toBe(slices!.modelId);
  }, 1_200_000);

  it('is published as a release whose nnU-Net layout passes nnU-Net’s own integrity check', async () => {
    const work = workVolumesInThreads(1);
    // Cases of LiTS may not be shared with labels of somebody else's.
    const permitted: ReleaseChoice = { ...choice, trainingBinds: false, uses: ['derivatives'] };
    const draft = await draftRelease({ store, work }, { campaign, version: '1.0.0', choice: permitted });
    await work.close();
    if ('refusals' in draft) throw new Error(draft.refusals.join());
    const at = new Date().toISOString();
    await publishManifest(store, { campaign, version: '1.0.0', manifest: draft.manifest, at });
    const out = join(directory, 'release');
    await downloadRelease(storeSession(store), '1.0.0', { out, layout: 'nnunet', datasetId: '501' });
    const [dataset] = readdirSync(out).filter((name) => name.startsWith('Dataset501_'));
    const { signal } = new AbortController();
    expect(await verifyDataset(join(out, dataset!), signal)).toContain('verify_dataset_integrity Done');
  });
});
