import { organs, organValue } from '../domain/organ.js';
import type { SameScan } from '../domain/same-scan.js';
import type { Geometry } from '../domain/volume.js';
import { packCoarse, readCoarse } from '../imaging/coarse-file.js';
import { coarseVolume } from '../imaging/coarse-volume.js';
import { sameGrid } from '../imaging/geometry-compare.js';
import { inflateStart } from '../imaging/inflate.js';
import { diffLabelMaps } from '../imaging/label-diff.js';
import { checkMask as checkLabelMap } from '../imaging/mask-checks.js';
import {
  type HashedCt,
  readCt,
  readLabelMap,
  readNiftiHeader,
  readSparseLabelMap,
} from '../imaging/nifti.js';
import { maxHeaderBytes } from '../imaging/nifti-header.js';
import { writeLabelMap } from '../imaging/nifti-write.js';
import { testLabelOrientation } from '../imaging/orientation-test.js';
import { assembleOrgans, extractOrgan } from '../imaging/overlap.js';
import {
  type CoarseView,
  sameScan as compareScans,
  fitCoarsely as fitTogether,
  type ScanView,
  viewCoarse,
  viewScan,
} from '../imaging/same-scan.js';
import { scorePair } from '../imaging/score-pair.js';
import { axialAxis, sparseSlices as keptSlices } from '../imaging/sparse-slices.js';
import { labelBytes, withGeometry } from '../imaging/volume.js';
import { readCaseFiles } from '../sources/case-files.js';
import { checksumFindings } from '../sources/checksums.js';
import { provesCrop } from '../sources/duplicates.js';
import { identityReport } from '../sources/identity-check.js';
import { ingestCase } from '../sources/ingest-case.js';
import { adapterFor } from '../sources/registry.js';
import { mayBeSame, readSketch, sketchOf } from '../sources/scan-sketch.js';
import { sha256 } from '../storage/hash.js';
import { type BundleWork, makeBundle, zipFiles } from './bundle-work.js';
import { crossing } from './crossing.js';
import { drawPicture } from './picture-work.js';
import { dropVolumes, VolumeMemory } from './thread-memory.js';
import { handedOver } from './thread-pool.js';
import type {
  AssembledMasks,
  AssemblyWork,
  CoarseRow,
  CoarseScan,
  CopyProof,
  DiffWork,
  IngestedVolumes,
  IngestWork,
  MaskCheckWork,
  MaskPart,
  PackedMask,
  ScoredRow,
  ScoreWork,
  SketchRows,
  SparseWork,
  SplitSubmission,
  StoredScan,
  SubmissionWork,
} from './volume-work.js';

const memory = new VolumeMemory();

/**
 * The thread's side of `VolumeWork`. Files are read here, once: hashed, parsed and checked from the same bytes, and those of the image are
 * handed over without a copy.
 */
export const ingest = (work: IngestWork) => {
  // Those of the case before: one volume at a time.
  dropVolumes();
  const crossed = takeIn(work);
  const image = 'value' in crossed ? crossed.value.image : undefined;
  return handedOver(crossed, image === undefined ? [] : buffersAlone(image.bytes));
};

/** The memory of an array that shares it with nothing else. */
function buffersAlone(bytes: Uint8Array): ArrayBuffer[] {
  const { buffer, byteLength } = bytes;
  if (!(buffer instanceof ArrayBuffer)) return [];
  return buffer.byteLength === byteLength || memory.holds(bytes) ? [buffer] : [];
}

const takeIn = crossing(({ sourceCase, directory }: IngestWork): IngestedVolumes => {
  const read = readCaseFiles(directory, sourceCase, memory.take);
  const files = new Map([...read].map(([path, { bytes }]) => [path, bytes]));
  const hashes = [...read].map(([path, { bytes, sha256 }]) => ({ path, sha256, bytes: bytes.byteLength }));
  const { check: identity, findings: traces } = identityReport(sourceCase, files);
  const adapter = adapterFor(sourceCase.collection);
  const ingested = ingestCase(sourceCase, files, adapter, memory.take);
  const { image, organMasks, imageNifti, geometry, voxels } = ingested;
  const findings = [...ingested.findings, ...checksumFindings(sourceCase, hashes), ...traces];
  if (image === undefined || imageNifti === undefined)
    return { files: hashes, identity, sourceMasks: [], findings };
  const header = new Uint8Array(inflateStart(imageNifti, sourceCase.caseId, maxHeaderBytes));
  const { image: source } = sourceCase;
  const known = source.kind === 'nifti' ? read.get(source.path) : undefined;
  return {
    files: hashes,
    identity,
    findings,
    geometry: geometry!,
    voxels: voxels!,
    ...sketches(image),
    header,
    image: { bytes: imageNifti, sha256: known?.sha256 ?? sha256(imageNifti) },
    sourceMasks: organMasks.map(({ organ, mask }) => pack({ header, organ, mask })),
  };
});

