import { createHash } from 'node:crypto';
import type { SourceCase } from '../domain/case.js';
import { DataError } from '../domain/errors.js';
import { type Finding, finding } from '../domain/finding.js';
import type { Geometry, VoxelIdentity } from '../domain/volume.js';
import { readDicomSeries } from '../imaging/dicom.js';
import { sameGrid } from '../imaging/geometry-compare.js';
import { readCt, readLabelMap } from '../imaging/nifti.js';
import { writeCt } from '../imaging/nifti-write.js';
import { type CtVolume, type LabelMap, type Mask, withGeometry } from '../imaging/volume.js';
import type { SourceAdapter } from './adapter.js';
import { imageFindings, labelFindings } from './case-checks.js';
import { folderOf } from './file-tree.js';
import { mergeOrgan } from './label-merge.js';
import { missingFile } from './listing.js';

/** What the files of one case came to. Without `image` the case cannot be used. */
export interface IngestedCase {
  readonly image?: CtVolume;
  readonly geometry?: Geometry;
  readonly voxels?: VoxelIdentity;
  /** The source's own bytes where the source is NIfTI, else an uncompressed int16 NIfTI made from the series. */
  readonly imageNifti?: Uint8Array;
  /** The organ on the image's grid, tumours and cysts merged; only when nothing speaks against the label. */
  readonly organMask?: Mask;
  /** Those of the listing, then those of the files. */
  readonly findings: Finding[];
}

interface ReadImage {
  readonly image: CtVolume;
  readonly imageNifti: Uint8Array;
}

const missingSuggestion = 'Download the file again.';

/**
 * Reads and checks one case. `files` maps paths relative to the collection to bytes; what could not be read is not in
 * it. Faults of the files become findings and never throw, so that one bad case stops nobody; a label is used only
 * when it has the image's shape, the collection's values and soft tissue under it.
 */
export function ingestCase(
  sourceCase: SourceCase,
  files: ReadonlyMap<string, Uint8Array>,
  adapter: SourceAdapter,
): IngestedCase {
  const findings = [...sourceCase.findings];
  const read = attempt(whereOf(sourceCase), findings, () => readImage(sourceCase, files, findings));
  if (read === undefined) return { findings };
  const { image, imageNifti } = read;
  findings.push(...imageFindings(image, adapter, whereOf(sourceCase)));
  const { geometry, minHu, maxHu } = image;
  const voxels = { shape: geometry.shape, voxelSha256: voxelHash(image.hu), minHu, maxHu };
  const organMask = sourceLabel(sourceCase, files, image, adapter, findings);
  return { image, geometry, voxels, imageNifti, ...(organMask === undefined ? {} : { organMask }), findings };
}

/** SHA-256 of HU as little-endian int16 in index order; little-endian hosts only, as everywhere in plusct. */
export function voxelHash(hu: Int16Array): string {
  const bytes = new Uint8Array(hu.buffer, hu.byteOffset, hu.byteLength);
  return createHash('sha256').update(bytes).digest('hex');
}

/** The image's file, or the folder of its series. */
function whereOf({ image, caseId }: Pick<SourceCase, 'image' | 'caseId'>): string {
  if (image.kind === 'nifti') return image.path;
  return image.paths.length === 0 ? caseId : folderOf(image.paths[0]) || caseId;
}

/** The result of a parser, or undefined and a finding when it refuses its file. */
function attempt<T>(where: string, findings: Finding[], parse: () => T): T | undefined {
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
    return { image: readCt(bytes, image.path), imageNifti: bytes };
  }
  const series = readDicomSeries(image.paths.map((path) => ({ path, bytes: files.get(path)! })));
  const { geometry, hu } = series.image;
  const where = whereOf({ image, caseId });
  findings.push(...series.remarks.map(({ code, ...details }) => finding(code, { where, ...details })));
  const noted = withGeometry(series.image, { ...geometry, repairs: [...geometry.repairs, ...series.notes] });
  return { image: noted, imageNifti: writeCt(geometry, hu) };
}

function noteMissing(findings: Finding[], path: string, what: string): void {
  const known = findings.some((each) => each.code === 'FILE_MISSING' && each.where === path);
  if (!known) findings.push(missingFile(path, what, missingSuggestion));
}

function sourceLabel(
  { labelPath }: SourceCase,
  files: ReadonlyMap<string, Uint8Array>,
  image: CtVolume,
  adapter: SourceAdapter,
  findings: Finding[],
): Mask | undefined {
  if (labelPath === undefined) return undefined;
  const bytes = files.get(labelPath);
  if (bytes === undefined) {
    noteMissing(findings, labelPath, 'is not there');
    return undefined;
  }
  const label = attempt(labelPath, findings, () => readLabelMap(bytes, labelPath));
  if (label === undefined) return undefined;
  const shapes = shapeMismatch(image.geometry, label.geometry, labelPath);
  if (shapes !== undefined) {
    findings.push(shapes);
    return undefined;
  }
  return usableMask(label, image, adapter, labelPath, findings);
}

function usableMask(
  label: LabelMap,
  image: CtVolume,
  adapter: SourceAdapter,
  where: string,
  findings: Finding[],
): Mask | undefined {
  const merged = mergeOrgan(label, adapter.organLabels);
  const faults = labelFindings(merged, image, adapter, where);
  findings.push(...geometryCopied(image.geometry, label.geometry, where), ...faults);
  return faults.length === 0 ? merged.mask : undefined;
}

function shapeMismatch(image: Geometry, label: Geometry, where: string): Finding | undefined {
  if (image.shape.join() === label.shape.join()) return undefined;
  const [value, expected] = [label.shape.join('×'), image.shape.join('×')];
  return finding('SHAPE_MISMATCH', {
    where,
    field: 'dim',
    value,
    message: `${where}: shape ${value}, but the image has ${expected}`,
    suggestion: 'look whether the label belongs to another case or another edition of the image',
  });
}

function geometryCopied(image: Geometry, label: Geometry, where: string): Finding[] {
  const difference = sameGrid(image, label);
  if (difference === undefined) return [];
  const axes =
    image.axisCodes === label.axisCodes ? '' : `; axes ${label.axisCodes} instead of ${image.axisCodes}`;
  return [
    finding('LABEL_GEOMETRY_COPIED', {
      where,
      field: label.decidedBy,
      value: label.axisCodes,
      message: `${where}: its header places it elsewhere than the image (${difference}${axes}); it was laid on the image by index`,
      suggestion: 'nothing to do: the tissue under the label was checked',
    }),
  ];
}
