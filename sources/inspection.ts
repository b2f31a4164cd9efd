import type { SourceCase } from '../domain/case.js';
import type { Collection } from '../domain/collection.js';
import { DataError } from '../domain/errors.js';
import type { Finding } from '../domain/finding.js';
import { organs } from '../domain/organ.js';
import type { OrganLabels } from '../domain/organ-labels.js';
import type { Geometry } from '../domain/volume.js';
import { sameGrid } from '../imaging/geometry-compare.js';
import { asFiled } from '../imaging/geometry-repair.js';
import { readCt } from '../imaging/nifti.js';
import { toOrientation } from '../imaging/orientation.js';
import type { CtVolume, LabelMap } from '../imaging/volume.js';
import type { SourceAdapter } from './adapter.js';
import { imageFindings, valuesFindings } from './case-checks.js';
import { evenUnderLabels } from './checks/label-place.js';
import { guessCaseId, guessCollection } from './guess-collection.js';
import { identityReport } from './identity-check.js';
import {
  attempt,
  labelPlaceFindings,
  type OrganMask,
  publishedFaults,
  takeImage,
  takeLabel,
} from './ingest-case.js';
import {
  countValues,
  isLabelFormat,
  type NamedLabels,
  readAnyLabels,
  type ValueCount,
} from './inspected-labels.js';
import { mergeOrgans } from './label-merge.js';
import { orientationFindings } from './orientation-checks.js';
import { adapterFor } from './registry.js';

/** What files hold and what is wrong with them. */
export interface Inspection {
  readonly path: string;
  readonly kind: 'ct' | 'labels' | 'unreadable';
  /** By whose rules it was looked at; undefined: only what holds for every CT was asked. */
  readonly collection?: Collection;
  readonly geometry?: Geometry;
  readonly intensity?: Intensity;
  readonly labelPath?: string;
  readonly values: readonly ValueCount[];
  readonly findings: readonly Finding[];
}

export interface Intensity {
  readonly minHu: number;
  readonly p1Hu: number;
  readonly medianHu: number;
  readonly p99Hu: number;
  readonly maxHu: number;
  readonly notFinite: number;
}

/** An inspection with the voxels that a picture is drawn of. */
export interface Inspected {
  readonly inspection: Inspection;
  readonly geometry?: Geometry;
  readonly hu?: Int16Array;
  readonly labels?: LabelMap['values'];
}

export interface InspectInput {
  readonly image: SourceCase['image'];
  readonly labelPath?: string;
  /** Path → bytes of the image and the label. */
  readonly files: ReadonlyMap<string, Uint8Array>;
  /** What the path of the whole is called: a file's path or a series' folder. */
  readonly path: string;
  /** Rules to apply; by default those of the collection whose files are called so. */
  readonly collection?: Collection;
  /** Names of label values, where a person gave them. */
  readonly names: ReadonlyMap<number, string>;
}

/** A NIfTI file with so few different values, none below 0, is a label map. */
const mostLabelValues = 160;
/** Of files of no collection only what holds for every CT is asked. */
const noCollection = 'nnunet';

/** Reads an image with or without a label, or a label map alone, and asks everything that the quality gate asks. */
export function inspectVolume(input: InspectInput): Inspected {
  const alone = input.labelPath === undefined ? onlyFile(input) : undefined;
  if (alone !== undefined && holdsLabels(alone)) return inspectLabelMap(input, alone);
  return inspectImage(input);
}

interface OneFile {
  readonly path: string;
  readonly bytes: Uint8Array;
}

/** The image's file, where it is one. */
function onlyFile({ image, files }: InspectInput): OneFile | undefined {
  const paths = image.kind === 'nifti' ? [image.path] : image.paths;
  const bytes = paths.length === 1 ? files.get(paths[0]) : undefined;
  return bytes && { path: paths[0], bytes };
}

function inspectImage(input: InspectInput): Inspected {
  const { path, labelPath, names, files } = input;
  const ofLabel = labelCollection(input);
  const collection = input.collection ?? guessCollection(path, 'image') ?? ofLabel;
  const sourceCase = caseOf(input, collection);
  const findings: Finding[] = [];
  const image = takeImage(sourceCase, files, adapterFor(collection ?? noCollection), findings)?.image;
  const { findings: traces } = identityReport(sourceCase, files);
  if (image === undefined) return unreadable(path, [...findings, ...traces]);
  const { geometry, hu } = image;
  const found = labelPath ? labelAt(files, labelPath, findings, geometry) : undefined;
  // Collections have rules of their own on headers of labels; any other header is believed where it fits.
  const label = found && ofLabel === undefined ? turnedOnto(found, geometry) : found;
  const masks = label ? judged(input, sourceCase, label, image, findings) : [];
  findings.push(...orientationFindings(image, masks, path));
  const fits = label?.values.length === hu.length;
  return {
    inspection: {
      path,
      kind: 'ct',
      ...(collection === undefined ? {} : { collection }),
      geometry,
      intensity: intensityOf(image),
      ...(labelPath === undefined ? {} : { labelPath }),
      values: label ? countValues(label, fits ? geometry : label.geometry, names, ofLabel) : [],
      findings: [...asked(findings, collection), ...traces],
    },
    geometry,
    hu,
    ...(fits ? { labels: label.values } : {}),
  };
}