function sketches(scan: HashedCt): Pick<IngestedVolumes, 'sketch' | 'coarse'> {
  const coarse = coarseVolume(scan);
  return { sketch: sketchOf(scan, coarse), coarse: packCoarse(coarse) };
}

export const provesCopy = crossing(
  ({ copy, original }: { copy: Uint8Array; original: Uint8Array }): CopyProof | undefined =>
    provesCrop(readCt(copy, 'copy'), readCt(original, 'original')),
);

/** Index pairs of sketches that may be one scan, the earlier first. */
export const lookAlikes = crossing(({ sketches, from, to }: SketchRows): [number, number][] => {
  const read = sketches.slice(0, to).map(readSketch);
  const alike: [number, number][] = [];
  for (let n = from; n < to; n++) {
    const mayBe = mayBeSame(read[n]!);
    for (let m = 0; m < n; m++) if (mayBe(read[m]!)) alike.push([m, n]);
  }
  return alike;
});

/** Which packed coarse scans fit on another as copies do; those that nothing is kept of may. */
export const fitCoarsely = crossing(({ ones, other }: CoarseRow): boolean[] => {
  const theirs = coarseView(other, 'second');
  return ones.map((one) => {
    if (one.sketch.multisetSha256 === other.sketch.multisetSha256) return true;
    const ours = coarseView(one, 'first');
    return ours === undefined || theirs === undefined || fitTogether(ours, theirs);
  });
});

function coarseView({ sketch, coarse }: CoarseScan, name: string): CoarseView | undefined {
  return coarse && viewCoarse(readCoarse(coarse, name), readSketch(sketch).fingerprint);
}

export const sameScan = crossing(
  ({ one, other }: { one: StoredScan; other: StoredScan }): SameScan | undefined => {
    dropVolumes();
    return compareScans(viewOf(one, 'first'), viewOf(other, 'second'));
  },
);

function viewOf({ file, geometry }: StoredScan, name: string): ScanView {
  return viewScan(withGeometry(readCt(file, name), geometry));
}

export const packMask = crossing(pack);

export const packLabels = crossing(({ header, labels }: { header: Uint8Array; labels: Uint8Array }) =>
  writeLabelMap(labels, header),
);

export const assemble = crossing(({ header, geometry, parts }: AssemblyWork): AssembledMasks => {
  const { shape } = geometry;
  const masks = parts.map(({ organ, origin, maskFile }) => ({
    organ,
    origin,
    mask: maskOf(maskFile, organ),
  }));
  const { labelMap, contested } = assembleOrgans(masks, shape[0] * shape[1] * shape[2]);
  return {
    labelMap: writeLabelMap(labelMap, header),
    masks: parts.map(({ organ }) => pack({ header, organ, mask: extractOrgan(labelMap, organ) })),
    orientation: testLabelOrientation(labelMap, geometry),
    contested,
  };
});

/**
 * Splits a person's label map into organs. Source labels stay: voxels painted over them are given back, and missing
 * source voxels are put back, each with a remark.
 */
export const splitSubmission = crossing(
  ({ file, header, parts }: SubmissionWork): { refused: string } | SplitSubmission => {
    // The header first: a small file may claim a volume of any size.
    const { geometry } = readNiftiHeader(file, 'submission');
    const difference = sameGrid(readNiftiHeader(header, 'image').geometry, geometry);
    if (difference !== undefined) return { refused: `the grid is not the image's: ${difference}` };
    const { values } = readLabelMap(file, 'submission');
    const unknown = unknownValue(values);
    if (unknown !== undefined) return { refused: `label value ${unknown}; only 0 to 4 stand for organs` };
    const remarks: string[] = [];
    const source = parts.filter((part) => part.origin === 'source');
    const painted = new Uint8Array(values);
    for (const part of source) remarks.push(...restoreSource(painted, part));
    const changed = organs
      .filter((organ) => !source.some((part) => part.organ === organ))
      .map((organ) => pack({ header, organ, mask: extractOrgan(painted, organ) }))
      .filter((packed) => differs(packed, parts));
    return { changed, remarks };
  },
);

