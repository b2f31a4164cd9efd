import { z } from 'zod';
import { Finding } from './finding.js';
import { IdentityCheck } from './identity.js';
import { LabelSummary } from './label-version.js';
import { OrganLabels } from './organ-labels.js';
import { CaseId, CollectionName, ObjectRef, OrganName, Sha256 } from './primitives.js';
import { SourceCopy } from './source-copy.js';
import { Geometry, VoxelIdentity } from './volume.js';

/** What the collection's own tables say of a patient: names and values as they stand there, of any kind. */
const Facts = z.record(z.string(), z.json());

/** The scan that a case with a lost header may have been made from. */
export const OriginalScan = z.object({
  /** Where it was found. */
  source: z.string(),
  /** Of how often each HU of soft tissue occurs: equal voxels in any order have it, however air was padded. */
  softTissueSha256: Sha256,
  shape: z.tuple([z.number(), z.number(), z.number()]),
  spacingMm: z.tuple([z.number(), z.number(), z.number()]),
});
export type OriginalScan = z.infer<typeof OriginalScan>;

/** A case as its collection lists it, before any file was opened. Paths are relative to the collection's folder. */
export const SourceCase = z.object({
  collection: CollectionName,
  caseId: CaseId,
  subset: z.enum(['train', 'test']),
  image: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('nifti'), path: z.string() }),
    /** One DICOM series: every file of it. */
    z.object({ kind: z.literal('dicom'), paths: z.array(z.string()) }),
  ]),
  labelPath: z.string().optional(),
  /** Findings that need no file: a withdrawn case, a name that does not fit. */
  findings: z.array(Finding),
  /** Voxel sides in index order from elsewhere, for a header that has lost them, and where they are from. */
  trueSpacing: z
    .object({ spacingMm: z.tuple([z.number(), z.number(), z.number()]), source: z.string() })
    .optional(),
  /** Scans of which one may be this case's original; its voxels tell which. */
  originals: z.array(OriginalScan).optional(),
  /** Set when the collection withdrew this case as a copy of another one of its cases. */
  withdrawnCopyOf: CaseId.optional(),
  /** What the values of this case's label mean, where its folder says so; else what the collection defines. */
  organLabels: OrganLabels.optional(),
  /** Path → hash, as far as a list of checksums in the collection's folder has this case's files. */
  expectedSha256: z.record(z.string(), Sha256).optional(),
  /** Organs that this patient is known not to have. */
  absentOrgans: z.array(OrganName).optional(),
  /** The distribution that its files are from, where it is known; else the collection's usual one. */
  source: SourceCopy.optional(),
  /** Voxel sides in mm, as a table of the collection has them, by direction in the patient. */
  listedSpacingMm: z
    .object({ leftRight: z.number(), backFront: z.number(), footHead: z.number() })
    .optional(),
  facts: Facts.optional(),
});
export type SourceCase = z.infer<typeof SourceCase>;

/** What one case is, where it came from and what was found. Written once at ingest. */
export const Passport = z.object({
  collection: CollectionName,
  caseId: CaseId,
  subset: z.enum(['train', 'test']),
  status: z.enum(['accepted', 'quarantined', 'excluded']),
  licence: z.string(),
  citation: z.string(),
  /** Which distribution of the collection the files are from. */
  copy: z.string(),
  /** What is not certain about the licence. */
  licenceNote: z.string().optional(),
  /** The same scan in other distributions, with their licences. */
  otherCopies: SourceCopy.shape.otherCopies.optional(),
  sourceFiles: z.array(z.object({ path: z.string(), sha256: Sha256, bytes: z.number().int() })),
  /** The image as plusct serves it, always a NIfTI file; absent when no image could be read. */
  image: ObjectRef.optional(),
  voxels: VoxelIdentity.optional(),
  geometry: Geometry.optional(),
  /** The image file's own header, base64: masks go back on to the native grid under it. */
  nativeHeader: z.base64().optional(),
  /** One source label for each organ that the source annotates, tumours merged into the organ. */
  sourceLabels: z.array(LabelSummary),
  missingOrgans: z.array(OrganName),
  facts: Facts.optional(),
  /** The check for traces of a person; absent in passports that are older than it. */
  identity: IdentityCheck.optional(),
  findings: z.array(Finding),
});
export type Passport = z.infer<typeof Passport>;

/** What workflows carry of an ingested case. */
export const CaseSummary = Passport.pick({
  collection: true,
  caseId: true,
  status: true,
  sourceLabels: true,
  missingOrgans: true,
});
export type CaseSummary = z.infer<typeof CaseSummary>;
