import { PlusctError } from '../../domain/errors.js';
import type { Organ } from '../../domain/organ.js';
import type { CubicGrid } from '../../imaging/resample.js';
import { align } from './alignment.js';
import type { AtlasModel, Exemplar } from './model.js';
import { cropValues, type Picture, toBytes } from './picture.js';
import type { PreparedCase } from './preparation.js';
import { alignedBox, boxOfGrid, cropPicture, organBoxMm } from './region.js';
import { type Level, register } from './registration.js';
import { warp } from './warp.js';

/** How far around the organ the template reaches, and how far beyond it a case is read. */
const regionMarginMm = 36;
const readingMarginMm = 30;

/** An organ's share, of 255, from which a voxel counts as organ. */
const half = 128;

/** Coarse to fine. A finer level costs half of the time and gained nothing: prediction settles the edges. */
const trainingLevels: readonly Level[] = [
  { spacingMm: 12, rounds: 20 },
  { spacingMm: 6, rounds: 20 },
];

/** Deforms every case onto the most typical one. Throws `InvalidInput` when no case shows the organ. */
export function trainAtlas(
  organ: Organ,
  cases: readonly PreparedCase[],
  report: (fraction: number, note: string) => void,
): AtlasModel {
  const usable = cases.filter((one) => one.organVoxels > 0);
  if (usable.length === 0) {
    const remedy = 'give at least one case whose mask is not empty';
    throw new PlusctError('InvalidInput', `none of the training cases shows the ${organ}: ${remedy}`);
  }
  const reference = mostTypical(usable);
  const box = organBoxMm(reference.organ, reference.scan.work.grid, half);
  const region = cropPicture(reference.scan.work, box, regionMarginMm);
  const exemplars = usable.map((one, index) => {
    const exemplar =
      one === reference ? ownExemplar(reference, region.grid) : fitCase(reference, region, one);
    report((index + 1) / usable.length, `deformed ${one.id} onto ${reference.id}`);
    return exemplar;
  });
  return { organ, overview: reference.scan.overview, region: region.grid, exemplars };
}

/** The case whose organ is whole (touches fewest faces) and nearest to the median volume; first of equals. */
function mostTypical(cases: readonly PreparedCase[]): PreparedCase {
  const volumes = cases.map((one) => one.organVoxels).sort((one, other) => one - other);
  const median = volumes[Math.floor(volumes.length / 2)];
  const strangeness = (one: PreparedCase) =>
    one.facesTouched * 1000 + Math.abs(Math.log(one.organVoxels / median));
  return cases.reduce((best, one) => (strangeness(one) < strangeness(best) ? one : best));
}

function ownExemplar(reference: PreparedCase, region: CubicGrid): Exemplar {
  const box = boxOfGrid(region);
  const { grid, values } = reference.scan.work;
  const organ = cropValues(Float32Array.from(reference.organ), grid, box.fromMm, box.toMm);
  return {
    id: reference.id,
    values: toBytes(cropValues(values, grid, box.fromMm, box.toMm).values),
    organ: toBytes(organ.values),
  };
}

function fitCase(reference: PreparedCase, region: Picture, one: PreparedCase): Exemplar {
  const alignment = align(reference.scan.overview, one.scan.overview);
  const moving = cropPicture(one.scan.work, alignedBox(boxOfGrid(region.grid), alignment), readingMarginMm);
  const mapping = register(region, moving, alignment, trainingLevels);
  const values = warp(moving.values, moving.grid, mapping);
  const organ = warp(one.organ, one.scan.work.grid, mapping);
  const bytes = toBytes(values.values);
  for (let n = 0; n < bytes.length; n++) {
    bytes[n] = values.seen[n] ? Math.max(1, bytes[n]) : 0;
    if (!values.seen[n]) organ.values[n] = 0;
  }
  return { id: one.id, values: bytes, organ: toBytes(organ.values) };
}
