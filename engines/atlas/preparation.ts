import { PlusctError } from '../../domain/errors.js';
import { findBody } from '../../imaging/body.js';
import type { Triple } from '../../imaging/mask-box.js';
import { coveringGrid, type RasView, rasView, resample } from '../../imaging/resample.js';
import type { CtVolume, Mask } from '../../imaging/volume.js';
import type { Overview } from './alignment.js';
import {
  coarser,
  onGrid,
  overviewSpacingMm,
  type Picture,
  squashAll,
  toBytes,
  workSpacingMm,
} from './picture.js';

/** A scan brought to patient order and to the two grids that the engine works on. */
export interface PreparedScan {
  readonly view: RasView;
  /** Squashed, at working spacing. */
  readonly work: Picture;
  readonly overview: Overview;
}

/** A prepared training case. Small enough to be kept for all cases at once. */
export interface PreparedCase {
  readonly id: string;
  readonly scan: PreparedScan;
  /** Share of the organ in each working voxel, 0…255. */
  readonly organ: Uint8Array;
  /** Organ volume in working voxels. */
  readonly organVoxels: number;
  /** Faces of the scan, 0 to 6, that the organ touches: it may go on beyond them. */
  readonly facesTouched: number;
}

/** Resamples a scan and finds its body. Throws `InvalidInput` when there is no body in it. */
export function prepareScan(image: CtVolume): PreparedScan {
  const view = rasView(image.geometry);
  const grid = coveringGrid(view, workSpacingMm);
  const hu = resample(image.hu, view, grid);
  const work: Picture = { grid, values: squashAll(hu) };
  const overview = coarser(work, overviewSpacingMm);
  const body = findBody(onGrid(hu, grid, overview.grid), overview.grid);
  if (!body)
    throw new PlusctError('InvalidInput', 'the scan holds no body: nothing above -300 HU is of its size');
  const toMm = (index: Triple): Triple => [
    overview.grid.originMm[0] + index[0] * overviewSpacingMm,
    overview.grid.originMm[1] + index[1] * overviewSpacingMm,
    overview.grid.originMm[2] + index[2] * overviewSpacingMm,
  ];
  return { view, work, overview: { picture: overview, fromMm: toMm(body.from), toMm: toMm(body.to) } };
}

/** Prepares one training case; an empty mask gives a case without organ voxels. */
export function prepareCase(id: string, image: CtVolume, mask: Mask): PreparedCase {
  const scan = prepareScan(image);
  const { grid } = scan.work;
  const share = resample(mask, scan.view, grid);
  for (let n = 0; n < share.length; n++) share[n] *= 255;
  const organ = toBytes(share);
  return { id, scan, organ, ...organFacts(organ, grid.shape) };
}

function organFacts(organ: Uint8Array, shape: Triple): { organVoxels: number; facesTouched: number } {
  const [nx, ny, nz] = shape;
  let organVoxels = 0;
  const faces = new Set<number>();
  for (let k = 0, n = 0; k < nz; k++) {
    for (let j = 0; j < ny; j++) {
      for (let i = 0; i < nx; i++, n++) {
        if (organ[n] < 128) continue;
        organVoxels++;
        if (i === 0 || i === nx - 1) faces.add(i === 0 ? 0 : 1);
        if (j === 0 || j === ny - 1) faces.add(j === 0 ? 2 : 3);
        if (k === 0 || k === nz - 1) faces.add(k === 0 ? 4 : 5);
      }
    }
  }
  return { organVoxels, facesTouched: faces.size };
}

/** The memory behind a prepared case, to move it between threads instead of copying it. */
export function buffersOf({ scan, organ }: PreparedCase): ArrayBuffer[] {
  const arrays = [scan.work.values, scan.overview.picture.values, organ];
  return arrays.map((array) => array.buffer).filter((buffer) => buffer instanceof ArrayBuffer);
}
