import { PlusctError } from '../domain/errors.js';
import type { Geometry } from '../domain/volume.js';
import type { Affine } from './geometry.js';
import { gzipStable, writeNifti } from './nifti-write.js';
import { toOrientation } from './orientation.js';
import type { CtVolume } from './volume.js';

/** HU outside are padding and metal, and tell scanners and collections apart. */
const shownHu = [-1024, 3071] as const;

/** A case without what its header tells of its source. */
export interface BlindVolumes {
  /** Gzipped int16 NIfTI. */
  readonly image: Uint8Array;
  /** Gzipped uint8 NIfTI on the same grid. */
  readonly labelMap: Uint8Array;
  readonly shape: Geometry['shape'];
  readonly spacingMm: Geometry['spacingMm'];
}

/**
 * Writes image and label map anew: axes turned to RAS by swaps and flips alone, origin at 0, no tilt, HU held to -1024…3071, one voxel type,
 * no text. Shape and voxel sides stay, for figures in mm need them. `labels` are on the image's grid, in index order (i, j, k). Same input,
 * same bytes. Throws `InvalidInput` when their numbers differ.
 */
export function blindVolumes(image: CtVolume, labels: Uint8Array): BlindVolumes {
  const { geometry } = image;
  if (labels.length !== image.hu.length) {
    throw new PlusctError('InvalidInput', `${labels.length} labels do not cover ${image.hu.length} voxels`);
  }
  const turned = toOrientation(geometry, image.hu);
  const turnedLabels = toOrientation(geometry, labels);
  const { shape, spacingMm } = turned.geometry;
  const [least, most] = shownHu;
  const hu = turned.voxels.map((value) => Math.max(least, Math.min(most, value)));
  const write = (voxels: Int16Array | Uint8Array): Uint8Array => {
    const form = { code: 1, affine: upright(spacingMm) };
    return gzipStable(writeNifti({ shape, spacingMm, voxels, sform: form, qform: form }));
  };
  return { image: write(hu), labelMap: write(turnedLabels.voxels), shape, spacingMm };
}

function upright([i, j, k]: Geometry['spacingMm']): Affine {
  return [
    [i, 0, 0, 0],
    [0, j, 0, 0],
    [0, 0, k, 0],
  ];
}
