import type { Passport } from '../domain/case.js';
import { caseName } from '../domain/case-name.js';
import type { CaseAddress } from '../domain/keys.js';
import type { CampaignRow, MetricContract, MetricRow } from '../domain/metric.js';
import type { ObjectRef } from '../domain/primitives.js';
import { type Evaluation, evaluateRows, exemplars } from '../reports/evaluation.js';
import type { DrawnExemplar } from '../reports/page.js';
import type { Strata } from '../reports/summary.js';
import { getContent } from '../storage/content.js';
import { mapBounded } from '../storage/map-bounded.js';
import type { ObjectStore } from '../storage/object-store.js';
import { requireResult } from '../storage/results.js';
import type { Dependencies } from './dependencies.js';
import { loadPassport } from './label-store.js';

/** A scored case: where it is, and the reference that judged it, by its hash. */
export interface ScoredCase extends CaseAddress {
  readonly reference: ObjectRef;
}

/**
 * The statistics of a campaign's evaluation: pre-labels and final labels as two models, on organs that the source did not
 * label, since its own labels say nothing about models or people. Strata come from the passports.
 */
export async function evaluateCampaign(
  store: ObjectStore,
  cases: readonly ScoredCase[],
  rows: readonly CampaignRow[],
  contract: MetricContract,
  findings: readonly string[],
): Promise<Evaluation> {
  const passports = await mapBounded(cases, 16, (at) => loadPassport(store, at));
  const strata: Strata = Object.fromEntries(passports.map((each) => [caseName(each), fieldsOf(each)]));
  const made = rows
    .filter(({ origin }) => origin !== 'source')
    .map(
      ({ stage, origin: _origin, remark: _remark, ...row }): MetricRow => ({
        ...row,
        case: caseName({ ...row, caseId: row.case }),
        model: stage,
      }),
    );
  return evaluateRows({ rows: made, contract, strata, findings });
}

/**
 * Files of a report by name: the page with plots and pictures of the final labels' worst and best cases on their CTs, and
 * each plot as a picture of its own.
 */
export async function campaignReport(
  { store, work }: Pick<Dependencies, 'store' | 'work'>,
  campaign: string,
  cases: readonly ScoredCase[],
  evaluation: Evaluation,
): Promise<Record<string, string>> {
  const chosen = exemplars(evaluation, 'final');
  const pictures = await mapBounded(chosen, 2, async (each): Promise<DrawnExemplar[]> => {
    const at = cases.find((scored) => caseName(scored) === each.case)!;
    const [passport, result] = [await loadPassport(store, at), await requireResult(store, at)];
    const picture = await work.picture({
      truth: await getContent(store, at.reference),
      prediction: await getContent(store, result.labelMap),
      labels: evaluation.contract.organs.find(({ organ }) => organ === each.organ)!.labels,
      ...(passport.image === undefined ? {} : { image: await getContent(store, passport.image) }),
    });
    return picture === undefined ? [] : [{ ...each, ...picture }];
  });
  // Drawing takes libraries that no other work of this process needs.
  const [{ violinPlots }, { reportPage }] = await Promise.all([
    import('../reports/figures.js'),
    import('../reports/page.js'),
  ]);
  const plots = await violinPlots(evaluation);
  const title = `Labels of ${campaign}`;
  return {
    'report.html': reportPage({ title, evaluation, plots, pictures: pictures.flat() }),
    ...Object.fromEntries(plots.map(({ name, svg }) => [`${name}.svg`, svg])),
  };
}

function fieldsOf({ collection, subset, geometry }: Passport): Record<string, string> {
  if (geometry === undefined) return { collection, subset };
  if (geometry.spacingUnknown === true) {
    return { collection, subset, 'widest voxel side': 'unknown', 'axis codes': geometry.axisCodes };
  }
  const thickest = Math.max(...geometry.spacingMm);
  const spacing = thickest <= 1.5 ? 'up to 1.5 mm' : thickest <= 3 ? '1.5 to 3 mm' : 'over 3 mm';
  return { collection, subset, 'widest voxel side': spacing, 'axis codes': geometry.axisCodes };
}
