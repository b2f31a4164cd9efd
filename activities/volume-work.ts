import type { SourceCase } from '../domain/case.js';
import type { Finding } from '../domain/finding.js';
import type { IdentityCheck } from '../domain/identity.js';
import type { LabelOrigin } from '../domain/label-version.js';
import type { CampaignRow, MetricContract, OrganFigures } from '../domain/metric.js';
import type { Organ } from '../domain/organ.js';
import type { SameScan, ScanSketch } from '../domain/same-scan.js';
import type { Geometry, VoxelIdentity } from '../domain/volume.js';
import type { AxisVerdict } from '../imaging/anatomy.js';
import type { LabelDiff } from '../imaging/label-diff.js';
import type { CheckedMask, MaskCheck } from '../imaging/mask-checks.js';
import type { BundleFile, BundleWork } from './bundle-work.js';
import type { Picture, PictureWork } from './picture-work.js';

/**
 * Work on whole volumes, as plain data in and out, so that it can run in another thread.
 * Files are bytes as they are stored; headers are those of the case's image.
 */
export interface VolumeWork {
  ingest(input: IngestWork): Promise<IngestedVolumes>;
  provesCopy(input: { copy: Uint8Array; original: Uint8Array }): Promise<CopyProof | undefined>;
  lookAlikes(input: SketchRows): Promise<[number, number][]>;
  fitCoarsely(input: CoarseRow): Promise<boolean[]>;
  sameScan(input: { one: StoredScan; other: StoredScan }): Promise<SameScan | undefined>;
  assemble(input: AssemblyWork): Promise<AssembledMasks>;
  splitSubmission(input: SubmissionWork): Promise<{ refused: string } | SplitSubmission>;
  checkMask(input: MaskCheckWork): Promise<CheckedMask>;
  diffLabels(input: DiffWork): Promise<LabelDiff[]>;
  bundle(input: BundleWork): Promise<BundleFile[]>;
  bundleZip(input: BundleWork & { readonly folder: string }): Promise<Uint8Array>;
  packLabels(input: { header: Uint8Array; labels: Uint8Array }): Promise<Uint8Array>;
  packMask(input: { header: Uint8Array; organ: Organ; mask: Uint8Array }): Promise<PackedMask>;
  score(input: ScoreWork): Promise<ScoredRow[] | { mismatch: string }>;
  sparseSlices(input: SparseWork): Promise<number[] | undefined>;
  picture(input: PictureWork): Promise<Picture | undefined>;
  close(): Promise<void>;
}

/** A mask as a gzipped NIfTI on the native grid. */
export interface PackedMask {
  readonly organ: Organ;
  readonly bytes: Uint8Array;
  readonly voxelSha256: string;
  readonly voxels: number;
}

export interface MaskPart {
  readonly organ: Organ;
  readonly origin: LabelOrigin;
  readonly maskFile: Uint8Array;
}

export interface IngestWork {
  readonly sourceCase: SourceCase;
  /** The collection's folder; the thread reads the files, each once. */
  readonly directory: string;
}

export interface IngestedVolumes {
  readonly files: { path: string; sha256: string; bytes: number }[];
  readonly geometry?: Geometry;
  readonly voxels?: VoxelIdentity;
  readonly sketch?: ScanSketch;
  /** The scan at a few millimetres, packed. */
  readonly coarse?: Uint8Array;
  readonly header?: Uint8Array;
  /** The image as plusct serves it: the source's own file where that is NIfTI. */
  readonly image?: { readonly bytes: Uint8Array; readonly sha256: string };
  /** One for each organ that the source labels. */
  readonly sourceMasks: readonly PackedMask[];
  /** The check for traces of a person. */
  readonly identity?: IdentityCheck;
  readonly findings: Finding[];
}

/** Which slices of a label map, as it is stored, stay labelled. */
export interface SparseWork {
  readonly file: Uint8Array;
  /** What errors call the file. */
  readonly name: string;
  readonly geometry: Geometry;
  readonly percent: number;
}

/** Rows of a triangle: the sketches from index `from` up to `to`, each to be compared with all before it. */
export interface SketchRows {
  readonly sketches: readonly ScanSketch[];
  readonly from: number;
  readonly to: number;
}

/** What is kept of a scan to tell it from strangers. */
export interface CoarseScan {
  readonly sketch: ScanSketch;
  /** At a few millimetres, packed; ingest did not always keep it. */
  readonly coarse?: Uint8Array;
}

/** Scans that are each to be laid on `other`. */
export interface CoarseRow {
  readonly ones: readonly CoarseScan[];
  readonly other: CoarseScan;
}

/** An image as plusct serves it, and where its voxels lie by its passport. */
export interface StoredScan {
  readonly file: Uint8Array;
  readonly geometry: Geometry;
}

export interface CopyProof {
  readonly offset: readonly [number, number, number];
  readonly overlapVoxels: number;
  readonly equalFraction: number;
}

export interface AssemblyWork {
  readonly header: Uint8Array;
  /** Where the voxels lie, which the header may not say truly. */
  readonly geometry: Geometry;
  readonly parts: readonly MaskPart[];
}

export interface AssembledMasks {
  readonly labelMap: Uint8Array;
  /** Each part after the overlap rule. */
  readonly masks: PackedMask[];
  /** Whether the organs lie to each other as the geometry has it. */
  readonly orientation: readonly AxisVerdict[];
  readonly contested: { winner: Organ; loser: Organ; voxels: number }[];
}

export interface SubmissionWork {
  readonly file: Uint8Array;
  readonly header: Uint8Array;
  readonly parts: readonly (MaskPart & { voxelSha256: string })[];
}

export interface MaskCheckWork extends Pick<MaskCheck, 'geometry' | 'absent' | 'askedFor' | 'acceptedMl'> {
  /** The submission as a gzipped NIfTI of plusct's own. */
  readonly labelMap: Uint8Array;
  readonly parts: readonly MaskPart[];
}

export interface DiffWork {
  readonly geometry: Geometry;
  readonly from: readonly MaskPart[];
  readonly to: readonly MaskPart[];
  readonly organs: readonly Organ[];
}

export interface SplitSubmission {
  /** Organs whose voxels differ from the current label. */
  readonly changed: PackedMask[];
  readonly remarks: string[];
}

export interface ScoreWork {
  readonly reference: Uint8Array;
  readonly maps: readonly { stage: CampaignRow['stage']; file: Uint8Array }[];
  readonly contract: MetricContract;
  /** Voxel sides in index order, where those in the reference's header are known to be wrong. */
  readonly spacingMm?: Geometry['spacingMm'];
}

export interface ScoredRow extends OrganFigures {
  readonly stage: CampaignRow['stage'];
}
