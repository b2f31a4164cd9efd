import { type Collection, collections } from './collection.js';
import type { CaseComparison } from './comparison.js';
import type { MetricValue } from './metric.js';
import { type Organ, organs } from './organ.js';

/** Published agreement between people, as DSC of their masks. One figure is a band of no width. */
export interface PublishedBand {
  readonly what: string;
  readonly organ?: Organ;
  readonly dsc: readonly [low: number, high: number];
}

/**
 * As the AbdomenCT-1K paper's sources have them. None is published for liver and spleen. Tumours belong to their
 * organ in a plus dataset, so that no figure here stands beside the last one.
 */
export const publishedAgreement: readonly PublishedBand[] = [
  { what: 'kidney', organ: 'kidney', dsc: [0.983, 0.983] },
  { what: 'pancreas', organ: 'pancreas', dsc: [0.81, 0.9] },
  { what: 'kidney tumour', dsc: [0.923, 0.923] },
];

/** Two people's figures of one organ in one case. */
export interface ReadPair {
  readonly collection: Collection;
  readonly caseId: string;
  readonly organ: Organ;
  readonly readers: readonly [string, string];
  readonly dsc: MetricValue;
  readonly nsd: MetricValue;
  readonly simulated: boolean;
}

/** Pairs of double reads, in the order of collections, cases and organs. */
export function readPairs(comparisons: readonly CaseComparison[]): ReadPair[] {
  const pairs = comparisons
    .filter(({ kind }) => kind === 'double-read')
    .flatMap(({ collection, caseId, simulated, organs: compared }) =>
      compared.map(({ organ, one, other, dsc, nsd }): ReadPair => {
        const readers: [string, string] = [one.author, other.author];
        return { collection, caseId, organ, readers, dsc, nsd, simulated };
      }),
    );
  return pairs.sort(
    (a, b) =>
      collections.indexOf(a.collection) - collections.indexOf(b.collection) ||
      a.caseId.localeCompare(b.caseId, 'en', { numeric: true }) ||
      organs.indexOf(a.organ) - organs.indexOf(b.organ),
  );
}

/** Where an interval of the mean lies beside a published band. */
export type BandVerdict = 'within' | 'below' | 'above' | 'not sure' | 'nothing published';

/**
 * `within`: the interval lies in the band. `below`, `above`: it lies wholly on that side. Else the figures cannot tell.
 * A band of no width is met when the interval holds it.
 */
export function besideBand(
  organ: Organ,
  interval: readonly [number, number] | null,
): { verdict: BandVerdict; band?: PublishedBand } {
  const band = publishedAgreement.find((each) => each.organ === organ);
  if (band === undefined) return { verdict: 'nothing published' };
  if (interval === null) return { verdict: 'not sure', band };
  const [low, high] = band.dsc;
  if (interval[1] < low) return { verdict: 'below', band };
  if (interval[0] > high) return { verdict: 'above', band };
  const within = low === high || (interval[0] >= low && interval[1] <= high);
  return { verdict: within ? 'within' : 'not sure', band };
}
