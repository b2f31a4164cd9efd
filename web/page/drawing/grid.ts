/**
 * How the voxels of a volume lie in its file, and where the viewer shows them. The viewer turns every volume into RAS order
 * (x to the right, y to the front, z to the head of the patient) by swapping and flipping axes, never by resampling.
 */
export interface VoxelGrid {
  /** Voxels along the axes of the file: index `i + n1·(j + n2·k)`, i fastest. */
  readonly size: Triple;
  /** Voxels along x, y and z of the viewer. */
  readonly rasSize: Triple;
  /** The file's axis (0 i, 1 j, 2 k) that runs along x, y and z. */
  readonly axes: Triple;
  /** File index of the viewer's voxel (x, y, z): `Σ start + x·step[0] + y·step[1] + z·step[2]`. */
  readonly start: Triple;
  readonly step: Triple;
  /** Voxel sides along x, y and z in mm. */
  readonly rasSpacingMm: Triple;
}
export type Triple = readonly [number, number, number];

/** Index in the file's voxels of the viewer's voxel (x, y, z). */
export function fileIndex({ start, step }: VoxelGrid, x: number, y: number, z: number): number {
  return start[0] + start[1] + start[2] + x * step[0] + y * step[1] + z * step[2];
}

/** The file's voxel [i, j, k] of the viewer's voxel. */
export function fileVoxel(grid: VoxelGrid, [x, y, z]: Triple): Triple {
  const index = fileIndex(grid, x, y, z);
  const [n1, n2] = grid.size;
  return [index % n1, Math.floor(index / n1) % n2, Math.floor(index / (n1 * n2))];
}

/** The viewer's voxel (x, y, z) of the file's voxel [i, j, k]. */
export function rasVoxel(grid: VoxelGrid, voxel: Triple): Triple {
  const along = grid.step.map((step, axis) => {
    const index = voxel[grid.axes[axis]!]!;
    return step > 0 ? index : grid.rasSize[axis]! - 1 - index;
  });
  return [along[0]!, along[1]!, along[2]!];
}

/** True if the viewer's voxel is inside the volume. */
export function isInside({ rasSize }: VoxelGrid, x: number, y: number, z: number): boolean {
  return x >= 0 && y >= 0 && z >= 0 && x < rasSize[0] && y < rasSize[1] && z < rasSize[2];
}
