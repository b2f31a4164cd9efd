import type { SourceCase } from '../domain/case.js';
import type { Finding } from '../domain/finding.js';
import type { IdentityCheck } from '../domain/identity.js';
import type { LabelOrigin } from '../domain/label-version.js';
import type { CampaignRow, MetricContract, OrganFigures } from '../domain/metric.js';
import type { Organ } from '../domain/organ.js';
import type { Geometry, VoxelIdentity } from '../domain/volume.js';
import type { Picture, PictureWork } from './picture-work.js';

/**
 * Work on whole volumes, as plain data in and out, so that it can run in another thread.
 * Files are bytes as they are stored; headers are those of the case's image.
 */
export interface VolumeWork {
  ingest(input: IngestWork): Promise<IngestedVolumes>;
  provesCopy(input: { copy: Uint8Array; original: Uint8Array }): Promise<CopyProof | undefined>;
  assemble(input: { header: Uint8Array; parts: readonly MaskPart[] }): Promise<AssembledMasks>;
  splitSubmission(input: SubmissionWork): Promise<{ refused: string } | SplitSubmission>;
  packMask(input: { header: Uint8Array; organ: Organ; mask: Uint8Array }): Promise<PackedMask>;
  score(input: ScoreWork): Promise<ScoredRow[] | { mismatch: string }>;
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
  readonly header?: Uint8Array;
  /** The image as plusct serves it: the source's own file where that is NIfTI. */
  readonly image?: { readonly bytes: Uint8Array; readonly sha256: string };
  readonly sourceMask?: PackedMask;
  /** The check for traces of a person. */
  readonly identity?: IdentityCheck;
  readonly findings: Finding[];
}

export interface CopyProof {
  readonly offset: readonly [number, number, number];
  readonly overlapVoxels: number;
  readonly equalFraction: number;
}

export interface AssembledMasks {
  readonly labelMap: Uint8Array;
  /** Each part after the overlap rule. */
  readonly masks: PackedMask[];
  readonly contested: { winner: Organ; loser: Organ; voxels: number }[];
}

export interface SubmissionWork {
  readonly file: Uint8Array;
  readonly header: Uint8Array;
  readonly parts: readonly (MaskPart & { voxelSha256: string })[];
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
}

export interface ScoredRow extends OrganFigures {
  readonly stage: CampaignRow['stage'];
}
