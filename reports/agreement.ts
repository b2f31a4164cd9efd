import { type BandVerdict, besideBand, type PublishedBand, type ReadPair } from '../domain/agreement.js';
import type { Collection } from '../domain/collection.js';
import type { MetricValue } from '../domain/metric.js';
import { type Organ, organs } from '../domain/organ.js';
import { type Description, describe } from './statistics.js';

/** How well two people agree on one organ, everywhere or in one collection. */
export interface AgreementRow {
  readonly organ: Organ;
  /** Left out: all collections together. */
  readonly collection?: Collection;
  readonly pairs: number;
  /** Pairs in which neither person drew anything: no DSC can be taken of them, and they agree. */
  readonly bothEmpty: number;
  readonly dsc: Description;
  readonly nsd: Description;
  readonly verdict: BandVerdict;
  readonly band?: PublishedBand;
}

export interface Agreement {
  readonly rows: readonly AgreementRow[];
  /** Pairs in which somebody was simulated. */
  readonly simulatedPairs: number;
}

/**
 * Agreement of double reads: mean DSC and NSD at 1 mm with 95 % intervals by the percentile bootstrap over cases, one row for each
 * organ that was read twice, then one for each of its collections.
 */
export function agreementOf(pairs: readonly ReadPair[]): Agreement {
  const rows = organs.flatMap((organ) => {
    const own = pairs.filter((each) => each.organ === organ);
    if (own.length === 0) return [];
    const collections = [...new Set(own.map((each) => each.collection))];
    const parts = collections.map((collection) =>
      rowOf(
        organ,
        own.filter((each) => each.collection === collection),
        collection,
      ),
    );
    return [rowOf(organ, own), ...(parts.length > 1 ? parts : [])];
  });
  return { rows, simulatedPairs: pairs.filter((each) => each.simulated).length };
}

function rowOf(organ: Organ, pairs: readonly ReadPair[], collection?: Collection): AgreementRow {
  const seed = `agreement/${organ}/${collection ?? 'all'}`;
  const dsc = describe(defined(pairs.map((each) => each.dsc)), `${seed}/dsc`);
  return {
    organ,
    ...(collection === undefined ? {} : { collection }),
    pairs: pairs.length,
    bothEmpty: pairs.length - dsc.n,
    dsc,
    nsd: describe(defined(pairs.map((each) => each.nsd)), `${seed}/nsd`),
    ...besideBand(organ, dsc.meanCi95),
  };
}

function defined(values: readonly MetricValue[]): number[] {
  return values.filter((each): each is number => typeof each === 'number');
}
