import { z } from 'zod';
import { MetricValue } from './metric.js';
import { CaseId, CollectionName, OrganName } from './primitives.js';

/**
 * What two label versions of one organ were compared for. `double-read`: the first reader's first submission and the
 * second reader's. `blind-audit`: a pre-label outside of the review list and a blind read of it. `review`: a pre-label on the
 * list and what people made of it.
 */
export const ComparisonKind = z.enum(['double-read', 'blind-audit', 'review']);
export type ComparisonKind = z.infer<typeof ComparisonKind>;

const Side = z.object({ version: z.string(), author: z.string(), voxels: z.number().int().nonnegative() });

export const OrganComparison = z.object({
  organ: OrganName,
  one: Side,
  other: Side,
  dsc: MetricValue,
  /** At 1 mm; undefined also where voxel sides are not known. */
  nsd: MetricValue,
});
export type OrganComparison = z.infer<typeof OrganComparison>;

/** The comparisons of one kind on one case; written once, and no part of the dataset. */
export const CaseComparison = z.object({
  kind: ComparisonKind,
  collection: CollectionName,
  caseId: CaseId,
  /** Somebody was simulated: such figures say nothing about people. */
  simulated: z.boolean(),
  organs: z.array(OrganComparison),
});
export type CaseComparison = z.infer<typeof CaseComparison>;