/** The organs of a label by the rules of its collection, or by the names that were given; else what holds for any label. */
function judged(
  input: InspectInput,
  sourceCase: SourceCase,
  label: NamedLabels,
  image: CtVolume,
  findings: Finding[],
): OrganMask[] {
  const { collection, labelPath = '' } = sourceCase;
  if (labelCollection(input) === collection)
    return takeLabel(sourceCase, label, image, adapterFor(collection), findings);
  const organLabels = organsByName(label, input.names);
  if (organLabels !== undefined) {
    return takeLabel({ ...sourceCase, organLabels }, label, image, adapterFor(noCollection), findings);
  }
  findings.push(...labelPlaceFindings(image.geometry, label.geometry, labelPath));
  const sameShape = label.geometry.shape.join() === image.geometry.shape.join();
  if (sameShape) findings.push(...evenUnderLabels(image, label.values, labelPath));
  return [];
}

/** Whose label it is, as the user or the file's name says; a label of no collection has rules of its own. */
function labelCollection({ collection, labelPath }: InspectInput): Collection | undefined {
  if (labelPath === undefined || collection === noCollection) return undefined;
  return collection ?? guessCollection(labelPath, 'label');
}

/** Values that are called as an organ is are the organ, all others background. Undefined where none is. */
function organsByName(
  { values, names: own }: NamedLabels,
  given: ReadonlyMap<number, string>,
): OrganLabels | undefined {
  const found = [...new Set(values)].filter((value) => value !== 0);
  const organOf = (value: number): string | undefined =>
    organs.find((organ) => organ === (given.get(value) ?? own.get(value))?.toLowerCase());
  const named = organs.map((organ) => [organ, found.filter((value) => organOf(value) === organ)] as const);
  const there = named.filter(([, own]) => own.length > 0);
  if (there.length === 0) return undefined;
  return {
    organs: Object.fromEntries(there),
    ignored: found.filter((value) => organOf(value) === undefined),
  };
}

/** The label in the image's order of voxels, where its header says the same grid with axes turned; else as it is. */
function turnedOnto(label: NamedLabels, image: Geometry): NamedLabels {
  const grid = asFiled(image);
  if (sameGrid(grid, label.geometry) === undefined) return label;
  const { voxels: values, geometry } = toOrientation(label.geometry, label.values, grid.axisCodes);
  return sameGrid(grid, geometry) === undefined ? { ...label, values, geometry } : label;
}

function inspectLabelMap({ names, collection: named }: InspectInput, { path, bytes }: OneFile): Inspected {
  const findings: Finding[] = [];
  const label = labelAt(new Map([[path, bytes]]), path, findings);
  if (label === undefined) return unreadable(path, findings);
  const collection = named ?? guessCollection(path, 'label');
  const { geometry, values } = label;
  const imageless = { geometry, hu: new Int16Array(0), minHu: 0, maxHu: 0, notFinite: 0 };
  findings.push(...imageFindings(imageless, adapterFor(collection ?? noCollection), path));
  if (collection !== undefined && collection !== noCollection)
    findings.push(...faultsOfLabels(label, adapterFor(collection), path));
  return {
    inspection: {
      path,
      kind: 'labels',
      ...(collection === undefined ? {} : { collection }),
      geometry,
      values: countValues(label, geometry, names, collection),
      findings: asked(findings, collection),
    },
    geometry,
    labels: values,
  };
}

/** What a collection can say of one of its labels without the image. */
function faultsOfLabels(label: NamedLabels, adapter: SourceAdapter, path: string): Finding[] {
  const merged = mergeOrgans(label, adapter.organLabels);
  const { shape } = label.geometry;
  const known = { caseId: guessCaseId(path) ?? path, shape, voxels: merged.found };
  return [...valuesFindings(merged, adapter, path), ...publishedFaults(adapter, known, path)];
}

function caseOf({ path, image, labelPath }: InspectInput, collection: Collection | undefined): SourceCase {
  return {
    collection: collection ?? noCollection,
    caseId: guessCaseId(path) ?? path,
    subset: 'train',
    image,
    ...(labelPath === undefined ? {} : { labelPath }),
    findings: [],
  };
}

function unreadable(path: string, findings: Finding[]): Inspected {
  return { inspection: { path, kind: 'unreadable', values: [], findings } };
}

/** Where slices usually lie is known of collections only. */
function asked(findings: readonly Finding[], collection: Collection | undefined): Finding[] {
  return findings.filter((each) => collection !== undefined || each.code !== 'SLICE_AXIS_UNUSUAL');
}

/** Whether a file's values are labels; a file that cannot be read is left to its reader to explain. */
function holdsLabels({ path, bytes }: OneFile): boolean {
  try {
    if (isLabelFormat(bytes, path)) return true;
    const { hu, minHu, maxHu, notFinite } = readCt(bytes, path);
    if (minHu < 0 || notFinite > 0 || maxHu > 65535) return false;
    const seen = new Set<number>();
    for (let n = 0; n < hu.length && seen.size <= mostLabelValues; n++) seen.add(hu[n]);
    return seen.size <= mostLabelValues;
  } catch (error) {
    if (error instanceof DataError) return false;
    throw error;
  }
}

function labelAt(
  files: ReadonlyMap<string, Uint8Array>,
  path: string,
  findings: Finding[],
  grid?: Geometry,
): NamedLabels | undefined {
  return attempt(path, findings, () => readAnyLabels(files.get(path) ?? new Uint8Array(0), path, grid));
}

function intensityOf({ hu, minHu, maxHu, notFinite }: CtVolume): Intensity {
  const counts = new Float64Array(65536);
  for (let n = 0; n < hu.length; n++) counts[hu[n] + 32768]++;
  const at = (part: number): number => {
    let left = part * hu.length;
    const bin = counts.findIndex((count) => {
      left -= count;
      return left <= 0 && count > 0;
    });
    return bin - 32768;
  };
  return { minHu, p1Hu: at(0.01), medianHu: at(0.5), p99Hu: at(0.99), maxHu, notFinite };
}
