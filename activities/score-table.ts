import { deviation, mean } from 'd3-array';
import type { OrganScore } from '../domain/campaign.js';
import type { CampaignRow, MetricContract, MetricName } from '../domain/metric.js';
import { judged } from '../domain/metric-convention.js';
import { organs } from '../domain/organ.js';

/** Mean and sample standard deviation per organ and stage, over all labels and over those made by model or people. */
export function scoreTable(rows: readonly CampaignRow[], { convention }: MetricContract): OrganScore[] {
  const cells = organs.flatMap((organ) =>
    (['all', 'made'] as const).flatMap((of) =>
      (['pre-label', 'final'] as const).map((stage) => ({ organ, of, stage })),
    ),
  );
  return cells.map(({ organ, of, stage }) => {
    const chosen = rows.filter(
      (row) => row.organ === organ && row.stage === stage && (of === 'all' || row.origin !== 'source'),
    );
    const counting = (metric: MetricName) => chosen.flatMap((row) => judged(row, metric, convention) ?? []);
    const [dsc, nsd] = [counting('dsc'), counting('nsd')];
    return {
      organ,
      stage,
      of,
      n: dsc.length,
      undefinedCount: chosen.length - dsc.length,
      dscMean: mean(dsc) ?? null,
      dscSd: deviation(dsc) ?? null,
      nsdMean: mean(nsd) ?? null,
      nsdSd: deviation(nsd) ?? null,
    };
  });
}
