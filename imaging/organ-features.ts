import type { AnatomyFaults, OrganFeatures } from '../domain/expected-error.js';
import type { Organ } from '../domain/organ.js';
import { findComponents, holeVoxels } from './components.js';
import { type Box, boxSize, cropMask, maskBox, type Triple } from './mask-box.js';
import { testOrientation } from './orientation-test.js';
import type { CtVolume, Mask } from './volume.js';

/** Parts that an organ may have: on thick slices the neck of a pancreas is easily lost. */
const partsOf: Readonly<Record<Organ, number>> = { liver: 1, kidney: 2, spleen: 1, pancreas: 2 };
/** What `organInTorso` calls each organ. */
const placeNames: Readonly<Record<Organ, string>> = {
  liver: 'liver',
  kidney: 'kidneys',
  spleen: 'spleen',
  pancreas: 'pancreas',
};

/** Size, tone and form of one organ in its image; undefined for an empty mask, or where voxel sides are not known. */
export function organFeatures({ geometry, hu }: CtVolume, mask: Mask): OrganFeatures | undefined {
  const { shape, spacingMm, spacingUnknown } = geometry;
  const box = maskBox(mask, shape);
  if (box === undefined || spacingUnknown) return undefined;
  const { voxels, mean, sd } = toneInside(hu, mask, shape, box);
  const size = boxSize(box);
  const voxelMl = (spacingMm[0] * spacingMm[1] * spacingMm[2]) / 1000;
  return {
    lnVolumeMl: Math.log(voxels * voxelMl),
    meanHu: mean,
    sdHu: sd,
    fill: voxels / (size[0] * size[1] * size[2]),
    lnDiagonalMm: Math.log(
      Math.hypot(size[0] * spacingMm[0], size[1] * spacingMm[1], size[2] * spacingMm[2]),
    ),
  };
}

function toneInside(hu: Int16Array, mask: Mask, [n1, n2]: Triple, { low, high }: Box) {
  let [voxels, sum, squares] = [0, 0, 0];
  for (let k = low[2]; k < high[2]; k++) {
    for (let j = low[1]; j < high[1]; j++) {
      const row = n1 * (j + n2 * k);
      for (let n = row + low[0]; n < row + high[0]; n++) {
        if (mask[n] === 0) continue;
        voxels++;
        sum += hu[n];
        squares += hu[n] * hu[n];
      }
    }
  }
  const mean = sum / voxels;
  return { voxels, mean, sd: Math.sqrt(Math.max(0, squares / voxels - mean * mean)) };
}

/** Looks at one mask on its image; an empty one has no faults of form. */
export function anatomyFaults(image: CtVolume, organ: Organ, mask: Mask): AnatomyFaults {
  const { shape } = image.geometry;
  const box = maskBox(mask, shape);
  if (box === undefined) return { stray: 0, holes: 0, uneven: 0, misplaced: 0 };
  const crop = cropMask(mask, shape, box);
  const size = boxSize(box);
  const { voxels } = findComponents(crop, size);
  const all = voxels.reduce((sum, each) => sum + each, 0);
  const main = voxels.slice(0, partsOf[organ]).reduce((sum, each) => sum + each, 0);
  const evidence = testOrientation(image, [{ organ, mask }]).flatMap((each) => each.evidence);
  const margins = evidence.filter(({ from }) => from === placeNames[organ]).map(({ margin }) => margin);
  return {
    stray: 1 - main / all,
    holes: Math.min(1, holeVoxels(crop, size) / all),
    uneven: organ === 'kidney' ? 1 - (voxels[1] ?? 0) / voxels[0] : 0,
    misplaced: Math.min(1, Math.max(0, ...margins.map((margin) => -margin))),
  };
}
