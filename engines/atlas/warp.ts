import { type CubicGrid, voxelCount } from '../../imaging/resample.js';
import type { Alignment } from './alignment.js';
import { onGrid } from './picture.js';

/**
 * Takes every voxel of a fixed grid to a point of the moving scan: the alignment, plus a displacement in mm of the
 * moving frame (one array per axis).
 */
export interface Mapping {
  readonly grid: CubicGrid;
  readonly alignment: Alignment;
  readonly shiftsMm: readonly [Float32Array, Float32Array, Float32Array];
}

/** The mapping that only aligns. */
export function plainMapping(grid: CubicGrid, alignment: Alignment): Mapping {
  const size = voxelCount(grid);
  return {
    grid,
    alignment,
    shiftsMm: [new Float32Array(size), new Float32Array(size), new Float32Array(size)],
  };
}

/** The same mapping on another grid of the fixed frame. */
export function mappingOnGrid(mapping: Mapping, grid: CubicGrid): Mapping {
  const [x, y, z] = mapping.shiftsMm.map((shifts) => onGrid(shifts, mapping.grid, grid));
  return { grid, alignment: mapping.alignment, shiftsMm: [x, y, z] };
}

/** What a mapping reads of a moving scan; where it leaves the scan, `seen` is 0 and the nearest voxel is given. */
export interface Warped {
  readonly values: Float32Array;
  readonly seen: Uint8Array;
}

/** Reads the moving values at every mapped point, trilinearly. */
export function warp(values: Float32Array | Uint8Array, moving: CubicGrid, mapping: Mapping): Warped {
  const { grid, alignment } = mapping;
  const [shiftX, shiftY, shiftZ] = mapping.shiftsMm;
  const [nx, ny, nz] = grid.shape;
  const starts = [0, 1, 2].map((axis) => {
    const atOrigin =
      alignment.scale[axis] * grid.originMm[axis] + alignment.shiftMm[axis] - moving.originMm[axis];
    return {
      at: atOrigin / moving.spacingMm,
      step: (alignment.scale[axis] * grid.spacingMm) / moving.spacingMm,
    };
  });
  const perMm = 1 / moving.spacingMm;
  const result = { values: new Float32Array(nx * ny * nz), seen: new Uint8Array(nx * ny * nz) };
  let n = 0;
  for (let k = 0; k < nz; k++) {
    const z = starts[2].at + k * starts[2].step;
    for (let j = 0; j < ny; j++) {
      const y = starts[1].at + j * starts[1].step;
      for (let i = 0; i < nx; i++, n++) {
        const x = starts[0].at + i * starts[0].step;
        readPoint(
          values,
          moving,
          x + shiftX[n] * perMm,
          y + shiftY[n] * perMm,
          z + shiftZ[n] * perMm,
          result,
          n,
        );
      }
    }
  }
  return result;
}

/** Half a voxel beyond the outermost centres still belongs to the scan. */
const rim = 0.5;

function readPoint(
  values: Float32Array | Uint8Array,
  moving: CubicGrid,
  x: number,
  y: number,
  z: number,
  result: Warped,
  n: number,
): void {
  const [mx, my, mz] = moving.shape;
  const [lastX, lastY, lastZ] = [mx - 1, my - 1, mz - 1];
  const inside =
    x >= -rim && y >= -rim && z >= -rim && x <= lastX + rim && y <= lastY + rim && z <= lastZ + rim;
  const heldX = x < 0 ? 0 : Math.min(x, lastX);
  const heldY = y < 0 ? 0 : Math.min(y, lastY);
  const heldZ = z < 0 ? 0 : Math.min(z, lastZ);
  const [lowX, lowY, lowZ] = [Math.floor(heldX), Math.floor(heldY), Math.floor(heldZ)];
  const [partX, partY, partZ] = [heldX - lowX, heldY - lowY, heldZ - lowZ];
  const stepX = lowX < lastX ? 1 : 0;
  const stepY = lowY < lastY ? mx : 0;
  const stepZ = lowZ < lastZ ? mx * my : 0;
  const at = lowX + mx * (lowY + my * lowZ);
  const a = values[at] + partX * (values[at + stepX] - values[at]);
  const up = at + stepY;
  const b = values[up] + partX * (values[up + stepX] - values[up]);
  const far = at + stepZ;
  const c = values[far] + partX * (values[far + stepX] - values[far]);
  const farUp = far + stepY;
  const d = values[farUp] + partX * (values[farUp + stepX] - values[farUp]);
  const near = a + partY * (b - a);
  result.values[n] = near + partZ * (c + partY * (d - c) - near);
  result.seen[n] = inside ? 1 : 0;
}
