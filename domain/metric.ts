import { z } from 'zod';
import { CollectionName, OrganName, Sha256 } from './primitives.js';

/** A metric, or why there is none. NaN and infinity do not survive JSON. */
export const MetricValue = z.union([z.number(), z.object({ undefined: z.string() })]);
export type MetricValue = z.infer<typeof MetricValue>;

/** What can be measured of two masks. DSC and NSD are shares of 1; distances are in mm. */
export const metricNames = ['dsc', 'nsd', 'hd95', 'hd', 'assd'] as const;
export type MetricName = (typeof metricNames)[number];

/** An organ, the label values that together make it up, and the tolerances at which its NSD is taken. */
export const OrganRule = z.object({
  organ: z.string().min(1),
  labels: z.array(z.number().int().min(1).max(65535)).min(1),
  tolerancesMm: z.array(z.number().nonnegative()),
});
export type OrganRule = z.infer<typeof OrganRule>;

/** What an undefined or a special figure counts as. Raw figures are stored; this is applied when they are summed up. */
export const Convention = z.object({
  /** DSC and NSD where the organ is in neither mask. */
  bothEmpty: z.enum(['undefined', 'one']),
  /** DSC and NSD where only the prediction has the organ. */
  truthEmpty: z.enum(['undefined', 'zero']),
  /** DSC and NSD where only the truth has it. */
  predictionEmpty: z.literal('zero'),
  /** NSD counts as 0 where DSC is below this. */
  nsdZeroBelowDsc: z.number().nullable(),
  /** DSC and NSD are rounded to so many digits before they are summed up. */
  roundedToDigits: z.number().int().min(1).max(15).nullable(),
  /** HD95, HD and ASSD have no value where a mask is empty; n says so. */
  distancesOfEmptyMasks: z.literal('undefined'),
  /** A case has failed with DSC 0, or with DSC below this. */
  failureBelowDsc: z.number().min(0).max(1),
});
export type Convention = z.infer<typeof Convention>;

export const presetNames = ['abdomenct1k', 'flare22', 'totalsegmentator', 'deepmind'] as const;
export type PresetName = (typeof presetNames)[number];

/** The rules under which figures are comparable. It stands, with its hash, in every output. */
export const MetricContract = z.object({
  preset: z.enum(presetNames),
  /** What was asked for otherwise than the preset has it. */
  deviations: z.array(z.string()),
  organs: z.array(OrganRule).min(1),
  metrics: z.array(z.enum(metricNames)).min(1),
  spacingFrom: z.literal('truth header'),
  crop: z.literal('box of both masks; surfaces closed at the edge of the volume'),
  /** Organs compared only between the first and the last slice that truth labels, the last one left out. */
  truthSlicesOnly: z.array(z.string()),
  geometry: z.enum(['equal to a tenth of a voxel', 'not compared']),
  unknownLabels: z.enum(['refused', 'ignored']),
  convention: Convention,
  implementation: z.string(),
});
export type MetricContract = z.infer<typeof MetricContract>;

/** Raw figures of one organ of one case at one tolerance. A metric that was not asked for is not there. */
export const OrganFigures = z.object({
  organ: z.string(),
  toleranceMm: z.number().optional(),
  dsc: MetricValue,
  nsd: MetricValue.optional(),
  hd95Mm: MetricValue.optional(),
  hdMm: MetricValue.optional(),
  /** Mean distance of both surfaces together, each element weighted by its area. */
  assdMm: MetricValue.optional(),
  /** Voxels in the whole volume. */
  truthVoxels: z.number().int(),
  predictionVoxels: z.number().int(),
});
export type OrganFigures = z.infer<typeof OrganFigures>;

/** `OrganFigures` with whose they are. */
export const MetricRow = OrganFigures.extend({
  case: z.string(),
  /** Which prediction was judged. */
  model: z.string(),
  contractSha256: Sha256,
});
export type MetricRow = z.infer<typeof MetricRow>;

/** One organ of a campaign's case at one stage against the reference. */
export const CampaignRow = MetricRow.omit({ model: true }).extend({
  collection: CollectionName,
  organ: OrganName,
  stage: z.enum(['pre-label', 'final']),
  /** Origin of the judged label: figures of source labels say nothing about a model. */
  origin: z.enum(['source', 'human', 'model']),
  /** Why figures are missing, or under which other spacing than the header's they were taken. */
  remark: z.string().optional(),
});
export type CampaignRow = z.infer<typeof CampaignRow>;
