import type { SourceCase } from '../domain/case.js';
import type { Collection } from '../domain/collection.js';
import { DataError } from '../domain/errors.js';
import { type Finding, finding } from '../domain/finding.js';
import type { Geometry } from '../domain/volume.js';
import { readCt, readLabelMap } from '../imaging/nifti.js';
import type { CtVolume, LabelMap } from '../imaging/volume.js';
import { imageFindings } from './case-checks.js';
import { guessCaseId, guessCollection } from './guess-collection.js';
import { ingestCase, labelPlaceFindings } from './ingest-case.js';
import { adapterFor } from './registry.js';

/** A value of a label map, how much of it there is, and what it is called where that is known. */
export interface ValueCount {
  readonly value: number;
  readonly name: string;
  readonly voxels: number;
  readonly ml: number;
}

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

/** Reads an image with or without a label, or a label map alone, and asks everything that the quality gate asks. */
export function inspectVolume(input: InspectInput): Inspected {
  const bytes = input.image.kind === 'nifti' ? input.files.get(input.image.path) : undefined;
  if (bytes !== undefined && input.labelPath === undefined && isLabelMap(bytes, input.path)) {
    return inspectLabelMap(input, bytes);
  }
  const known = input.collection ?? guessCollection(input.path, 'image');
  const ofLabel = input.labelPath && (input.collection ?? guessCollection(input.labelPath, 'label'));
  const judged = ofLabel !== undefined && (known === undefined || known === ofLabel);
  const collection = known ?? (ofLabel || undefined);
  const sourceCase: SourceCase = {
    collection: collection ?? 'lits',
    caseId: guessCaseId(input.path) ?? 'inspected',
    subset: 'train',
    image: input.image,
    ...(judged && input.labelPath !== undefined ? { labelPath: input.labelPath } : {}),
    findings: [],
  };
  const { image, findings } = ingestCase(sourceCase, input.files, adapterFor(sourceCase.collection));
  const own = findings.filter((each) => collection !== undefined || each.code !== 'SLICE_AXIS_UNUSUAL');
  if (image === undefined)
    return { inspection: { path: input.path, kind: 'unreadable', values: [], findings: own } };
  const label = input.labelPath === undefined ? undefined : readLabel(input.files, input.labelPath);
  const more = judged || label === undefined ? [] : faultsOfLabel(label, image, input.labelPath!);
  const fits = label !== undefined && 'values' in label && label.values.length === image.hu.length;
  return {
    inspection: {
      path: input.path,
      kind: 'ct',
      ...(collection === undefined ? {} : { collection }),
      geometry: image.geometry,
      intensity: intensityOf(image),
      ...(input.labelPath === undefined ? {} : { labelPath: input.labelPath }),
      values:
        label !== undefined && 'values' in label ? countValues(label, input.names, ofLabel || undefined) : [],
      findings: [...own, ...more],
    },
    geometry: image.geometry,
    hu: image.hu,
    ...(fits ? { labels: label.values } : {}),
  };
}

function inspectLabelMap({ path, names, collection: named }: InspectInput, bytes: Uint8Array): Inspected {
  const label = readLabel(new Map([[path, bytes]]), path);
  if (!('values' in label))
    return { inspection: { path, kind: 'unreadable', values: [], findings: [label] } };
  const collection = named ?? guessCollection(path, 'label');
  const { geometry, values } = label;
  const imageless = { geometry, hu: new Int16Array(0), minHu: 0, maxHu: 0, notFinite: 0 };
  const found = imageFindings(imageless, adapterFor(collection ?? 'lits'), path);
  return {
    inspection: {
      path,
      kind: 'labels',
      ...(collection === undefined ? {} : { collection }),
      geometry,
      values: countValues(label, names, collection),
      findings: found.filter((each) => collection !== undefined || each.code !== 'SLICE_AXIS_UNUSUAL'),
    },
    geometry,
    labels: values,
  };
}

/** Whether the values of a NIfTI file are labels; a file that cannot be read is left to its reader to explain. */
function isLabelMap(bytes: Uint8Array, path: string): boolean {
  try {
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

function readLabel(files: ReadonlyMap<string, Uint8Array>, path: string): LabelMap | Finding {
  try {
    return readLabelMap(files.get(path) ?? new Uint8Array(0), path);
  } catch (error) {
    if (!(error instanceof DataError)) throw error;
    const { code, ...details } = error.fault;
    return finding(code, { where: path, ...details });
  }
}

function faultsOfLabel(label: LabelMap | Finding, image: CtVolume, where: string): Finding[] {
  return 'values' in label ? labelPlaceFindings(image.geometry, label.geometry, where) : [label];
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

function countValues(
  { values, geometry }: LabelMap,
  names: ReadonlyMap<number, string>,
  collection: Collection | undefined,
): ValueCount[] {
  const counts = new Float64Array(65536);
  for (let n = 0; n < values.length; n++) counts[values[n]]++;
  const [i, j, k] = geometry.spacingMm;
  return [...counts.keys()]
    .filter((value) => value !== 0 && counts[value] > 0)
    .map((value) => ({
      value,
      name: names.get(value) ?? nameOfValue(value, collection),
      voxels: counts[value],
      ml: (counts[value] * i * j * k) / 1000,
    }));
}

function nameOfValue(value: number, collection: Collection | undefined): string {
  if (collection === undefined) return `value ${value}`;
  const named = Object.entries(adapterFor(collection).organLabels.organs).flatMap(([organ, values]) => {
    const at = values.indexOf(value);
    return at < 0 ? [] : [at === 0 ? organ : 'tumour or cyst'];
  });
  return named[0] ?? `value ${value}`;
}
