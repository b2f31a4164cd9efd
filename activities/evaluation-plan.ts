import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { evaluationKey } from '../domain/keys.js';
import { metricContract } from '../domain/metric-preset.js';
import { organs, organValue } from '../domain/organ.js';
import { CaseId, CollectionName, Sha256 } from '../domain/primitives.js';
import { sha256 } from '../storage/hash.js';
import { hashOf, requireJson } from '../storage/json.js';
import type { ObjectStore } from '../storage/object-store.js';
import { readResult } from '../storage/results.js';
import { requireWorklist } from '../storage/worklists.js';

/** The paper's rules. Ingest has already judged geometries; the label maps here lie on the image by index. */
export const campaignContract = metricContract({
  preset: 'abdomenct1k',
  organs: organs.map((organ) => ({ organ, labels: [organValue[organ]] })),
  metrics: ['dsc', 'nsd'],
  ignoreGeometry: true,
  ignoreUnknownLabels: true,
});

/** What is compared, and how: the evaluation's id is its hash. */
export const EvaluationPlan = z.object({
  campaign: z.string(),
  contractSha256: Sha256,
  outputVersion: z.number().int(),
  cases: z.array(
    z.object({ collection: CollectionName, caseId: CaseId, referenceSha256: Sha256, resultSha256: Sha256 }),
  ),
  missingReference: z.array(z.string()),
});
export type EvaluationPlan = z.infer<typeof EvaluationPlan>;

/** Part of an evaluation's id: raised whenever the same figures are written down otherwise. */
const outputVersion = 3;

/** The plan of an evaluation that has begun. */
export function loadPlan(store: ObjectStore, evaluation: string): Promise<EvaluationPlan> {
  return requireJson(store, evaluationKey(evaluation, 'plan.json'), EvaluationPlan);
}

/** Every finished case of a campaign with its reference; files are read for their hashes. */
export async function makePlan(
  store: ObjectStore,
  campaign: string,
  referenceDirectory: string,
): Promise<EvaluationPlan> {
  const plan: EvaluationPlan = {
    campaign,
    contractSha256: hashOf(campaignContract),
    outputVersion,
    cases: [],
    missingReference: [],
  };
  const worklist = await requireWorklist(store, campaign);
  for (const { collection, caseId } of worklist.cases) {
    const result = await readResult(store, { campaign, collection, caseId });
    if (result === undefined) continue;
    const path = referencePath(referenceDirectory, collection, caseId);
    if (!existsSync(path)) plan.missingReference.push(`${collection}/${caseId}`);
    else {
      const referenceSha256 = sha256(await readFile(path));
      plan.cases.push({ collection, caseId, referenceSha256, resultSha256: result.labelMap.sha256 });
    }
  }
  return plan;
}

/** Where the reference of a case lies: `{directory}/{collection}/{caseId}.nii.gz`. */
export function referencePath(directory: string, collection: string, caseId: string): string {
  return join(directory, collection, `${caseId}.nii.gz`);
}
