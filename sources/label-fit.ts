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
  return {
    meanHu: sum / voxels,
    share: soft[0] / voxels,
    bestMirrored: { along: namesOf(best), share: soft[best] / voxels },
  };
}

/** How even the tissue is under each value of a label map, as the map is and mirrored. */
export interface LabelEvenness {
  /** Standard deviation of HU about the mean of their own value, all labelled voxels together. */
  readonly spreadHu: number;
  /** The mirrored map under which tissue is most even, and the indices along which it is mirrored. */
  readonly bestMirrored: { readonly along: string; readonly spreadHu: number };
}

/** Beyond these all is air, or all is bone. */
const tissueHu = { least: -200, most: 300 } as const;

/**
 * Measures how even tissue is under the values of a label map (same shape and index order as the image) and of its seven
 * mirror images. Of labels that nobody named this is what can be asked: one structure is one tissue. At least one voxel must be labelled.
 */
export function labelEvenness(image: CtVolume, labels: Uint8Array | Uint16Array): LabelEvenness {
  const [n1, n2, n3] = image.geometry.shape;
  const { hu } = image;
  const slots = 65536 * mirrors.length;
  const [counts, sums] = [new Float64Array(65536), new Float64Array(slots)];
  const squares = new Float64Array(mirrors.length);
  for (let at = 0; at < labels.length; at++) {
    const label = labels[at];
    if (label === 0) continue;
    const [i, row] = [at % n1, Math.floor(at / n1)];
    const [j, k] = [row % n2, Math.floor(row / n2)];
    counts[label]++;
    for (const mirror of mirrors) {
      const raw = hu[mirroredIndex(mirror, i, j, k, n1, n2, n3)];
      const value = Math.max(tissueHu.least, Math.min(tissueHu.most, raw));
      sums[label * mirrors.length + mirror] += value;
      squares[mirror] += value * value;
    }
  }
  const voxels = counts.reduce((a, b) => a + b, 0);
  const spreads = mirrors.map((mirror) => {
    let explained = 0;
    for (let label = 1; label < counts.length; label++) {
      if (counts[label] > 0) explained += sums[label * mirrors.length + mirror] ** 2 / counts[label];
    }
    return Math.sqrt(Math.max(0, squares[mirror] - explained) / voxels);
  });
  const best = mirrors.slice(1).reduce((a, b) => (spreads[b] < spreads[a] ? b : a));
  return {
    spreadHu: spreads[0],
    bestMirrored: { along: namesOf(best), spreadHu: spreads[best] },
  };
}

/** The indices along which a mirror image is mirrored, for people. */
function namesOf(mirror: number): string {
  return [...'ijk'].filter((_, axis) => mirror & (1 << axis)).join(' and ');
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
