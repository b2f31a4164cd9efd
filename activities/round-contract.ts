import type { MetricContract } from '../domain/metric.js';
import { metricContract } from '../domain/metric-preset.js';
import { type Organ, organValue } from '../domain/organ.js';

/** The rules of the gate: the paper's, as for a campaign's evaluation. */
export function gateContract(organs: readonly Organ[]): MetricContract {
  return metricContract({
    preset: 'abdomenct1k',
    organs: organs.map((organ) => ({ organ, labels: [organValue[organ]] })),
    metrics: ['dsc', 'nsd'],
    ignoreGeometry: true,
    ignoreUnknownLabels: true,
  });
}
