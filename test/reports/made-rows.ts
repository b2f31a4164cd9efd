import type { MetricContract, MetricRow, MetricValue } from '../../domain/metric.js';
import { type ContractRequest, metricContract } from '../../domain/metric-preset.js';
import { hashOf } from '../../storage/json.js';

/** A contract over DSC and NSD of these organs; labels are 1, 2, … */
export function madeContract(organs: readonly string[], more: Partial<ContractRequest> = {}): MetricContract {
  return metricContract({
    preset: 'abdomenct1k',
    organs: organs.map((organ, at) => ({ organ, labels: [at + 1] })),
    metrics: ['dsc', 'nsd'],
    ...more,
  });
}

/** Rows of one organ and model at 1 mm, one for each figure; NSD is 0.1 below DSC. Cases are `c01`, `c02`, … */
export function madeRows(
  contract: MetricContract,
  organ: string,
  model: string,
  figures: readonly MetricValue[],
): MetricRow[] {
  return figures.map((dsc, at) => ({
    case: `c${String(at + 1).padStart(2, '0')}`,
    organ,
    model,
    toleranceMm: 1,
    dsc,
    nsd: typeof dsc === 'number' ? Math.max(0, dsc - 0.1) : dsc,
    truthVoxels: typeof dsc === 'number' ? 1000 : 0,
    predictionVoxels: typeof dsc === 'number' ? 900 : 0,
    contractSha256: hashOf(contract),
  }));
}
