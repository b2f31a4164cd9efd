import type { Collection } from '../../domain/collection.js';
import type { Random } from '../../imaging/random.js';
import type { Anatomy, Variation } from './anatomy.js';
import { type Bead, ellipsoid, ellipsoidField, type Point, type Shape, tube, where } from './shape.js';
import type { Tissue } from './tissue.js';

/** Solids of one tissue, painted over visceral fat and over what was painted before them. */
export interface Part {
  readonly tissue: Tissue;
  readonly shapes: readonly Shape[];
  /** Paint nowhere but over this tissue (and later ones): tumours and vessels that stay inside an organ. */
  readonly over?: Tissue;
}

const plus = (a: Point, b: Point): Point => [a[0] + b[0], a[1] + b[1], a[2] + b[2]];
const times = (a: Point, factor: number): Point => [a[0] * factor, a[1] * factor, a[2] * factor];

/** Right lobe under the right dome, left lobe across the midline, an oblique lower surface that hangs at the right. */
export function liverParts({ liver, leftLobe, liverTipMm }: Anatomy): Part[] {
  const right = ellipsoid(plus([66, 2, 16], liver.shiftMm), times([67, 84, 84], liver.size));
  const left = ellipsoid(plus([8, 44, 42], liver.shiftMm), times([52 + 34 * leftLobe, 40, 33], liver.size));
  const hilum = ellipsoidField([20, 4, 2], [20, 22, 20]);
  const [dx, , dz] = liver.shiftMm;
  const belongs: Shape['inside'] = (x, y, z) => {
    const lowerSurface = liverTipMm + dz + 0.62 * Math.max(0, 106 + dx - x) - 0.22 * y;
    // The spine's side and, lower down, the bed of the kidney: nothing of the liver lies behind it.
    const bedWidth = 16 + Math.max(0, Math.min(62, 1.2 * (60 - z)));
    const behind = ((x - 18) / bedWidth) ** 2 + ((y + 84) / 60) ** 2 < 1 || (x < 26 && y < -24);
    return z > Math.min(lowerSurface, 34) && !behind && hilum(x, y, z) > 1;
  };
  const vessels = hepaticTrees.map((beads): Part => {
    const moved = beads.map(({ at, radiusMm }) => ({ at: plus(at, liver.shiftMm), radiusMm }));
    return { tissue: 'hepaticVessel', shapes: tube(moved), over: 'liver' };
  });
  return [{ tissue: 'liver', shapes: [where(right, belongs), where(left, belongs)] }, ...vessels];
}

const bead = (radiusMm: number, x: number, y: number, z: number): Bead => ({ at: [x, y, z], radiusMm });

/** Three hepatic veins that meet below the diaphragm and the two portal branches. */
const hepaticTrees: readonly (readonly Bead[])[] = [
  [bead(6, 24, -4, 62), bead(5, 58, 0, 50), bead(3.2, 98, -8, 22)],
  [bead(6, 24, 0, 62), bead(4.5, 46, 36, 44), bead(3, 58, 62, 18)],
  [bead(6, 22, 4, 62), bead(4, 2, 34, 50), bead(3, -22, 52, 42)],
  [bead(7, 26, 4, 14), bead(5, 58, 6, 12), bead(3, 92, 24, 0)],
  [bead(5, 52, 4, 14), bead(4, 76, -26, 10), bead(3, 94, -44, 0)],
];

/** A crescent between the left wall and the stomach: one ellipsoid less another. */
export function spleenParts({ spleen }: Anatomy): Part[] {
  const body = ellipsoid(plus([-94, -32, 30], spleen.shiftMm), times([43, 60, 60], spleen.size));
  const dent = ellipsoidField(plus([-46, -4, 24], spleen.shiftMm), [38, 49, 74]);
  return [{ tissue: 'spleen', shapes: [where(body, (x, y, z) => dent(x, y, z) > 1)] }];
}

interface KidneyFrame {
  readonly centre: Point;
  readonly radiiMm: Point;
  readonly turn: { readonly turnDeg: number; readonly leanDeg: number };
  /** 1 for the patient's right. */
  readonly side: 1 | -1;
}

/** The right kidney lies about 18 mm lower than the left one. */
function kidneyFrame(anatomy: Anatomy, side: 1 | -1): KidneyFrame {
  const variation: Variation = side === 1 ? anatomy.rightKidney : anatomy.leftKidney;
  const mean: Point = side === 1 ? [60, -41, -21] : [-60, -40, -3];
  return {
    centre: plus(mean, variation.shiftMm),
    radiiMm: times([25, 30, 55], variation.size),
    turn: { turnDeg: side * 30, leanDeg: side * -11 },
    side,
  };
}

