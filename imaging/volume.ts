import type { Geometry } from '../domain/volume.js';

/** A CT in memory. Index order (i, j, k), i fastest: `hu[i + n1·(j + n2·k)]`, on the file's own (native) grid. */
export interface CtVolume {
  readonly geometry: Geometry;
  /** Hounsfield units, slope and intercept applied, rounded to the nearest integer and held to int16. */
  readonly hu: Int16Array;
  /** Extremes of the finite values before they were held to int16. */
  readonly minHu: number;
  readonly maxHu: number;
  /** Voxels that were NaN or infinite; they read as -1024. */
  readonly notFinite: number;
}

/** Integer labels on a grid, same index order as `CtVolume`. */
export interface LabelMap {
  readonly geometry: Geometry;
  readonly values: Uint8Array | Uint16Array;
}

/** One organ: 1 inside, 0 outside. */
export type Mask = Uint8Array;

/** Labels below 256 as bytes; what is bytes already is not copied. */
export function labelBytes({ values }: LabelMap): Uint8Array {
  return values instanceof Uint8Array ? values : Uint8Array.from(values);
}

/** The same voxels where `geometry` says they lie: ingest may have repaired what the file claims. */
export function withGeometry<Image extends CtVolume>(image: Image, geometry: Geometry): Image {
  return { ...image, geometry };
}
