import type { Collection } from '../domain/collection.js';
import type { Geometry } from '../domain/volume.js';
import { isSegmentation, readSegmentation } from '../imaging/dicom-seg.js';
import { asFiled, sidesKnown } from '../imaging/geometry-repair.js';
import { blockOnGrid } from '../imaging/label-block.js';
import { readLabelMap } from '../imaging/nifti.js';
import { isNrrd, readNrrdHead, readNrrdLabels } from '../imaging/nrrd.js';
import { nrrdSegments } from '../imaging/seg-nrrd.js';
import type { LabelMap } from '../imaging/volume.js';
import { adapterFor } from './registry.js';

/** A value of a label map, how much of it there is, and what it is called where that is known. */
export interface ValueCount {
  readonly value: number;
  readonly name: string;
  readonly voxels: number;
  /** Left out where the voxels' sides are not known. */
  readonly ml?: number;
}

/** A label map of any format, with the names that its file gives to its values. */
export interface NamedLabels extends LabelMap {
  readonly names: ReadonlyMap<number, string>;
}

/** Whether a file can hold nothing but labels. Throws as `isSegmentation` does. */
export function isLabelFormat(bytes: Uint8Array, path: string): boolean {
  return isNrrd(bytes) || isSegmentation(path, bytes);
}

/**
 * Labels out of NIfTI, NRRD or DICOM SEG; the last two on `grid` where one is given and they lie on its voxels. Where an NRRD file has layers, its segments
 * are numbered from 1 and the later one keeps a voxel that two share. Throws as the readers of these formats do.
 */
export function readAnyLabels(bytes: Uint8Array, path: string, grid?: Geometry): NamedLabels {
  if (isNrrd(bytes)) {
    const labels = fromNrrd(bytes, path);
    return grid === undefined ? labels : { ...labels, ...blockOnGrid(labels, asFiled(grid)) };
  }
  if (!isSegmentation(path, bytes)) return { ...readLabelMap(bytes, path), names: new Map() };
  const { geometry, values, segments } = readSegmentation(path, bytes, grid);
  return { geometry, values, names: new Map(segments.map(({ value, label }) => [value, label])) };
}

function fromNrrd(bytes: Uint8Array, path: string): NamedLabels {
  const read = readNrrdLabels(bytes, readNrrdHead(bytes, path), path);
  const segments = nrrdSegments(read);
  const { geometry, layers, values } = read;
  if (layers === 1) {
    const names = segments.map(({ labelValue, name }): [number, string] => [labelValue, name]);
    return { geometry, values, names: new Map(names) };
  }
  const numbered = segments.map(({ name, layer, labelValue }, n) => ({
    name,
    layer,
    labelValue,
    value: n + 1,
  }));
  const flat = new Uint16Array(values.length / layers);
  for (const { layer, labelValue, value } of numbered)
    for (let n = 0, at = layer; n < flat.length; n++, at += layers)
      if (values[at] === labelValue) flat[n] = value;
  return { geometry, values: flat, names: new Map(numbered.map(({ value, name }) => [value, name])) };
}

/** Every value but 0 with its voxels; `grid` says how large they are. A name that was given goes before the file's own. */
export function countValues(
  { values, names: own }: NamedLabels,
  grid: Geometry,
  given: ReadonlyMap<number, string>,
  collection: Collection | undefined,
): ValueCount[] {
  const counts = new Float64Array(65536);
  for (let n = 0; n < values.length; n++) counts[values[n]]++;
  const [i, j, k] = grid.spacingMm;
  const known = sidesKnown(grid);
  return [...counts.keys()]
    .filter((value) => value !== 0 && counts[value] > 0)
    .map((value) => ({
      value,
      name: given.get(value) ?? own.get(value) ?? nameOfValue(value, collection),
      voxels: counts[value],
      ...(known ? { ml: (counts[value] * i * j * k) / 1000 } : {}),
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
