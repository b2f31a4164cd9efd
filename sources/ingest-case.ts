import type { SourceCase } from '../domain/case.js';
import { DataError } from '../domain/errors.js';
import { type Finding, finding } from '../domain/finding.js';
import type { Organ } from '../domain/organ.js';
import type { Geometry, VoxelIdentity } from '../domain/volume.js';
import { readDicomSeries } from '../imaging/dicom.js';
import { sameGrid } from '../imaging/geometry-compare.js';
import { asFiled } from '../imaging/geometry-repair.js';
import { type HashedCt, readHashedCt, readLabelMap } from '../imaging/nifti.js';
import { writeCt } from '../imaging/nifti-write.js';
import type { TakeMemory } from '../imaging/take-memory.js';
import { type CtVolume, type LabelMap, type Mask, withGeometry } from '../imaging/volume.js';
import { voxelHash } from '../imaging/voxel-hash.js';
import type { SourceAdapter } from './adapter.js';
import { imageFindings, labelFindings } from './case-checks.js';
import { folderOf } from './file-tree.js';
import { mergeOrgans } from './label-merge.js';
import { missingFile } from './listing.js';
import { mendGeometry, unusedSpacing } from './lost-geometry.js';
import { orientationFindings } from './orientation-checks.js';

/** What the files of one case came to. Without `image` the case cannot be used. */
export interface IngestedCase {
  readonly image?: HashedCt;
  readonly geometry?: Geometry;
  readonly voxels?: VoxelIdentity;
  /** The source's own bytes where the source is NIfTI, else an uncompressed int16 NIfTI made from the series. */
  readonly imageNifti?: Uint8Array;
  /**
   * The organs that the source labels, on the image's grid, tumours and cysts merged, none empty: every label that can be
   * read. Whether the case may use it is for the findings to say, and for the person who decides on a case that is held
   * back.
   */
  readonly organMasks: readonly OrganMask[];
  /** Those of the listing, then those of the files. */
  readonly findings: Finding[];
}

export interface OrganMask {
  readonly organ: Organ;
  readonly mask: Mask;
}

interface ReadImage {
  readonly image: HashedCt;
  readonly imageNifti: Uint8Array;
}

/** Headers hold float32 and tables rounded decimals: relative. */
const spacingTolerance = 1e-3;
const missingSuggestion = 'Download the file again.';

/**
 * Reads and checks one case. `files` maps paths relative to the collection to bytes; what could not be read is not in
 * it. Faults of the files become findings and never throw, so that one bad case stops nobody; a label is read only
 * when it has the image's shape and the collection's values. The voxels of a packed image are inflated into `memory`.
 */
export function ingestCase(
  sourceCase: SourceCase,
  files: ReadonlyMap<string, Uint8Array>,
  adapter: SourceAdapter,
  memory?: TakeMemory,
): IngestedCase {
  const findings = [...sourceCase.findings];
  const taken = takeImage(sourceCase, files, adapter, findings, memory);
  if (taken === undefined) return { organMasks: [], findings };
  const { image, imageNifti } = taken;
  const { geometry, minHu, maxHu, voxelSha256 } = image;
  const voxels = { shape: geometry.shape, voxelSha256, minHu, maxHu };
  const organMasks = sourceLabels(sourceCase, files, image, adapter, findings);
  findings.push(...orientationFindings(image, organMasks, whereOf(sourceCase)));
  return { image, geometry, voxels, imageNifti, organMasks, findings };
}

/** Reads and checks the image alone, its geometry mended. Undefined where it cannot be read; faults go to `findings`. */
export function takeImage(
  sourceCase: SourceCase,
  files: ReadonlyMap<string, Uint8Array>,
  adapter: SourceAdapter,
  findings: Finding[],
  memory?: TakeMemory,
): ReadImage | undefined {
  const where = whereOf(sourceCase);
  const read = attempt(where, findings, () => readImage(sourceCase, files, findings, memory));
  if (read === undefined) return undefined;
  const image = mendGeometry(read.image, sourceCase, adapter);
  findings.push(
    ...unusedSpacing(read.image, sourceCase, where),
    ...imageFindings(image, adapter, where),
    ...listedSpacing(sourceCase, image),
  );
  return { image, imageNifti: read.imageNifti };
}

