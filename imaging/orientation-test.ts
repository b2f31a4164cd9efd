import { type Organ, organs, organValue } from '../domain/organ.js';
import type { Geometry } from '../domain/volume.js';
import { type AxisVerdict, verdictsOf } from './anatomy.js';
import { imageEvidence } from './anatomy-image.js';
import { type OrganPlace, organInTorso, organPlace, organsTogether } from './anatomy-organs.js';
import { coarseSampling, sampled } from './coarse-scan.js';
import { findTorso } from './torso.js';
import type { CtVolume, Mask } from './volume.js';

/**
 * Whether an image's anatomy lies as its geometry says, axis by axis, without any model; masks of organs on the
 * image's grid say more. Works on samples about 4 mm apart, so that it costs milliseconds. Unsure where nothing looks
 * like a trunk; a true spacing is not needed. A patient with mirrored organs (situs inversus) looks mirrored.
 */
export function testOrientation(
  { geometry, hu }: CtVolume,
  known: readonly { readonly organ: Organ; readonly mask: Mask }[] = [],
): AxisVerdict[] {
  const grid = coarseSampling(geometry);
  const coarse = sampled(grid, hu);
  const torso = findTorso(coarse, grid);
  if (torso === undefined) return verdictsOf([]);
  const evidence = imageEvidence(coarse, grid, torso);
  const places = known.flatMap(({ organ, mask }): OrganPlace[] => {
    const coarseMask = sampled(grid, mask);
    const place = organPlace(organ, (cell) => coarseMask[cell] > 0, grid);
    return place === undefined ? [] : [place];
  });
  const inTorso = places.flatMap((place) => organInTorso(place, torso, grid));
  return verdictsOf([...evidence, ...inTorso, ...organsTogether(places, grid)]);
}

/** The same from a map of several organs alone (0 to 4 as `organValue` has them): how they lie to each other. */
export function testLabelOrientation(labelMap: Uint8Array, geometry: Geometry): AxisVerdict[] {
  const grid = coarseSampling(geometry);
  const coarse = sampled(grid, labelMap);
  const places = organs.flatMap((organ): OrganPlace[] => {
    const place = organPlace(organ, (cell) => coarse[cell] === organValue[organ], grid);
    return place === undefined ? [] : [place];
  });
  return verdictsOf(organsTogether(places, grid));
}