export const checkMask = crossing(({ labelMap, parts, geometry, ...rest }: MaskCheckWork) =>
  checkLabelMap({
    ...rest,
    geometry,
    submitted: labelBytes(readLabelMap(labelMap, 'submission')),
    current: putTogether(parts, geometry),
    origins: Object.fromEntries(parts.map(({ organ, origin }) => [organ, origin])),
  }),
);

export const diffLabels = crossing(({ geometry, from, to, organs: of }: DiffWork) =>
  diffLabelMaps(putTogether(from, geometry), putTogether(to, geometry), geometry, of),
);

export const bundle = crossing(makeBundle);

export const bundleZip = crossing(({ folder, ...work }: BundleWork & { readonly folder: string }) =>
  zipFiles(makeBundle(work), folder),
);

export const score = crossing(
  ({ reference, maps, contract, spacingMm }: ScoreWork): ScoredRow[] | { mismatch: string } => {
    const read = readSparseLabelMap(reference, 'reference');
    const truth = spacingMm === undefined ? read : { ...read, geometry: { ...read.geometry, spacingMm } };
    const rows: ScoredRow[] = [];
    for (const { stage, file } of maps) {
      const scored = scorePair(truth, readSparseLabelMap(file, stage), contract);
      if ('faults' in scored) return { mismatch: scored.faults.map(({ message }) => message).join('; ') };
      rows.push(...scored.figures.map((figures) => ({ stage, ...figures })));
    }
    return rows;
  },
);

export const picture = crossing(drawPicture);

function pack({
  header,
  organ,
  mask,
}: {
  header: Uint8Array;
  organ: PackedMask['organ'];
  mask: Uint8Array;
}): PackedMask {
  let voxels = 0;
  for (let index = 0; index < mask.length; index += 1) voxels += mask[index]!;
  return { organ, bytes: writeLabelMap(mask, header), voxelSha256: sha256(mask), voxels };
}

function maskOf(file: Uint8Array, organ: string): Uint8Array {
  return labelBytes(readLabelMap(file, `${organ} mask`));
}

function putTogether(parts: readonly MaskPart[], { shape }: Geometry): Uint8Array {
  const masks = parts.map(({ organ, origin, maskFile }) => ({
    organ,
    origin,
    mask: maskOf(maskFile, organ),
  }));
  return assembleOrgans(masks, shape[0] * shape[1] * shape[2]).labelMap;
}

function unknownValue(values: ArrayLike<number>): number | undefined {
  const most = organs.length;
  for (let index = 0; index < values.length; index += 1) if (values[index]! > most) return values[index];
  return undefined;
}

function restoreSource(painted: Uint8Array, part: MaskPart): string[] {
  const value = organValue[part.organ];
  const mask = maskOf(part.maskFile, part.organ);
  let restored = 0;
  let removed = 0;
  for (let index = 0; index < mask.length; index += 1) {
    if (mask[index] === 1 && painted[index] !== value) {
      painted[index] = value;
      restored += 1;
    } else if (mask[index] === 0 && painted[index] === value) {
      painted[index] = 0;
      removed += 1;
    }
  }
  if (restored + removed === 0) return [];
  return [`${part.organ} is the source's label and stays: ${restored} voxels put back, ${removed} taken off`];
}

function differs(packed: PackedMask, parts: SubmissionWork['parts']): boolean {
  const before = parts.find((part) => part.organ === packed.organ);
  return before === undefined ? packed.voxels > 0 : before.voxelSha256 !== packed.voxelSha256;
}

export const sparseSlices = crossing(({ file, name, geometry, percent }: SparseWork): number[] | undefined =>
  keptSlices(labelBytes(readLabelMap(file, name)), axialAxis(geometry), percent),
);
