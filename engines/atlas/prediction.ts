import { rasView, resample } from '../../imaging/resample.js';
import type { CtVolume } from '../../imaging/volume.js';
import type { JudgedMask } from '../organ-engine.js';
import { type Alignment, align } from './alignment.js';
import { doubtOf } from './doubt.js';
import { fuse, meanOrgan, meanPicture } from './fusion.js';
import { evidence, type IntensityModel, learnIntensity } from './intensity.js';
import type { AtlasModel } from './model.js';
import { drawMask } from './outline.js';
import type { Picture } from './picture.js';
import { prepareScan } from './preparation.js';
import { alignedBox, cropPicture, organBoxMm } from './region.js';
import { type Level, register } from './registration.js';
import { boxMean, lightMean } from './smoothing.js';

/** How far around the aligned organ the scan is looked at: the largest deformation that can be followed. */
const regionMarginMm = 24;
/** An organ's mean share, of 255, from which a voxel belongs to the aligned organ. */
const faint = 10;

/** Coarse to fine; the last level only settles edges. */
const predictionLevels: readonly Level[] = [
  { spacingMm: 12, rounds: 30 },
  { spacingMm: 6, rounds: 25 },
  { spacingMm: 3, rounds: 4 },
];

/** Weights of a voxel's own value and of its neighbourhood, in log-odds; the exemplars' vote has weight 1. */
const evidenceWeight = 0.5;
const neighbourWeight = 1.5;
const rounds = 2;
/** The exemplars' vote is never taken as certain. */
const leastChance = 0.003;

/** Finds the model's organ in a scan, and says how sure it is. Throws `InvalidInput` when the scan holds no body. */
export function predictOrgan(
  model: AtlasModel,
  image: CtVolume,
  report: (fraction: number, note: string) => void,
): JudgedMask {
  const scan = prepareScan(image);
  report(0.1, 'resampled and found the body');
  const alignment = align(scan.overview, model.overview);
  report(0.25, 'aligned with the template');
  const organ = organBoxMm(meanOrgan(model.exemplars), model.region, faint);
  const fixed = cropPicture(scan.work, alignedBox(organ, inverse(alignment)), regionMarginMm);
  const mapping = register(fixed, meanPicture(model.exemplars, model.region), alignment, predictionLevels);
  report(0.7, 'deformed the template');
  const { chance, votes } = fuse(fixed, model.exemplars, model.region, mapping);
  report(0.85, `fused ${model.exemplars.length} labels`);
  const hu = resample(image.hu, rasView(image.geometry), fixed.grid);
  const { belief, intensity } = weigh(lightMean(hu, fixed.grid.shape), chance, fixed);
  const mask = drawMask(image, belief, fixed.grid, intensity, model.organ);
  return { mask, doubt: doubtOf(belief, votes, fixed.grid.shape) };
}

/** Log-odds of the organ from the exemplars' vote, the voxel's value and its neighbours, learnt and applied in turns. */
function weigh(
  hu: Float32Array,
  chance: Float32Array,
  fixed: Picture,
): { belief: Float32Array; intensity: IntensityModel } {
  const belief = new Float32Array(chance.length);
  let now = chance;
  let intensity = learnIntensity(hu, now);
  for (let round = 0; round < rounds; round++) {
    const around = boxMean(now, fixed.grid.shape, 1);
    const next = new Float32Array(chance.length);
    for (let n = 0; n < chance.length; n++) {
      const vote = Math.min(1 - leastChance, Math.max(leastChance, chance[n]));
      belief[n] =
        Math.log(vote / (1 - vote)) +
        evidenceWeight * evidence(intensity, hu[n]) +
        neighbourWeight * (2 * around[n] - 1);
      next[n] = 1 / (1 + Math.exp(-belief[n]));
    }
    now = next;
    intensity = learnIntensity(hu, now);
  }
  return { belief, intensity };
}

function inverse({ scale, shiftMm }: Alignment): Alignment {
  return {
    scale: [1 / scale[0], 1 / scale[1], 1 / scale[2]],
    shiftMm: [-shiftMm[0] / scale[0], -shiftMm[1] / scale[1], -shiftMm[2] / scale[2]],
  };
}