/** The image's file, or the folder of its series. */
function whereOf({ image, caseId }: Pick<SourceCase, 'image' | 'caseId'>): string {
  if (image.kind === 'nifti') return image.path;
  return image.paths.length === 0 ? caseId : folderOf(image.paths[0]) || caseId;
}

/** The result of a parser, or undefined and a finding when it refuses its file. */
export function attempt<T>(where: string, findings: Finding[], parse: () => T): T | undefined {
  try {
    return parse();
  } catch (error) {
    if (!(error instanceof DataError)) throw error;
    const { code, ...details } = error.fault;
    findings.push(finding(code, { where, ...details }));
    return undefined;
  }
}

function readImage(
  { image, caseId }: SourceCase,
  files: ReadonlyMap<string, Uint8Array>,
  findings: Finding[],
  memory?: TakeMemory,
): ReadImage | undefined {
  const paths = image.kind === 'nifti' ? [image.path] : image.paths;
  const missing = paths.filter((path) => !files.has(path));
  if (missing.length > 0) {
    const which =
      missing.length === 1 ? 'is not there' : `and ${missing.length - 1} more of ${caseId} are not there`;
    noteMissing(findings, missing[0], which);
    return undefined;
  }
  if (image.kind === 'nifti') {
    const bytes = files.get(image.path)!;
    return { image: readHashedCt(bytes, image.path, memory), imageNifti: bytes };
  }
  const series = readDicomSeries(image.paths.map((path) => ({ path, bytes: files.get(path)! })));
  const { geometry, hu } = series.image;
  const where = whereOf({ image, caseId });
  findings.push(...series.remarks.map(({ code, ...details }) => finding(code, { where, ...details })));
  const notes = series.notes.map((why) => ({ kind: 'series-remark', field: 'series', why }) as const);
  const noted = withGeometry(series.image, { ...geometry, repairs: [...geometry.repairs, ...notes] });
  return { image: { ...noted, voxelSha256: voxelHash(hu) }, imageNifti: writeCt(geometry, hu) };
}

function noteMissing(findings: Finding[], path: string, what: string): void {
  const known = findings.some((each) => each.code === 'FILE_MISSING' && each.where === path);
  if (!known) findings.push(missingFile(path, what, missingSuggestion));
}

function sourceLabels(
  sourceCase: SourceCase,
  files: ReadonlyMap<string, Uint8Array>,
  image: CtVolume,
  adapter: SourceAdapter,
  findings: Finding[],
): OrganMask[] {
  const { labelPath } = sourceCase;
  if (labelPath === undefined) return [];
  const bytes = files.get(labelPath);
  if (bytes === undefined) {
    noteMissing(findings, labelPath, 'is not there');
    return [];
  }
  const label = attempt(labelPath, findings, () => readLabelMap(bytes, labelPath));
  return label === undefined ? [] : takeLabel(sourceCase, label, image, adapter, findings);
}

/** The organs of a label that was read, checked by the rules of its case; faults go to `findings`. */
export function takeLabel(
  { caseId, labelPath: where = caseId, organLabels = undefined, absentOrgans: absent = [] }: SourceCase,
  label: LabelMap,
  image: CtVolume,
  adapter: SourceAdapter,
  findings: Finding[],
): OrganMask[] {
  const shapes = shapeMismatch(image.geometry, label.geometry, where);
  if (shapes !== undefined) {
    findings.push(shapes);
    return [];
  }
  const rules = { organLabels: organLabels ?? adapter.organLabels, organHu: adapter.organHu, absent };
  const merged = mergeOrgans(label, rules.organLabels);
  const { shape } = label.geometry;
  const faults = labelFindings(merged, image, rules, where);
  // A label under rules of its own is of another edition, of which nothing is known.
  if (organLabels === undefined)
    faults.push(...publishedFaults(adapter, { caseId, shape, voxels: merged.found }, where));
  findings.push(...geometryCopied(image.geometry, label.geometry, where), ...faults);
  if (merged.unknown.length > 0) return [];
  return merged.organs.filter(({ voxels }) => voxels > 0).map(({ organ, mask }) => ({ organ, mask }));
}

