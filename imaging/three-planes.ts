import type { Geometry } from '../domain/volume.js';
import type { Labels } from './mask-box.js';
import { forEachNonzero } from './mask-box.js';
import { rasView } from './resample.js';

/** One slice as a radiologist looks at it; arrays are row by row from the top, `values[x + width·y]`. */
export interface PlaneView {
  readonly plane: 'axial' | 'coronal' | 'sagittal';
  readonly width: number;
  readonly height: number;
  readonly pixelMm: readonly [number, number];
  /** The patient's sides at the edges of the picture. */
  readonly sides: {
    readonly left: string;
    readonly right: string;
    readonly top: string;
    readonly bottom: string;
  };
  /** Number of the slice along its axis in the file, from 1, and how many there are. */
  readonly slice: number;
  readonly slices: number;
  /** Where the other two planes cut this one, in pixels. */
  readonly cut: readonly [x: number, y: number];
  readonly hu?: Int16Array;
  readonly labels?: Labels;
}

/** Arrays on a native grid in index order; either may be missing. */
export interface PlaneContent {
  readonly hu?: Int16Array;
  readonly labels?: Labels;
}

const worldAxes = ['RL', 'AP', 'SI'] as const;

const layouts = [
  { plane: 'axial', across: 0, down: 1, through: 2, sides: { left: 'R', right: 'L', top: 'A', bottom: 'P' } },
  {
    plane: 'coronal',
    across: 0,
    down: 2,
    through: 1,
    sides: { left: 'R', right: 'L', top: 'S', bottom: 'I' },
  },
  {
    plane: 'sagittal',
    across: 1,
    down: 2,
    through: 0,
    sides: { left: 'A', right: 'P', top: 'S', bottom: 'I' },
  },
] as const;

/**
 * The axial, coronal and sagittal slice with most labelled voxels, or through the middle where nothing is labelled.
 * Oblique volumes show the slices as they were stored. Throws `UnsupportedGeometry` on axis codes that name no axes.
 */
export function threePlanes(geometry: Geometry, content: PlaneContent): PlaneView[] {
  const { shape, spacingMm, strides, offset } = rasView(geometry);
  const at = [0, 1, 2].map((axis) => {
    const native = [...geometry.axisCodes].findIndex((letter) => worldAxes[axis].includes(letter));
    return { native, backwards: strides[axis] < 0 };
  });
  const fullest = content.labels === undefined ? undefined : fullestSlices(content.labels, geometry.shape);
  const chosen = at.map(({ native, backwards }, axis) => {
    const number = fullest?.[native];
    if (number === undefined) return Math.floor(shape[axis] / 2);
    return backwards ? shape[axis] - 1 - number : number;
  });
  return layouts.map(({ plane, across, down, through, sides }) => {
    const [width, height] = [shape[across], shape[down]];
    const pick = <T extends Labels | Int16Array>(from: T, into: T): T => {
      const start = offset + chosen[through] * strides[through];
      for (let y = 0, n = 0; y < height; y++) {
        const row = start + (height - 1 - y) * strides[down];
        for (let x = 0; x < width; x++, n++) into[n] = from[row + (width - 1 - x) * strides[across]];
      }
      return into;
    };
    const { hu, labels } = content;
    const { native, backwards } = at[through];
    return {
      plane,
      width,
      height,
      pixelMm: [spacingMm[across], spacingMm[down]],
      sides,
      slice: (backwards ? shape[through] - 1 - chosen[through] : chosen[through]) + 1,
      slices: geometry.shape[native],
      cut: [width - 1 - chosen[across], height - 1 - chosen[down]],
      ...(hu === undefined ? {} : { hu: pick(hu, new Int16Array(width * height)) }),
      ...(labels === undefined ? {} : { labels: pick(labels, emptyAs(labels, width * height)) }),
    };
  });
}

function emptyAs(labels: Labels, length: number): Labels {
  return labels instanceof Uint16Array ? new Uint16Array(length) : new Uint8Array(length);
}

/** For each native index the number of the slice with most labelled voxels; undefined where nothing is labelled. */
function fullestSlices(labels: Labels, shape: readonly [number, number, number]): number[] | undefined {
  const [n1, n2] = shape;
  const counts = shape.map((size) => new Float64Array(size));
  let labelled = 0;
  forEachNonzero(labels, labels, (index) => {
    const row = Math.floor(index / n1);
    counts[0][index - row * n1]++;
    counts[1][row % n2]++;
    counts[2][Math.floor(row / n2)]++;
    labelled++;
  });
  if (labelled === 0) return undefined;
  return counts.map((each) => each.indexOf(each.reduce((a, b) => Math.max(a, b))));
}
