import { DataError } from '../domain/errors.js';
import type { Geometry } from '../domain/volume.js';
import type { DicomItem } from './dicom-file.js';
import type { DicomTag } from './dicom-tags.js';
import { affineOf, geometryFromAffine } from './geometry.js';
import { cross, dot, minus, norm, scaled, type Vector3 } from './matrix3.js';

/** Where a frame lies, in mm, RAS+. */
export interface FramePlane {
  /** Number of its segment; 0 where pixels name theirs. */
  readonly segment: number;
  /** Centre of the first pixel. */
  readonly originMm: Vector3;
  /** From one column to the next, from one row to the next. */
  readonly alongRowMm: Vector3;
  readonly alongColumnMm: Vector3;
  /** From one slice to the next as the file says; absent in some. */
  readonly stepMm: number | undefined;
  readonly positionText: string;
}

/** More slices than any CT has. */
const maxSlices = 5000;
const sameMm = 1e-3;

/** The plane of one frame. Throws DICOM_SERIES when it has none. */
export function planeOf(
  path: string,
  frame: number,
  group: (tag: DicomTag) => DicomItem | undefined,
): FramePlane {
  const required = (item: DicomItem | undefined, tag: DicomTag, count: number): number[] => {
    const values = item?.numbers(tag);
    if (values?.length === count) return values;
    const value = item?.texts(tag).join('\\') || 'none';
    const message = `${path}: frame ${frame + 1} has no usable ${tag} (${value})`;
    const suggestion = 'Write the segmentation again with the place of every frame.';
    throw new DataError({ code: 'DICOM_SERIES', field: tag, value, message, suggestion });
  };
  const measures = group('pixelMeasures');
  const [betweenRows, betweenColumns] = required(measures, 'pixelSpacing', 2);
  const [a, b, c, d, e, f] = required(group('planeOrientation'), 'imageOrientation', 6);
  const [x, y, z] = required(group('planePosition'), 'imagePosition', 3);
  return {
    segment: group('segmentIdentification')?.numbers('referencedSegment')?.[0] ?? 0,
    originMm: [-x + 0, -y + 0, z],
    alongRowMm: scaled([-a + 0, -b + 0, c], betweenColumns),
    alongColumnMm: scaled([-d + 0, -e + 0, f], betweenRows),
    stepMm: measures?.numbers('spacingBetweenSlices')?.[0],
    positionText: [x, y, z].join('\\'),
  };
}

/**
 * The grid that frames span: i along rows, j along columns, k along row × column, from the first place to the last in
 * steps of SpacingBetweenSlices, or of the least distance between places.
 */
export function frameGrid(
  path: string,
  planes: readonly FramePlane[],
  { rows, columns }: { rows: number; columns: number },
): Geometry {
  const [first] = planes;
  const across = cross(first.alongRowMm, first.alongColumnMm);
  const normal = scaled(across, 1 / norm(across));
  const place = (plane: FramePlane): number => dot(minus(plane.originMm, first.originMm), normal);
  const byPlace = [...planes].sort((a, b) => place(a) - place(b));
  const [lowest, highest] = [byPlace[0], byPlace[byPlace.length - 1]];
  const apart = byPlace.slice(1).map((plane, n) => place(plane) - place(byPlace[n]));
  const least = Math.min(...apart.filter((mm) => mm > sameMm), Number.POSITIVE_INFINITY);
  const stepMm = first.stepMm && first.stepMm > 0 ? first.stepMm : Number.isFinite(least) ? least : 1;
  const slices = Math.round((place(highest) - place(lowest)) / stepMm) + 1;
  if (!(slices <= maxSlices)) {
    const message = `${path}: its frames span ${slices} slices of ${stepMm} mm`;
    const suggestion = 'Give the series that the segmentation was drawn on.';
    throw new DataError({
      code: 'DICOM_SERIES',
      field: 'imagePosition',
      value: String(slices),
      message,
      suggestion,
    });
  }
  const axes = [first.alongRowMm, first.alongColumnMm, scaled(normal, stepMm)] as const;
  return geometryFromAffine([columns, rows, slices], affineOf(axes, lowest.originMm), 'dicom', path);
}
