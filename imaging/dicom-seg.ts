import { DataError } from '../domain/errors.js';
import type { FindingCode } from '../domain/finding-catalogue.js';
import { organValue } from '../domain/organ.js';
import type { Geometry } from '../domain/volume.js';
import { hasMagic } from './dicom-elements.js';
import { type DicomFile, type DicomItem, readDicomFile } from './dicom-file.js';
import { organOf } from './dicom-seg-codes.js';
import { type FramePlane, frameGrid, planeOf } from './dicom-seg-grid.js';
import { indexToMm, inverseAffine } from './geometry.js';
import type { LabelMap } from './volume.js';

/** One segment as its file describes it. */
export interface Segment {
  /** Its number in the file. */
  readonly number: number;
  /** What stands for it in the label map: the organ's value where all segments are organs, else its number. */
  readonly value: number;
  readonly label: string;
  /** Scheme and value of what was segmented: `SCT 10200004`. */
  readonly code: string;
}

/** A DICOM SEG as a label map. */
export interface Segmentation extends LabelMap {
  readonly segments: readonly Segment[];
  /** The series that it was drawn on, where it says so. */
  readonly referencedSeriesUid?: string;
}

const segmentationStorage = '1.2.840.10008.5.1.4.1.1.66.4';
const labelMapStorage = '1.2.840.10008.5.1.4.1.1.66.7';
/** Farthest that a frame's pixel may be from a voxel, in voxels. */
const offGrid = 0.1;
const maxSidePixels = 4096;

/** Where a frame's first pixel goes in the label map, and how far a step along a row or column leads. */
interface Landing {
  readonly start: number;
  readonly alongRow: number;
  readonly alongColumn: number;
}

/**
 * Reads a BINARY or LABELMAP segmentation on to `grid` (of the series, or of a NIfTI file made from it, axes in any
 * order), or where none is given on to the grid of its own frames. What no frame covers is 0.
 * Throws `DataError`: DICOM_SERIES on other objects, DATATYPE_UNSUPPORTED on fractional or packed frames, GRID_MISMATCH
 * when a frame does not lie on the grid, SEGMENT_OVERLAP, and what the file itself can raise.
 */
export function readSegmentation(path: string, bytes: Uint8Array, grid?: Geometry): Segmentation {
  const file = readDicomFile(path, bytes);
  const layout = layoutOf(file);
  const planes = planesOf(file, layout.frames);
  const geometry = grid ?? frameGrid(path, planes, layout);
  const segments = segmentsOf(file, layout.bits === 8);
  const most = Math.max(0, ...segments.map(({ value }) => value));
  const [n1, n2, n3] = geometry.shape;
  const values = most > 255 ? new Uint16Array(n1 * n2 * n3) : new Uint8Array(n1 * n2 * n3);
  const labelOf = new Map(segments.map(({ number, value }) => [number, value]));
  planes.forEach((plane, frame) => {
    const landing = landingOf(path, plane, frame, geometry, layout);
    paint(
      file,
      { ...layout, frame, landing },
      (pixel) => {
        const number = layout.bits === 8 ? pixel : plane.segment;
        const value = labelOf.get(number);
        if (value === undefined) {
          throw fault(
            path,
            'DICOM_SERIES',
            'referencedSegment',
            String(number),
            `frame ${frame + 1} is of segment ${number}, which the file does not describe`,
          );
        }
        return value;
      },
      values,
    );
  });
  const referenced = file.items('referencedSeries')[0]?.text('seriesInstance');
  return {
    geometry,
    values,
    segments,
    ...(referenced === undefined ? {} : { referencedSeriesUid: referenced }),
  };
}

/** Whether a file is a DICOM object of a kind that `readSegmentation` reads. Throws as `readDicomFile` does. */
export function isSegmentation(path: string, bytes: Uint8Array): boolean {
  if (!hasMagic(bytes)) return false;
  const sopClass = readDicomFile(path, bytes).text('sopClass');
  return sopClass === segmentationStorage || sopClass === labelMapStorage;
}

interface Layout {
  readonly rows: number;
  readonly columns: number;
  readonly frames: number;
  readonly bits: 1 | 8;
}

function layoutOf(file: DicomFile): Layout {
  const { path, pixels } = file;
  const first = (tag: Parameters<DicomItem['numbers']>[0]): number => file.numbers(tag)?.[0] ?? 0;
  const sopClass = file.text('sopClass') ?? 'none';
  if (sopClass !== segmentationStorage && sopClass !== labelMapStorage) {
    throw fault(
      path,
      'DICOM_SERIES',
      'sopClass',
      sopClass,
      `is no segmentation but an object of class ${sopClass}`,
    );
  }
  const type = file.text('segmentationType') ?? 'none';
  const [rows, columns, frames, bits] = [
    first('rows'),
    first('columns'),
    first('numberOfFrames'),
    first('bitsAllocated'),
  ];
  const fits = (type === 'BINARY' && bits === 1) || (type === 'LABELMAP' && bits === 8);
  if (!fits || pixels?.kind !== 'open') {
    const how = pixels?.kind === 'open' ? `${bits} bits` : `${bits} bits as ${file.syntax.name}`;
    throw fault(
      path,
      'DATATYPE_UNSUPPORTED',
      'segmentationType',
      type,
      `holds ${type} segments of ${how}; plusct reads BINARY of 1 and LABELMAP of 8, not packed`,
    );
  }
  const sizes = [rows, columns].every((side) => Number.isInteger(side) && side >= 1 && side <= maxSidePixels);
  if (!sizes || !Number.isInteger(frames) || frames < 1) {
    throw fault(
      path,
      'HEADER_INVALID',
      'rows',
      `${columns}×${rows}×${frames}`,
      `has frames of ${columns}×${rows}, ${frames} of them`,
    );
  }
  const needed = Math.ceil((rows * columns * frames * bits) / 8);
  if (pixels.bytes.length < needed) {
    const there = String(pixels.bytes.length);
    throw fault(path, 'FILE_TRUNCATED', 'pixelData', there, `holds ${there} of ${needed} bytes of pixels`);
  }
  return { rows, columns, frames, bits: bits === 1 ? 1 : 8 };
}

