import type { MetricContract } from './metric.js';
import { metricContract } from './metric-preset.js';
import { organs as allOrgans, type Organ, organValue } from './organ.js';

/**
 * The paper's rules for the organs of a recipe. Label maps have to lie on the truth's grid, whoever made them. Recipes of fewer
 * organs take the other organs of the truth as background.
 */
export function benchmarkContract(organs: readonly Organ[]): MetricContract {
  return metricContract({
    preset: 'abdomenct1k',
    organs: allOrgans
      .filter((organ) => organs.includes(organ))
      .map((organ) => ({ organ, labels: [organValue[organ]] })),
    metrics: ['dsc', 'nsd'],
    ignoreUnknownLabels: organs.length < allOrgans.length,
  });
}
