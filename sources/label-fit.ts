import type { CtVolume, Mask } from '../imaging/volume.js';

/** How well a mask lies on soft tissue, as it is and mirrored. */
export interface LabelFit {
  readonly meanHu: number;
  /** Fraction of the mask's voxels on soft tissue. */
  readonly share: number;
  /** The mirrored mask that lies best on soft tissue, and the indices along which it is mirrored. */
  readonly bestMirrored: { readonly along: string; readonly share: number };
}

/** HU of organs, contrast and partial volume included; fat and air lie below, bone above. */
const softTissue = { least: -50, most: 250 } as const;
/** Bit 0 mirrors along i, bit 1 along j, bit 2 along k. */
const mirrors = [0, 1, 2, 3, 4, 5, 6, 7] as const;

/**
 * Measures the HU under a mask (same shape and index order as the image) and under its seven mirror images. A label
 * stored along other axes than its image often keeps a plausible mean HU, but one of its mirror images then lies on
 * soft tissue far better than it does. The mask must not be empty.
 */
export function labelFit(image: CtVolume, mask: Mask): LabelFit {
  const [n1, n2, n3] = image.geometry.shape;
  const { hu } = image;
  const soft = new Float64Array(mirrors.length);
  let [voxels, sum] = [0, 0];
  let at = 0;
  for (let k = 0; k < n3; k++) {
    for (let j = 0; j < n2; j++) {
      for (let i = 0; i < n1; i++, at++) {
        if (mask[at] === 0) continue;
        voxels++;
        sum += hu[at];
        for (const mirror of mirrors) {
          const value = hu[mirroredIndex(mirror, i, j, k, n1, n2, n3)];
          if (value >= softTissue.least && value <= softTissue.most) soft[mirror]++;
        }
      }
    }
  }
  const best = mirrors.slice(1).reduce((a, b) => (soft[b] > soft[a] ? b : a));
  const along = [...'ijk'].filter((_, axis) => best & (1 << axis)).join(' and ');
  return {
    meanHu: sum / voxels,
    share: soft[0] / voxels,
    bestMirrored: { along, share: soft[best] / voxels },
  };
}

function mirroredIndex(
  mirror: number,
  i: number,
  j: number,
  k: number,
  n1: number,
  n2: number,
  n3: number,
): number {
  const x = mirror & 1 ? n1 - 1 - i : i;
  const y = mirror & 2 ? n2 - 1 - j : j;
  const z = mirror & 4 ? n3 - 1 - k : k;
  return x + n1 * (y + n2 * z);
}