/** Where a label is not as its collection published it. */
export function publishedFaults(
  { labelFault }: SourceAdapter,
  label: Parameters<NonNullable<SourceAdapter['labelFault']>>[0],
  where: string,
): Finding[] {
  const known = labelFault?.(label);
  if (known === undefined) return [];
  const { code, message, suggestion } = known;
  return [finding(code, { where, field: 'values', message: `${where}: ${message}`, suggestion })];
}

/** What a table of the collection says of the voxels, held against the header by direction in the patient. */
function listedSpacing(sourceCase: SourceCase, { geometry }: CtVolume): Finding[] {
  const { listedSpacingMm: listed } = sourceCase;
  if (listed === undefined) return [];
  const directions = { R: listed.leftRight, L: listed.leftRight, A: listed.backFront, P: listed.backFront };
  const expected = [...geometry.axisCodes].map((code) =>
    code === 'S' || code === 'I' ? listed.footHead : directions[code as keyof typeof directions],
  );
  const agrees = geometry.spacingMm.every(
    (side, axis) => Math.abs(side - expected[axis]) <= spacingTolerance * side,
  );
  if (agrees) return [];
  const shown = (sides: readonly number[]): string =>
    sides.map((side) => Number(side.toPrecision(6))).join('×');
  const where = whereOf(sourceCase);
  return [
    finding('SPACING_DISAGREES', {
      where,
      field: 'spacing',
      value: shown(geometry.spacingMm),
      message: `${where}: voxels of ${shown(geometry.spacingMm)} mm; the table of the collection has ${shown(expected)} mm`,
      suggestion: 'fetch the image again; early and resampled editions have other voxels',
    }),
  ];
}

/** Whether a label lies on an image: its shape, which has to be equal, or else where its own header places it. */
export function labelPlaceFindings(image: Geometry, label: Geometry, where: string): Finding[] {
  const shapes = shapeMismatch(image, label, where);
  return shapes === undefined ? geometryCopied(image, label, where) : [shapes];
}

const otherImage = 'look whether the label belongs to another case or another edition of the image';
const saveOnImage =
  'its voxels are not the image’s: save it again with the image as its reference volume (3D Slicer: Segmentations, Export to files, as NRRD or NIfTI), or look whether it belongs to another case';

function shapeMismatch(image: Geometry, label: Geometry, where: string): Finding | undefined {
  if (image.shape.join() === label.shape.join()) return undefined;
  const [value, expected] = [label.shape.join('×'), image.shape.join('×')];
  return finding('SHAPE_MISMATCH', {
    where,
    field: 'dim',
    value,
    message: `${where}: shape ${value}, but the image has ${expected}`,
    suggestion: label.decidedBy === 'space directions' ? saveOnImage : otherImage,
  });
}

function geometryCopied(image: Geometry, label: Geometry, where: string): Finding[] {
  // As the files have it: what was repaired in the image's header is no fault of the label's.
  const [expected, found] = [asFiled(image), asFiled(label)];
  const difference = sameGrid(expected, found);
  if (difference === undefined) return [];
  const axes =
    expected.axisCodes === found.axisCodes
      ? ''
      : `; axes ${found.axisCodes} instead of ${expected.axisCodes}`;
  return [
    finding('LABEL_GEOMETRY_COPIED', {
      where,
      field: label.decidedBy,
      value: found.axisCodes,
      message: `${where}: its header places it elsewhere than the image (${difference}${axes}); it was laid on the image by index`,
      suggestion: 'nothing to do: the tissue under the label was checked',
    }),
  ];
}
