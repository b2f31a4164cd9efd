import type { BenchmarkCase } from './benchmark.js';
import type { Organ } from './organ.js';

/**
 * What is to be said of the truth of some test cases: a mask that a model proposed and nobody changed flatters models like
 * that one. Undefined where people or sources made every mask.
 */
export function truthRemark(
  cases: readonly Pick<BenchmarkCase, 'plusLabels'>[],
  organs: readonly Organ[],
): string | undefined {
  const masks = cases.flatMap(({ plusLabels }) => plusLabels.filter(({ organ }) => organs.includes(organ)));
  const proposed = masks.filter(({ origin }) => origin === 'model').length;
  if (proposed === 0) return undefined;
  return `${proposed} of ${masks.length} masks of the truth are what a model proposed and people left as it was: figures of models like that one look better than they are`;
}
