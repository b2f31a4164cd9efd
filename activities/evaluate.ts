import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { Assembly, type EvaluationSummary, EvaluationSummary as SummarySchema } from '../domain/campaign.js';
import type { Collection } from '../domain/collection.js';
import { type CaseAddress, evaluationCaseKey, evaluationKey, preLabelKey } from '../domain/keys.js';
import { CampaignRow } from '../domain/metric.js';
import { ObjectRef, OrganName } from '../domain/primitives.js';
import { toCsv, toJsonl } from '../reports/rows.js';
import { getContent, putContent } from '../storage/content.js';
import { canonicalJson, hashOf, publish, publishJson, requireJson } from '../storage/json.js';
import { mapBounded } from '../storage/map-bounded.js';
import { requireResult } from '../storage/results.js';
import { alive } from './alive.js';
import type { Dependencies } from './dependencies.js';
import { campaignContract as contract, loadPlan, makePlan, referencePath } from './evaluation-plan.js';
import { campaignReport, evaluateCampaign } from './evaluation-report.js';
import { loadPassport } from './label-store.js';
import { scoreTable } from './score-table.js';
import { type TrustedSpacing, trustedSpacing, withoutMillimetres } from './trusted-spacing.js';
import type { ScoredRow } from './volume-work.js';

export { referencePath } from './evaluation-plan.js';

export type EvaluationDeeds = ReturnType<typeof evaluationDeeds>;

/** What was measured of one case. */
export const CaseScores = z.object({
  rows: z.array(CampaignRow),
  /** The label map that judged, kept by its hash. */
  reference: ObjectRef.optional(),
  mismatch: z.string().optional(),
});

const columns = [
  'collection',
  'case',
  'organ',
  'stage',
  'origin',
  'toleranceMm',
  'dsc',
  'nsd',
  'truthVoxels',
  'predictionVoxels',
  'contractSha256',
  'remark',
] as const;

/** DSC and NSD against the reference. The evaluation's id follows from what is compared and how. */
export function evaluationDeeds({ store, work }: Pick<Dependencies, 'store' | 'work'>) {
  return {
    async planEvaluation(input: {
      campaign: string;
      referenceDirectory: string;
    }): Promise<{ evaluation: string }> {
      return alive(async () => {
        const plan = await makePlan(store, input.campaign, input.referenceDirectory);
        const evaluation = `${input.campaign}.${hashOf(plan).slice(0, 12)}`;
        await publishJson(store, evaluationKey(evaluation, 'contract.json'), contract);
        await publishJson(store, evaluationKey(evaluation, 'plan.json'), plan);
        return { evaluation };
      });
    },

    async evaluationPage(input: {
      evaluation: string;
      offset: number;
      limit: number;
    }): Promise<{ cases: { collection: Collection; caseId: string }[]; total: number }> {
      const { cases } = await loadPlan(store, input.evaluation);
      const page = cases.slice(input.offset, input.offset + input.limit);
      return { cases: page.map(({ collection, caseId }) => ({ collection, caseId })), total: cases.length };
    },

    async evaluateCase(
      input: CaseAddress & { evaluation: string; referenceDirectory: string },
    ): Promise<void> {
      return alive(async () => {
        const { evaluation, collection, caseId } = input;
        const result = await requireResult(store, input);
        const pre = await requireJson(store, preLabelKey(input), Assembly);
        const file = await readFile(referencePath(input.referenceDirectory, collection, caseId));
        const reference = await putContent(store, file);
        const trusted = trustedSpacing((await loadPassport(store, input)).geometry);
        const scored = await work.score({
          ...(trusted.spacingMm === undefined ? {} : { spacingMm: trusted.spacingMm }),
          reference: file,
          maps: [
            { stage: 'pre-label', file: await getContent(store, pre.labelMap) },
            { stage: 'final', file: await getContent(store, result.labelMap) },
          ],
          contract,
        });
        const scores =
          'mismatch' in scored
            ? { rows: [], mismatch: `${collection}/${caseId}: ${scored.mismatch}` }
            : { reference, rows: rowsOf(scored, input, pre, trusted) };
        await publishJson(store, evaluationCaseKey(evaluation, collection, caseId), CaseScores.parse(scores));
      });
    },

    /** A case whose reference cannot be read is named in the summary; the others count. */
    async skipEvaluation(input: {
      evaluation: string;
      collection: Collection;
      caseId: string;
      why: string;
    }): Promise<void> {
      const { evaluation, collection, caseId, why } = input;
      const scores = { rows: [], mismatch: `${collection}/${caseId}: ${why}` };
      await publishJson(store, evaluationCaseKey(evaluation, collection, caseId), scores);
    },

    async summariseEvaluation(input: { campaign: string; evaluation: string }): Promise<EvaluationSummary> {
      return alive(async () => {
        const { campaign, evaluation } = input;
        const plan = await loadPlan(store, evaluation);
        const scores = await mapBounded(plan.cases, 16, ({ collection, caseId }) =>
          requireJson(store, evaluationCaseKey(evaluation, collection, caseId), CaseScores),
        );
        const rows = scores.flatMap((each) => each.rows);
        const mismatched = scores.flatMap((each) => each.mismatch ?? []);
        const left = [
          ...plan.missingReference.map((name) => `no reference for ${name}`),
          ...mismatched,
          ...remarksOf(rows),
        ];
        const cases = plan.cases.flatMap(({ collection, caseId }, at) => {
          const { reference } = scores[at]!;
          return reference === undefined ? [] : [{ campaign, collection, caseId, reference }];
        });
        const evaluated = await evaluateCampaign(store, cases, rows, contract, left);
        const { summary: cells, comparisons, ranking } = evaluated;
        const files = {
          'cases.jsonl': toJsonl(rows, columns),
          'cases.csv': toCsv(rows, columns),
          'statistics.json': canonicalJson({
            contract,
            contractSha256: plan.contractSha256,
            summary: cells,
            comparisons,
            ranking,
          }),
          ...(await campaignReport({ store, work }, campaign, cases, evaluated)),
        };
        for (const [name, text] of Object.entries(files)) {
          await publish(store, evaluationKey(evaluation, name), new TextEncoder().encode(text));
        }
        const summary = SummarySchema.parse({
          evaluation,
          contractSha256: plan.contractSha256,
          scores: scoreTable(rows, contract),
          files: ['contract.json', ...Object.keys(files), 'summary.json'].map((name) =>
            evaluationKey(evaluation, name),
          ),
          missingReference: plan.missingReference,
          mismatched,
        });
        await publishJson(store, evaluationKey(evaluation, 'summary.json'), summary);
        return summary;
      });
    },
  };
}

function rowsOf(
  scored: readonly ScoredRow[],
  { collection, caseId }: CaseAddress,
  pre: Assembly,
  { known, remark }: TrustedSpacing,
): CampaignRow[] {
  return (known ? scored : withoutMillimetres(scored)).map((row) => ({
    ...row,
    organ: OrganName.parse(row.organ),
    ...(remark === undefined ? {} : { remark }),
    collection,
    case: caseId,
    origin: originOf(pre, row.organ),
    contractSha256: hashOf(contract),
  }));
}

/** What is to be said of cases that were scored, once for each. */
function remarksOf(rows: readonly CampaignRow[]): string[] {
  const remarks = rows.flatMap(({ collection, case: name, remark }) =>
    remark === undefined ? [] : [`${collection}/${name}: ${remark}`],
  );
  return [...new Set(remarks)];
}

function originOf(pre: Assembly, organ: string): CampaignRow['origin'] {
  return pre.labels.find((label) => label.organ === organ)?.origin ?? 'model';
}