/** Bean, cortex over medulla, with the fatty sinus open to the front and the midline; fat around it. */
export function kidneyParts(anatomy: Anatomy, side: 1 | -1): Part[] {
  const { centre, radiiMm, turn } = kidneyFrame(anatomy, side);
  const field = ellipsoidField(centre, radiiMm, turn);
  const column = (x: number, y: number, z: number): boolean =>
    Math.sin(5 * Math.atan2(y - centre[1], x - centre[0])) * Math.cos((z - centre[2]) * 0.22) > 0.55;
  const medulla = where(
    ellipsoid(centre, radiiMm, turn),
    (x, y, z) => field(x, y, z) < 0.55 && !column(x, y, z),
  );
  const hilum = plus(centre, [-side * 17, 11, 0]);
  const vein = [
    bead(5.5, ...hilum),
    bead(5, side * 30, -18, centre[2] + 6),
    bead(5, side * 16, -12, centre[2] + 8),
  ];
  const gerota: Point = [radiiMm[0] + 8, radiiMm[1] + 7, radiiMm[2] + 9];
  return [
    { tissue: 'perirenalFat', shapes: [ellipsoid(centre, gerota, turn)] },
    { tissue: 'renalCortex', shapes: [ellipsoid(centre, radiiMm, turn)] },
    { tissue: 'renalMedulla', shapes: [medulla] },
    { tissue: 'renalSinus', shapes: [ellipsoid(hilum, [16, 9, 25], { turnDeg: side * -33 })] },
    { tissue: 'renalVessel', shapes: tube(vein) },
  ];
}

/** Centre line from the head (right, low) over the arched neck to the tail (left, high). */
export function pancreasBeads(anatomy: Anatomy): Bead[] {
  const { pancreas, tailLiftMm, archMm } = anatomy;
  const random = anatomy.chance('pancreas');
  const jitter = (): number => 5 * (random() - 0.5);
  const course: readonly (readonly [number, number, number, number])[] = [
    [13, 30, 8, 0],
    [18, 36, 12, 0.16],
    [15, 26, 13, 0.42],
    [10, 10, 14 + 0.75 * archMm, 0.58],
    [11, -14, 10 + archMm, 0.72],
    [11.5, -38, 4, 0.86],
    [11.5, -60, -10, 0.95],
    [9.5, -77, -24, 1],
  ];
  return course.map(([radius, x, y, rise]) => ({
    at: plus(pancreas.shiftMm, [x + jitter(), y + jitter(), -32 + rise * tailLiftMm + jitter()]),
    radiusMm: radius * pancreas.size * (0.88 + 0.24 * random()),
  }));
}

/** Tumours of the collection's own organ; collections without tumour labels get none. */
export function tumourParts(collection: Collection, anatomy: Anatomy): Part[] {
  const random = anatomy.chance('tumours');
  if (collection === 'lits') return liverTumours(anatomy, random);
  if (collection === 'kits19') return [kidneyTumour(anatomy, random)];
  return collection === 'msd-pancreas' ? [pancreasTumour(anatomy, random)] : [];
}

function lump(centre: Point, radiusMm: number, random: Random): Shape {
  const radius = (): number => radiusMm * (0.85 + 0.3 * random());
  return ellipsoid(centre, [radius(), radius(), radius()], { turnDeg: 90 * random() });
}

/** One to four, the first always well inside the right lobe. */
function liverTumours({ liver }: Anatomy, random: Random): Part[] {
  const count = 1 + Math.floor(4 * random());
  return Array.from({ length: count }, (_, i): Part => {
    const reach = i === 0 ? 0.35 : 0.75;
    const from = (low: number, high: number): number => low + (high - low) * (0.5 + reach * (random() - 0.5));
    const centre = plus([from(38, 112), from(-62, 66), from(-20, 62)], liver.shiftMm);
    const radiusMm = i === 0 ? 9 + 12 * random() : 6 + 8 * random();
    return { tissue: 'liverTumour', shapes: [lump(centre, radiusMm, random)], over: 'liver' };
  });
}

/** On the outer side of one kidney, half of it bulging out. */
function kidneyTumour(anatomy: Anatomy, random: Random): Part {
  const { centre, radiiMm, side } = kidneyFrame(anatomy, random() < 0.5 ? 1 : -1);
  const height = 60 * (random() - 0.5);
  const outward = 0.9 * radiiMm[0] * Math.sqrt(1 - (height / radiiMm[2]) ** 2);
  const at = plus(centre, [side * (outward - 0.19 * height), 8 * (random() - 0.5), height]);
  return { tissue: 'kidneyTumour', shapes: [lump(at, 11 + 13 * random(), random)] };
}

/** Mostly in the head, as such tumours are. */
function pancreasTumour(anatomy: Anatomy, random: Random): Part {
  const beads = pancreasBeads(anatomy);
  const { at } = beads[random() < 0.7 ? 1 : 5];
  return { tissue: 'pancreasTumour', shapes: [lump(at, 9 + 7 * random(), random)] };
}
