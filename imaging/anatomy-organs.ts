import type { Organ } from '../domain/organ.js';
import type { Evidence } from './anatomy.js';
import type { CoarseGrid } from './coarse-scan.js';
import type { Torso } from './torso.js';

/** An organ on a coarse grid in patient order; lengths are in cells. */
export interface OrganPlace {
  readonly organ: Organ;
  readonly centre: readonly [x: number, y: number, z: number];
  /** Mean front–back and height of the part that reaches farthest left, and of the one that reaches farthest right. */
  readonly leftEnd: readonly [y: number, z: number];
  readonly rightEnd: readonly [y: number, z: number];
}

/** Fewer cells than this say nothing about where an organ lies. */
const leastCells = 40;
/** The part of an organ's voxels that counts as its end. */
const endPart = 0.15;
/** How far organs lie from the spine, or from the body's middle, of its half width or depth, to be sure. */
const sure = { liverRight: 0.2, spleenLeft: 0.3, kidneyBehind: 0.15, pancreasBefore: 0.25 } as const;
/** How far apart organs lie, in mm, to be sure. */
const apartMm = { leftRight: 60, frontBack: 20, heights: 25, lobeForward: 20, lobeUp: 16 } as const;

/** Where an organ lies; `inside` is above 0 in it. Undefined where there is too little of it. */
export function organPlace(
  organ: Organ,
  inside: (cell: number) => boolean,
  { shape: [nx, ny, nz] }: CoarseGrid,
): OrganPlace | undefined {
  const cells: [number, number, number][] = [];
  for (let n = 0; n < nx * ny * nz; n++) {
    if (inside(n)) cells.push([n % nx, Math.floor(n / nx) % ny, Math.floor(n / (nx * ny))]);
  }
  if (cells.length < leastCells) return undefined;
  // Whole columns at the bounds, so that a mirrored organ has the same ends.
  const xs = Int32Array.from(cells, ([x]) => x).sort();
  const count = Math.floor(endPart * cells.length);
  const [low, high] = [xs[count], xs[cells.length - 1 - count]];
  const means = (chosen: readonly (readonly [number, number, number])[], axis: 0 | 1 | 2): number =>
    chosen.reduce((sum, cell) => sum + cell[axis], 0) / chosen.length;
  const end = (chosen: typeof cells): [number, number] => [means(chosen, 1), means(chosen, 2)];
  return {
    organ,
    centre: [means(cells, 0), means(cells, 1), means(cells, 2)],
    leftEnd: end(cells.filter(([x]) => x <= low)),
    rightEnd: end(cells.filter(([x]) => x >= high)),
  };
}

/**
 * What one organ says in the trunk that it lies in: liver right of the spine, its left lobe farther forward and up,
 * spleen left, both kidneys in the back half, pancreas in front of the spine.
 */
export function organInTorso(
  place: OrganPlace,
  { spine, centre, half }: Torso,
  { cellMm }: CoarseGrid,
): Evidence[] {
  const [x, y] = place.centre;
  const [middle, depth] = [spine?.[0] ?? centre[0], spine?.[1]];
  const toTheRight = (x - middle) / half[0];
  if (place.organ === 'spleen') return [side('spleen', -toTheRight / sure.spleenLeft)];
  if (place.organ === 'kidney') {
    return [front('kidneys', (centre[1] - y) / half[1] / sure.kidneyBehind)];
  }
  if (place.organ === 'pancreas') {
    return depth === undefined ? [] : [front('pancreas', (y - depth) / half[1] / sure.pancreasBefore)];
  }
  const [lobe, mass] = toTheRight > 0 ? [place.leftEnd, place.rightEnd] : [place.rightEnd, place.leftEnd];
  const aside = side('liver', toTheRight / sure.liverRight);
  // Which end is the left lobe is only known where the liver is clearly on one side.
  if (Math.abs(aside.margin) < 1) return [aside];
  return [
    aside,
    front('left lobe of the liver', ((lobe[0] - mass[0]) * cellMm[1]) / apartMm.lobeForward),
    { ...height('left lobe of the liver', ((lobe[1] - mass[1]) * cellMm[2]) / apartMm.lobeUp), proof: false },
  ];
}

/**
 * What organs say of each other, without an image: the liver is right of the spleen, liver and pancreas lie before the
 * kidneys, liver and spleen reach higher than they do.
 */
export function organsTogether(places: readonly OrganPlace[], { cellMm }: CoarseGrid): Evidence[] {
  const [liver, kidney, spleen, pancreas] = (['liver', 'kidney', 'spleen', 'pancreas'] as const).map(
    (organ) => places.find((each) => each.organ === organ)?.centre,
  );
  const mm = (a: OrganPlace['centre'], b: OrganPlace['centre'], axis: 0 | 1 | 2): number =>
    (a[axis] - b[axis]) * cellMm[axis];
  return [
    ...(liver && spleen ? [side('liver and spleen', mm(liver, spleen, 0) / apartMm.leftRight)] : []),
    ...(pancreas && kidney
      ? [front('pancreas and kidneys', mm(pancreas, kidney, 1) / apartMm.frontBack)]
      : []),
    ...(liver && kidney ? [front('liver and kidneys', mm(liver, kidney, 1) / apartMm.frontBack)] : []),
    ...(liver && kidney ? [height('liver and kidneys', mm(liver, kidney, 2) / apartMm.heights)] : []),
    ...(spleen && kidney ? [height('spleen and kidneys', mm(spleen, kidney, 2) / apartMm.heights)] : []),
  ];
}

function side(from: string, margin: number): Evidence {
  return { axis: 'left-right', from, margin, proof: true };
}

function front(from: string, margin: number): Evidence {
  return { axis: 'anterior-posterior', from, margin, proof: true };
}

function height(from: string, margin: number): Evidence {
  return { axis: 'superior-inferior', from, margin, proof: true };
}
