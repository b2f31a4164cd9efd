import { DataError } from '../domain/errors.js';
import { type Organ, organs, organValue } from '../domain/organ.js';
import type { Geometry } from '../domain/volume.js';
import { anatomicalStructure, type Code, organCode } from './dicom-seg-codes.js';
import { gzipStable } from './nifti-write.js';
import type { NrrdLabels } from './nrrd.js';
import { organColour } from './organ-colours.js';
import { overlapOrder } from './overlap.js';

/** What a segmentation means as a four-organ label map on its own grid. */
export interface SegmentedOrgans {
  /** Values of `organValue`; index order (i, j, k). */
  readonly values: Uint8Array;
  /** Voxels that segments of two organs share: `overlapOrder` decided. */
  readonly sharedVoxels: number;
}

/** One segment as the header names it: a value in one of the file's layers. */
export interface NrrdSegment {
  readonly name: string;
  readonly layer: number;
  readonly labelValue: number;
}

/** Marks a value that stands for no organ. */
const unknown = 255;

/**
 * The organs of a segmentation file of 3D Slicer (docs: developer guide, "Segmentation labelmap file format"). Segments are
 * known by name, since Slicer renumbers values when it saves: an organ's name, alone or with left or right. A file
 * without segments is a plain label map, whose values are those of `organValue`. Throws SUBMISSION_VALUES.
 */
export function organsOfSegments(labels: NrrdLabels, where: string): SegmentedOrgans {
  const segments = nrrdSegments(labels);
  if (segments.length === 0 && labels.layers === 1) return { values: plainValues(labels), sharedVoxels: 0 };
  const tables = Array.from({ length: labels.layers }, () => new Uint8Array(65536).fill(unknown));
  for (const table of tables) table[0] = 0;
  for (const { name, layer, labelValue } of segments) {
    const organ = organNamed(name);
    if (organ !== undefined && tables[layer] !== undefined) tables[layer][labelValue] = organValue[organ];
  }
  return combined(labels, tables, (layer, value) => {
    const named = segments.find((each) => each.layer === layer && each.labelValue === value);
    const what = named === undefined ? `value ${value} is no segment` : `segment "${named.name}" is no organ`;
    return valuesFault(where, named?.name ?? String(value), what);
  });
}

/** The segments that a header lists, in its order. */
export function nrrdSegments({ keyValues }: Pick<NrrdLabels, 'keyValues'>): NrrdSegment[] {
  const segments: NrrdSegment[] = [];
  for (let n = 0; keyValues.has(`Segment${n}_ID`) || keyValues.has(`Segment${n}_Name`); n++) {
    const read = (key: string): string | undefined => keyValues.get(`Segment${n}_${key}`);
    const name = read('Name') ?? read('ID') ?? '';
    // Files from before Slicer 4.11 have neither: one layer for each segment, with the value 1.
    const layer = Number(read('Layer') ?? n);
    segments.push({ name, layer, labelValue: Number(read('LabelValue') ?? 1) });
  }
  return segments;
}

function organNamed(name: string): Organ | undefined {
  const words = name
    .toLowerCase()
    .split(/[^a-z]+/)
    .filter((word) => word !== '' && word !== 'left' && word !== 'right');
  const [word, ...more] = words;
  if (more.length > 0) return undefined;
  return organs.find((organ) => word === organ || word === `${organ}s`);
}

function plainValues({ values }: NrrdLabels): Uint8Array {
  return values instanceof Uint8Array ? values : Uint8Array.from(values, (value) => Math.min(value, unknown));
}

function combined(
  { values, layers }: NrrdLabels,
  tables: readonly Uint8Array[],
  faultOf: (layer: number, value: number) => DataError,
): SegmentedOrgans {
  const count = values.length / layers;
  const result = new Uint8Array(count);
  const rank = new Uint8Array(256);
  for (const organ of organs) rank[organValue[organ]] = organs.length - overlapOrder.indexOf(organ);
  let sharedVoxels = 0;
  for (let layer = 0; layer < layers; layer++) {
    const table = tables[layer];
    for (let n = 0, at = layer; n < count; n++, at += layers) {
      const value = values[at];
      if (value === 0) continue;
      const organ = table[value];
      if (organ === unknown) throw faultOf(layer, value);
      if (result[n] !== 0 && result[n] !== organ) sharedVoxels++;
      if (rank[organ] > rank[result[n]]) result[n] = organ;
    }
  }
  return { values: result, sharedVoxels };
}

function valuesFault(where: string, value: string, what: string): DataError {
  return new DataError({
    code: 'SUBMISSION_VALUES',
    field: 'segments',
    value,
    message: `${where}: ${what}`,
    suggestion: `Name segments ${organs.join(', ')} (left and right may be apart), and delete all others.`,
  });
}

/**
 * A segmentation for 3D Slicer: one segment for each organ, with the colours and SNOMED codes that Slicer shows; gzip,
 * LPS, index order as in `geometry`. Same input, same bytes.
 */
export function writeSegNrrd(labelMap: Uint8Array, geometry: Geometry): Uint8Array {
  const { shape, affine } = geometry;
  const vector = (n: number): string =>
    `(${-affine[0][n]},${-affine[1][n]},${affine[2][n]})`.replace(/-0(?=[,)])/g, '0');
  const extent = shape.map((size) => `0 ${size - 1}`).join(' ');
  const header = [
    'NRRD0004',
    '# Complete NRRD file format specification at:',
    '# http://teem.sourceforge.net/nrrd/format.html',
    'type: unsigned char',
    'dimension: 3',
    'space: left-posterior-superior',
    `sizes: ${shape.join(' ')}`,
    `space directions: ${[0, 1, 2].map(vector).join(' ')}`,
    'kinds: domain domain domain',
    'encoding: gzip',
    `space origin: ${vector(3)}`,
    ...organs.flatMap((organ, n) => segmentLines(organ, n, extent)),
    'Segmentation_ContainedRepresentationNames:=Binary labelmap|',
    'Segmentation_MasterRepresentation:=Binary labelmap',
    'Segmentation_ReferenceImageExtentOffset:=0 0 0',
  ];
  return Buffer.concat([Buffer.from(`${header.join('\n')}\n\n`, 'latin1'), gzipStable(labelMap)]);
}

function segmentLines(organ: Organ, n: number, extent: string): string[] {
  const colour = organColour[organ].map((part) => Number((part / 255).toFixed(6))).join(' ');
  const coded = ([scheme, value, meaning]: Code): string => `${scheme}^${value}^${meaning}`;
  const terms = `${coded(anatomicalStructure)}~${coded(organCode[organ])}~^^`;
  const contexts = [
    'Segmentation category and type - 3D Slicer General Anatomy list',
    'Anatomic codes - DICOM master list',
  ];
  const entry = `TerminologyEntry:${contexts[0]}~${terms}~${contexts[1]}~^^~^^|`;
  const values = {
    Color: colour,
    ColorAutoGenerated: 0,
    Extent: extent,
    ID: organ,
    LabelValue: organValue[organ],
    Layer: 0,
    Name: organ,
    NameAutoGenerated: 0,
    Tags: entry,
  };
  return Object.entries(values).map(([key, value]) => `Segment${n}_${key}:=${value}`);
}
