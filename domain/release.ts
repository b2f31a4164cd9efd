import { z } from 'zod';
import { OrganScore } from './campaign.js';
import { Finding } from './finding.js';
import { LabelOrigin } from './label-version.js';
import { licenceUses } from './licence.js';
import { CampaignName, CaseId, CollectionName, OrganName, Sha256 } from './primitives.js';
import { ReleaseChanges } from './release-changes.js';
import { SourceCopy } from './source-copy.js';
import { Geometry, VoxelIdentity } from './volume.js';

export const ReleaseVersion = z
  .string()
  .regex(/^(0|[1-9]\d{0,8})\.(0|[1-9]\d{0,8})\.(0|[1-9]\d{0,8})$/, 'expected MAJOR.MINOR.PATCH, as in 1.0.0');

/** A file of a release. Its object is named by the hash. Paths are relative to the release's folder. */
export const ReleaseFile = z.object({
  path: z.string(),
  sha256: Sha256,
  bytes: z.number().int().nonnegative(),
  kind: z.enum(['image', 'labels', 'document']),
});
export type ReleaseFile = z.infer<typeof ReleaseFile>;

/** The parts that a release is divided into. */
export const releaseParts = ['train', 'test'] as const;
export type ReleasePart = (typeof releaseParts)[number];

/**
 * How one organ of a case came to be labelled. `absent` was attested by a person; `withheld` is not in the label map because a
 * licence forbids it; `none` was never labelled.
 */
export const ReleaseOrgan = z.object({
  organ: OrganName,
  state: z.enum(['labelled', 'absent', 'withheld', 'none']),
  /** Label version, and the hash of its voxels. */
  version: z.string().optional(),
  voxelSha256: Sha256.optional(),
  voxels: z.number().int().nonnegative().optional(),
  origin: LabelOrigin.optional(),
  /** A collection, a model's id, or the role of the person who drew last. Never a person's name. */
  author: z.string().optional(),
  /** The model that proposed it, also where people corrected it. */
  model: z.string().optional(),
  /** Roles of everybody who drew in it, first to last. */
  editors: z.array(z.string()),
  simulated: z.boolean(),
  /** What binds this label. */
  licence: z.string().optional(),
});
export type ReleaseOrgan = z.infer<typeof ReleaseOrgan>;

/** One case's passport in a release. */
export const ReleaseCase = z.object({
  collection: CollectionName,
  caseId: CaseId,
  /** Stays with the case in every later release: layouts that count their cases go by it. */
  number: z.number().int().positive(),
  part: z.enum(releaseParts),
  /** Train or test, as the collection says. */
  subset: z.enum(['train', 'test']),
  copy: z.string(),
  otherCopies: SourceCopy.shape.otherCopies,
  citation: z.string(),
  /** Terms of the source: its image and its own label. */
  sourceLicence: z.string(),
  licenceNote: z.string().optional(),
  /** Terms of the label map. */
  licence: z.string(),
  sourceFiles: z.array(z.object({ path: z.string(), sha256: Sha256, bytes: z.number().int() })),
  voxels: VoxelIdentity.optional(),
  geometry: Geometry,
  /** Hash of the image as plusct serves it, also where the release does not hold it. */
  imageSha256: Sha256,
  /** Path of the image; absent in a release without images. */
  image: z.string().optional(),
  labels: z.string(),
  organs: z.array(ReleaseOrgan),
  reviewed: z.boolean(),
  verified: z.boolean(),
  /** Why somebody let the case in although ingest had held it back. */
  accepted: z.string().optional(),
  /** What users have to know. */
  findings: z.array(Finding),
});
export type ReleaseCase = z.infer<typeof ReleaseCase>;

/** A model that had a hand in labels. */
export const ReleaseModel = z.object({
  modelId: z.string(),
  /** Those that it proposed here. */
  organs: z.array(OrganName),
  engine: z.string(),
  /** Licences of its training data. */
  licences: z.array(z.string()),
  trainedOn: z.number().int().nonnegative(),
});
export type ReleaseModel = z.infer<typeof ReleaseModel>;

/** What was asked for of a release: with the campaign's records it decides every byte. */
export const ReleaseChoice = z.object({
  /** Images are released beside their labels. */
  images: z.boolean(),
  /** Licences of training data bind what models proposed. */
  trainingBinds: z.boolean(),
  /** Only cases whose licences allow these. */
  uses: z.array(z.enum(licenceUses)),
  /** For which cases, as `plusct cases --where`; every one when absent. */
  where: z.string().optional(),
  /** Terms of labels that no other licence binds. */
  labelsUnder: z.string(),
  seed: z.number().int().nonnegative(),
  /** Share of the cases that is kept for tests. */
  testShare: z.number().gt(0).lt(1),
  /** Cases that are not finished are left out; without it they hold the release up. */
  unfinished: z.boolean(),
});
export type ReleaseChoice = z.infer<typeof ReleaseChoice>;

/** A case that is not in a release, and why. */
export const ReleaseLeftOut = z.object({ case: z.string(), reasons: z.array(z.string()) });
export type ReleaseLeftOut = z.infer<typeof ReleaseLeftOut>;

/**
 * All that a release is, but for its documents, which are written from this. It holds no time and no person's name: the same
 * records give the same bytes.
 */
export const ReleaseContent = z.object({
  format: z.literal('plusct release 1'),
  campaign: CampaignName,
  version: ReleaseVersion,
  /** What the values of label maps mean. */
  labels: z.record(z.string(), z.number().int()),
  choice: ReleaseChoice,
  citation: z.string(),
  /** Works to cite, and how many cases stand on each. */
  sources: z.array(z.object({ citation: z.string(), cases: z.number().int() })),
  cases: z.array(ReleaseCase),
  /** Cases that show one scan or one patient; they are in one part. */
  groups: z.array(z.array(z.string())),
  leftOut: z.array(ReleaseLeftOut),
  models: z.array(ReleaseModel),
  /** Figures of an evaluation that judged these very label maps. */
  evaluation: z
    .object({
      id: z.string(),
      contractSha256: z.string(),
      cases: z.number().int(),
      scores: z.array(OrganScore),
    })
    .optional(),
  /** Ids of errata that this release settles. */
  settles: z.array(z.string()),
  /** The release before this one. */
  previous: z.object({ version: ReleaseVersion, manifestSha256: Sha256 }).optional(),
  changes: ReleaseChanges.optional(),
  /** Images and label maps. */
  volumes: z.array(ReleaseFile),
});
export type ReleaseContent = z.infer<typeof ReleaseContent>;

/** A release: written once, last, under its version. */
export const ReleaseManifest = ReleaseContent.omit({ volumes: true }).extend({ files: z.array(ReleaseFile) });
export type ReleaseManifest = z.infer<typeof ReleaseManifest>;

/** When a release came out: beside the manifest, which holds no time. */
export const Publication = z.object({
  campaign: CampaignName,
  version: ReleaseVersion,
  manifestSha256: Sha256,
  at: z.iso.datetime(),
  /** Croissant metadata, which has to name the day. */
  croissant: z.object({ sha256: Sha256, bytes: z.number().int() }),
});
export type Publication = z.infer<typeof Publication>;
