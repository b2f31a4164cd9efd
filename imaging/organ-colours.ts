import type { Organ } from '../domain/organ.js';

/** Colours of the four organs in every viewer, as in the AbdomenCT-1K paper's figures: red, green, blue. */
export const organColour: Readonly<Record<Organ, readonly [number, number, number]>> = {
  liver: [221, 84, 84],
  kidney: [80, 174, 96],
  spleen: [75, 120, 214],
  pancreas: [236, 194, 68],
};
