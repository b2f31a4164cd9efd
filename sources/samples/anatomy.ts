import { gaussian, type Random, seededRandom } from '../../imaging/random.js';
import type { Point } from './shape.js';

/** One smooth wave of the field that bends a body: displacement along `axis` in millimetres. */
export interface Wave {
  readonly axis: 0 | 1 | 2;
  readonly amplitudeMm: number;
  /** Radians per millimetre along x, y and z. */
  readonly frequency: Point;
  readonly phase: Point;
}

/** How one organ differs from the average: moved by `shiftMm`, its radii multiplied by `size`. */
export interface Variation {
  readonly shiftMm: Point;
  readonly size: number;
}

/** What makes one body differ from another. All lengths are those of the average body before `scale`. */
export interface Anatomy {
  readonly scale: Point;
  /** Turns about x, y and z. */
  readonly rotationDeg: Point;
  /** Where the body's middle lies in the field of view. */
  readonly centreMm: Point;
  readonly fatMm: number;
  readonly waves: readonly Wave[];
  readonly liver: Variation;
  /** 0 small … 1 reaching far to the patient's left. */
  readonly leftLobe: number;
  /** How low the right lobe hangs. */
  readonly liverTipMm: number;
  readonly rightKidney: Variation;
  readonly leftKidney: Variation;
  readonly spleen: Variation;
  readonly pancreas: Variation;
  /** Extra lift of the tail against the head. */
  readonly tailLiftMm: number;
  /** How far the neck arches forward. */
  readonly archMm: number;
  readonly stomach: Variation;
  readonly diaphragmMm: number;
  /** Uniform numbers for what has no name: bowel loops, vessels, tumours. */
  readonly chance: (purpose: string) => Random;
}

/** Normal numbers held to two standard deviations, so that no body is impossible. */
function spread(random: Random, deviation: number, mean = 0): number {
  return mean + deviation * Math.max(-2, Math.min(2, gaussian(random)));
}

const spreadPoint = (random: Random, x: number, y: number, z: number): Point => [
  spread(random, x),
  spread(random, y),
  spread(random, z),
];

const vary = (random: Random, shift: Point, size: number): Variation => ({
  shiftMm: spreadPoint(random, ...shift),
  size: spread(random, size, 1),
});

/** The body that belongs to a seed. Pure: same seed, same body. */
export function drawAnatomy(seed: string): Anatomy {
  const random = seededRandom(`${seed}/anatomy`);
  const overall = spread(random, 0.045, 1);
  return {
    scale: [spread(random, 0.025, overall), spread(random, 0.025, overall), spread(random, 0.03, overall)],
    rotationDeg: spreadPoint(random, 1.5, 1.5, 2.5),
    centreMm: spreadPoint(random, 3.5, 3, 8),
    fatMm: 8 + 14 * random(),
    waves: drawWaves(random),
    liver: vary(random, [4, 4, 5], 0.06),
    leftLobe: random(),
    liverTipMm: spread(random, 9, -68),
    rightKidney: vary(random, [4, 4, 8], 0.08),
    leftKidney: vary(random, [4, 4, 8], 0.08),
    spleen: vary(random, [3, 5, 7], 0.1),
    pancreas: vary(random, [4, 4, 6], 0.1),
    tailLiftMm: spread(random, 8, 48),
    archMm: spread(random, 5, 14),
    stomach: vary(random, [6, 5, 6], 0.12),
    diaphragmMm: spread(random, 5),
    chance: (purpose) => seededRandom(`${seed}/${purpose}`),
  };
}

/** Two waves per axis, 140 to 300 mm long: enough to bend organs, too slow to fold them. */
function drawWaves(random: Random): Wave[] {
  const frequency = (): number => (2 * Math.PI) / (140 + 160 * random());
  const phase = (): number => 2 * Math.PI * random();
  const axes = [0, 0, 1, 1, 2, 2] as const;
  return axes.map((axis) => ({
    axis,
    amplitudeMm: spread(random, 1.2, axis === 2 ? 4.5 : 3.5),
    frequency: [frequency(), frequency(), frequency()],
    phase: [phase(), phase(), phase()],
  }));
}
