import type { Organ } from '../../../domain/organ.js';

type Rgb = readonly [number, number, number];

/** Colours of the AbdomenCT-1K paper's figures, as in every picture and bundle of plusct. */
export const organColours: Readonly<Record<Organ, Rgb>> = {
  liver: [221, 84, 84],
  kidney: [80, 174, 96],
  spleen: [75, 120, 214],
  pancreas: [236, 194, 68],
};
/** Turquoise and magenta: apart from each other for every kind of colour vision, and from the organs. */
export const addedColour: Rgb = [40, 224, 224];
export const removedColour: Rgb = [255, 70, 190];

export function css([red, green, blue]: Rgb): string {
  return `rgb(${red} ${green} ${blue})`;
}

/** The overlay's colours by value: 0 nothing, 1–4 the organs, 5 added, 6 removed. */
export function overlayColours() {
  const all: readonly Rgb[] = [
    [0, 0, 0],
    organColours.liver,
    organColours.kidney,
    organColours.spleen,
    organColours.pancreas,
    addedColour,
    removedColour,
  ];
  return {
    R: all.map(([red]) => red),
    G: all.map(([, green]) => green),
    B: all.map(([, , blue]) => blue),
    A: all.map((_, value) => (value === 0 ? 0 : 255)),
    I: all.map((_, value) => value),
  };
}