function planesOf(file: DicomFile, frames: number): FramePlane[] {
  const [shared] = file.items('sharedGroups');
  const perFrame = file.items('perFrameGroups');
  if (perFrame.length !== frames) {
    const what = `has ${frames} frames and places for ${perFrame.length}`;
    throw fault(file.path, 'DICOM_SERIES', 'perFrameGroups', String(perFrame.length), what);
  }
  return perFrame.map((own, n) =>
    planeOf(file.path, n, (group) => own.items(group)[0] ?? shared?.items(group)[0]),
  );
}

function segmentsOf(file: DicomFile, isLabelMap: boolean): Segment[] {
  const items = file.items('segments');
  const found = items.map((item) => {
    const [type] = item.items('propertyType');
    const code = `${type?.text('codingScheme') ?? '?'} ${type?.text('codeValue') ?? '?'}`;
    return {
      number: item.numbers('segmentNumber')?.[0] ?? 0,
      label: item.text('segmentLabel') ?? '',
      code,
      organ: organOf(type),
    };
  });
  const distinct = new Set(found.map(({ organ }) => organ)).size === found.length;
  const allOrgans = distinct && found.every(({ organ }) => organ !== undefined);
  // In a label map 0 is the background, described or not.
  return found
    .filter(({ number }) => !(isLabelMap && number === 0))
    .map(({ number, label, code, organ }) => {
      if (!Number.isInteger(number) || number < 1 || number > 65535) {
        throw fault(
          file.path,
          'HEADER_INVALID',
          'segmentNumber',
          String(number),
          `has a segment with the number ${number}`,
        );
      }
      return { number, label, code, value: allOrgans && organ !== undefined ? organValue[organ] : number };
    });
}

/** Finds the voxels of a frame: its pixels must fall on voxels, and all inside. */
function landingOf(
  path: string,
  plane: FramePlane,
  frame: number,
  geometry: Geometry,
  { rows, columns }: Layout,
): Landing {
  const toIndex = inverseAffine(geometry.affine);
  const at = (column: number, row: number): number[] => {
    const mm = [0, 1, 2].map(
      (n) => plane.originMm[n] + column * plane.alongRowMm[n] + row * plane.alongColumnMm[n],
    );
    return [...indexToMm(toIndex, mm[0], mm[1], mm[2])];
  };
  const corners = [at(0, 0), at(columns - 1, 0), at(0, rows - 1), at(columns - 1, rows - 1)];
  const whole = corners.map((corner) => corner.map(Math.round));
  const inside = whole.every((corner) =>
    corner.every((index, axis) => index >= 0 && index < geometry.shape[axis]),
  );
  const near = corners.every((corner, n) =>
    corner.every((index, axis) => Math.abs(index - whole[n][axis]) <= offGrid),
  );
  const steps = [step(whole[0], whole[1], columns), step(whole[0], whole[2], rows)];
  if (
    !inside ||
    !near ||
    steps.some(
      (each) => each.filter((part) => part !== 0).length > 1 || each.some((part) => Math.abs(part) > 1),
    )
  ) {
    const value = plane.positionText;
    const shown = corners[0].map((index) => index.toFixed(2)).join(', ');
    const what = `frame ${frame + 1} at ${value} does not lie on the voxels of the grid (its first pixel is at index ${shown})`;
    throw fault(path, 'GRID_MISMATCH', 'imagePosition', value, what);
  }
  const [n1, n2] = geometry.shape;
  const offset = ([i, j, k]: readonly number[]): number => i + n1 * (j + n2 * k);
  return { start: offset(whole[0]), alongRow: offset(steps[0]), alongColumn: offset(steps[1]) };
}

/** The index step from one pixel to the next. */
function step(from: readonly number[], to: readonly number[], count: number): number[] {
  return from.map((index, axis) => (count === 1 ? 0 : (to[axis] - index) / (count - 1)));
}

function paint(
  { path, pixels }: DicomFile,
  { rows, columns, bits, frame, landing }: Layout & { frame: number; landing: Landing },
  labelOf: (pixel: number) => number,
  values: Uint8Array | Uint16Array,
): void {
  if (pixels?.kind !== 'open') return;
  const { bytes } = pixels;
  let n = frame * rows * columns;
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++, n++) {
      const pixel = bits === 8 ? bytes[n] : (bytes[n >> 3] >> (n & 7)) & 1;
      if (pixel === 0) continue;
      const to = landing.start + column * landing.alongRow + row * landing.alongColumn;
      const value = labelOf(pixel);
      if (values[to] !== 0 && values[to] !== value) {
        throw fault(
          path,
          'SEGMENT_OVERLAP',
          'segments',
          `${values[to]}, ${value}`,
          `the segments of values ${values[to]} and ${value} share voxels, first in frame ${frame + 1} at column ${column}, row ${row}`,
        );
      }
      values[to] = value;
    }
  }
}

function fault(path: string, code: FindingCode, field: string, value: string, what: string): DataError {
  const suggestion = 'Give a BINARY segmentation without overlaps, and the series that it was drawn on.';
  return new DataError({ code, field, value, message: `${path}: ${what}`, suggestion });
}
