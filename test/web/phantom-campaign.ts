import { randomUUID } from 'node:crypto';
import { storeLabel } from '../../activities/label-store.js';
import { humanPlan } from '../../bench/human-plan.js';
import { Assembly, EvaluationSummary } from '../../domain/campaign.js';
import { Passport } from '../../domain/case.js';
import {
  type CaseAddress,
  campaignPlanKey,
  evaluationKey,
  passportKey,
  preLabelKey,
} from '../../domain/keys.js';
import type { LabelSummary } from '../../domain/label-version.js';
import { organs, organValue } from '../../domain/organ.js';
import type { Person } from '../../domain/person.js';
import { taskQueue } from '../../domain/queues.js';
import { taskWorkflowId, workflowTypes } from '../../domain/workflow-ids.js';
import { writeCt, writeLabelMap } from '../../imaging/nifti-write.js';
import { evaluateRows } from '../../reports/evaluation.js';
import { violinPlots } from '../../reports/figures.js';
import { paintPhantom } from '../../sources/samples/phantom.js';
import { storedAs } from '../../sources/samples/sample-file.js';
import { putContent } from '../../storage/content.js';
import { sha256 } from '../../storage/hash.js';
import { hashOf, publishJson } from '../../storage/json.js';
import type { ObjectStore } from '../../storage/object-store.js';
import { madeContract, madeRows } from '../reports/made-rows.js';
import type { Installation } from '../workflows/installation.js';

/** A painted abdomen in a store, as its collection might have stored it. */
export interface PhantomCase {
  readonly at: CaseAddress;
  /** nibabel's letters for the axes of its files. */
  readonly axisCodes: string;
  readonly shape: readonly [number, number, number];
  readonly hu: Int16Array;
  /** What models and the source proposed: 1 liver, 2 kidney, 3 spleen, 4 pancreas. */
  readonly proposed: Uint8Array;
  readonly labels: readonly LabelSummary[];
}

async function storePhantom(
  store: ObjectStore,
  campaign: string,
  caseId: string,
  axisCodes: string,
): Promise<PhantomCase> {
  const at = { campaign, collection: 'lits', caseId } as const;
  const patient = {
    collection: at.collection,
    caseId,
    subset: 'train',
    phase: 'portal venous',
    seed: caseId,
    shape: [72, 60, 26],
    sliceStepMm: 7,
    droppedSlices: 0,
  } as const;
  const { geometry, hu, labels: proposed } = storedAs(paintPhantom(patient), axisCodes);
  const image = writeCt(geometry, hu, true);
  const labels: LabelSummary[] = [];
  for (const organ of organs) {
    const mask = proposed.map((value) => (value === organValue[organ] ? 1 : 0));
    const voxels = mask.reduce((sum, value) => sum + value, 0);
    const packed = { organ, bytes: writeLabelMap(mask, image), voxelSha256: sha256(mask), voxels };
    const origin = organ === 'liver' ? 'source' : 'model';
    const author = origin === 'source' ? at.collection : `atlas-${organ}`;
    labels.push(await storeLabel(store, at, organ, packed, { origin, author, reason: 'pre-label' }));
  }
  const passport = Passport.parse({
    ...at,
    subset: 'train',
    status: 'accepted',
    licence: 'CC-BY-4.0',
    citation: 'made',
    copy: 'made',
    sourceFiles: [],
    image: await putContent(store, image),
    geometry,
    nativeHeader: Buffer.from(writeCt(geometry, hu).subarray(0, 540)).toString('base64'),
    sourceLabels: labels.slice(0, 1),
    missingOrgans: ['kidney', 'spleen', 'pancreas'],
    findings: [],
  });
  await publishJson(store, passportKey(at), passport);
  const labelMap = await putContent(store, writeLabelMap(proposed, image));
  await publishJson(store, preLabelKey(at), Assembly.parse({ labelMap, labels, findings: [] }));
  return { at, axisCodes, shape: geometry.shape, hu, proposed, labels };
}

/** A campaign in human mode whose scans lie in their files in the given ways; each has a task that waits. */
export async function makePhantomCampaign(
  { store, client, queueSuffix }: Installation,
  people: readonly Person[],
  axisCodes: readonly string[],
): Promise<{ readonly campaign: string; readonly cases: readonly PhantomCase[] }> {
  // People begin with the first of their campaigns; those of other tests are in the same store.
  const campaign = `0-page-${randomUUID().slice(0, 8)}`;
  await publishJson(store, campaignPlanKey(campaign), humanPlan(campaign, people));
  const cases: PhantomCase[] = [];
  for (const [n, codes] of axisCodes.entries())
    cases.push(await storePhantom(store, campaign, `volume-${n}`, codes));
  for (const { at, labels } of cases) {
    await client.workflow.start(workflowTypes.refineCase, {
      workflowId: taskWorkflowId(at, 1),
      taskQueue: taskQueue('orchestration', queueSuffix),
      args: [{ at, round: 1, labels, people }],
    });
  }
  return { campaign, cases };
}

/** An evaluation of the campaign as its steps would have written it, of made figures: scores and violin plots. */
export async function publishMadeEvaluation(store: ObjectStore, campaign: string): Promise<void> {
  const names = ['liver', 'kidney', 'spleen', 'pancreas'];
  const contract = madeContract(names);
  const figure = (organ: number, of: number, n: number) => of - 0.03 * organ - 0.012 * ((n * 7) % 5);
  const rows = names.flatMap((organ, at) =>
    [
      ['pre-label', 0.93],
      ['final', 0.985],
    ].flatMap(([model, of]) =>
      madeRows(
        contract,
        organ,
        String(model),
        Array.from({ length: 12 }, (_, n) => figure(at, Number(of), n)),
      ),
    ),
  );
  const evaluation = `${campaign}.${hashOf(contract).slice(0, 12)}`;
  const plots = await violinPlots(evaluateRows({ rows, contract, strata: {}, findings: [] }));
  const files = plots.map(({ name, svg }) => ({ key: evaluationKey(evaluation, `${name}.svg`), svg }));
  for (const { key, svg } of files) await store.put(key, new TextEncoder().encode(svg));
  const score = (organ: string, stage: 'pre-label' | 'final', dscMean: number) =>
    ({
      organ,
      stage,
      of: 'made',
      n: 12,
      undefinedCount: 0,
      dscMean,
      dscSd: 0.02,
      nsdMean: dscMean - 0.1,
      nsdSd: 0.03,
    }) as const;
  const summary = EvaluationSummary.parse({
    evaluation,
    contractSha256: hashOf(contract),
    scores: names.flatMap((organ, at) => [
      score(organ, 'pre-label', 0.91 - 0.03 * at),
      score(organ, 'final', 0.96 - 0.03 * at),
    ]),
    files: files.map(({ key }) => key),
    missingReference: [],
    mismatched: [],
  });
  await publishJson(store, evaluationKey(evaluation, 'summary.json'), summary);
}
