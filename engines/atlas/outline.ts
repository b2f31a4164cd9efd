import type { Organ } from '../../domain/organ.js';
import { fillHoles, largestComponents } from '../../imaging/components.js';
import type { Triple } from '../../imaging/mask-box.js';
import { type CubicGrid, type RasView, rasView } from '../../imaging/resample.js';
import type { CtVolume, Mask } from '../../imaging/volume.js';
import { evidence, type IntensityModel } from './intensity.js';

/** Beyond this log-odds the working grid has decided; the scan's own voxels only settle what lies between. */
const settled = 3;
/** Weight of a native voxel's own value. */
const ownWeight = 0.25;
/** Parts kept: one liver, two kidneys of at least a fifth of the larger one's size. */
const partsOf: Readonly<Record<Organ, { count: number; least: number }>> = {
  liver: { count: 1, least: 0 },
  kidney: { count: 2, least: 0.2 },
  spleen: { count: 1, least: 0 },
  pancreas: { count: 2, least: 0.15 },
};

/** A block of native voxels in patient order. */
interface Block {
  readonly from: Triple;
  readonly shape: Triple;
}

/**
 * Draws the organ on the image's own grid: the log-odds of the working grid, interpolated, and near the outline the
 * native voxels' values; then spatial clean-up. Memory beyond the result: the organ's block only.
 */
export function drawMask(
  image: CtVolume,
  belief: Float32Array,
  grid: CubicGrid,
  intensity: IntensityModel,
  organ: Organ,
): Mask {
  const view = rasView(image.geometry);
  const result = new Uint8Array(image.hu.length);
  const block = nativeBlock(belief, grid, view);
  if (!block) return result;
  const drawn = drawBlock(image.hu, view, block, belief, grid, intensity);
  const { count, least } = partsOf[organ];
  const clean = fillHoles(largestComponents(drawn, block.shape, count, least), block.shape);
  pasteBlock(clean, block, view, result);
  return result;
}

/** The native voxels that the working grid does not exclude; undefined when it excludes all. */
function nativeBlock(belief: Float32Array, grid: CubicGrid, view: RasView): Block | undefined {
  const [nx, ny, nz] = grid.shape;
  const low = [nx, ny, nz];
  const high = [-1, -1, -1];
  for (let n = 0; n < belief.length; n++) {
    if (belief[n] <= -settled) continue;
    const at = [n % nx, Math.floor(n / nx) % ny, Math.floor(n / (nx * ny))];
    for (let axis = 0; axis < 3; axis++) {
      low[axis] = Math.min(low[axis], at[axis]);
      high[axis] = Math.max(high[axis], at[axis]);
    }
  }
  if (high[0] < 0) return undefined;
  const ends = [0, 1, 2].map((axis) => {
    const toNative = (index: number) => (grid.originMm[axis] + index * grid.spacingMm) / view.spacingMm[axis];
    const from = Math.max(0, Math.floor(toNative(low[axis] - 1)));
    return { from, size: Math.min(view.shape[axis], Math.ceil(toNative(high[axis] + 1)) + 1) - from };
  });
  return {
    from: [ends[0].from, ends[1].from, ends[2].from],
    shape: [ends[0].size, ends[1].size, ends[2].size],
  };
}

/** For one axis: the working voxel below each native one, and how far between it and the next. */
function reads(
  block: Block,
  view: RasView,
  grid: CubicGrid,
  axis: number,
): { low: Int32Array; part: Float32Array } {
  const size = block.shape[axis];
  const low = new Int32Array(size);
  const part = new Float32Array(size);
  const last = grid.shape[axis] - 1;
  for (let n = 0; n < size; n++) {
    const at = ((block.from[axis] + n) * view.spacingMm[axis] - grid.originMm[axis]) / grid.spacingMm;
    const held = Math.min(last, Math.max(0, at));
    low[n] = Math.min(Math.max(0, last - 1), Math.floor(held));
    part[n] = held - low[n];
  }
  return { low, part };
}

function drawBlock(
  hu: Int16Array,
  view: RasView,
  block: Block,
  belief: Float32Array,
  grid: CubicGrid,
  intensity: IntensityModel,
): Uint8Array {
  const [nx, ny, nz] = block.shape;
  const [x, y, z] = [0, 1, 2].map((axis) => reads(block, view, grid, axis));
  const [sizeX, sizeY, sizeZ] = grid.shape;
  const stepX = sizeX > 1 ? 1 : 0;
  const stepY = sizeY > 1 ? sizeX : 0;
  const stepZ = sizeZ > 1 ? sizeX * sizeY : 0;
  const drawn = new Uint8Array(nx * ny * nz);
  for (let k = 0, n = 0; k < nz; k++) {
    for (let j = 0; j < ny; j++) {
      const base = sizeX * (y.low[j] + sizeY * z.low[k]);
      for (let i = 0; i < nx; i++, n++) {
        const at = base + x.low[i];
        const a = belief[at] + x.part[i] * (belief[at + stepX] - belief[at]);
        const b = belief[at + stepY] + x.part[i] * (belief[at + stepY + stepX] - belief[at + stepY]);
        const far = at + stepZ;
        const c = belief[far] + x.part[i] * (belief[far + stepX] - belief[far]);
        const d = belief[far + stepY] + x.part[i] * (belief[far + stepY + stepX] - belief[far + stepY]);
        const near = a + y.part[j] * (b - a);
        let odds = near + z.part[k] * (c + y.part[j] * (d - c) - near);
        if (odds > -settled && odds < settled)
          odds +=
            ownWeight *
            evidence(
              intensity,
              meanAround(hu, view, block.from[0] + i, block.from[1] + j, block.from[2] + k),
            );
        if (odds > 0) drawn[n] = 1;
      }
    }
  }
  return drawn;
}

/** Mean of a native voxel (weight 2) and its face neighbours; at the border it stands in for those that lack. */
function meanAround(hu: Int16Array, view: RasView, x: number, y: number, z: number): number {
  const [strideX, strideY, strideZ] = view.strides;
  const at = view.offset + x * strideX + y * strideY + z * strideZ;
  let sum = 2 * hu[at];
  sum += hu[x > 0 ? at - strideX : at] + hu[x < view.shape[0] - 1 ? at + strideX : at];
  sum += hu[y > 0 ? at - strideY : at] + hu[y < view.shape[1] - 1 ? at + strideY : at];
  sum += hu[z > 0 ? at - strideZ : at] + hu[z < view.shape[2] - 1 ? at + strideZ : at];
  return sum / 8;
}

function pasteBlock(drawn: Uint8Array, block: Block, view: RasView, result: Mask): void {
  const [nx, ny, nz] = block.shape;
  for (let k = 0, n = 0; k < nz; k++) {
    for (let j = 0; j < ny; j++) {
      const start =
        view.offset +
        block.from[0] * view.strides[0] +
        (block.from[1] + j) * view.strides[1] +
        (block.from[2] + k) * view.strides[2];
      for (let i = 0; i < nx; i++, n++) result[start + i * view.strides[0]] = drawn[n];
    }
  }
}
