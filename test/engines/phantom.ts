import type { Geometry } from '../../domain/volume.js';
import type { RunContext } from '../../engines/engine.js';
import type { LoadedOrganModel, OrganCase } from '../../engines/organ-engine.js';
import { gaussian, seededRandom } from '../../imaging/random.js';
import type { CtVolume, Mask } from '../../imaging/volume.js';

export type Shape = readonly [number, number, number];

/** A geometry in patient order unless told otherwise; the affine only says what the axis codes say. */
export function geometryOf(shape: Shape, spacingMm: Shape, axisCodes = 'RAS'): Geometry {
  const row = (pair: string): [number, number, number, number] => {
    const entries = [0, 1, 2].map((axis) => {
      const letter = axisCodes[axis];
      return pair.includes(letter) ? spacingMm[axis] * (letter === pair[0] ? 1 : -1) : 0;
    });
    return [entries[0], entries[1], entries[2], 0];
  };
  return {
    shape: [...shape],
    spacingMm: [...spacingMm],
    axisCodes,
    affine: [row('RL'), row('AP'), row('SI')],
    decidedBy: 'sform',
    repairs: [],
  };
}

export interface Phantom {
  readonly image: CtVolume;
  /** The organ: an ellipsoid on the patient's right. */
  readonly mask: Mask;
}

const shape: Shape = [58, 46, 36];
const spacingMm: Shape = [5, 5, 5];

/** Inside of an ellipsoid given in voxels? */
const inEllipsoid = (at: Shape, centre: Shape, radii: Shape) =>
  at.reduce((sum, value, axis) => sum + ((value - centre[axis]) / radii[axis]) ** 2, 0) < 1;

/**
 * A trunk of fat and muscle with spine, lungs at the top, a table below, a bright organ on the right and one on the
 * left that is less so. Size and place of everything vary a little with the seed; noise has a deviation of 15 HU.
 */
export function phantom(seed: number, organHu = 110): Phantom {
  const random = seededRandom(seed);
  const vary = (value: number, by: number) => value + by * (2 * random() - 1);
  const middle: Shape = [vary(29, 1.5), vary(24, 1.5), 18];
  const trunk: Shape = [vary(24, 1.5), vary(17, 1), 200];
  const muscle: Shape = [trunk[0] - 3, trunk[1] - 3, 200];
  const organ: Shape = [middle[0] + vary(9, 1), middle[1] + vary(2, 1), vary(17, 1.5)];
  const radii: Shape = [vary(8, 0.8), vary(8, 0.8), vary(9, 1)];
  const other: Shape = [middle[0] - 11, middle[1] - 3, vary(20, 1)];
  const lungFloor = vary(29, 1);
  const hu = new Int16Array(shape[0] * shape[1] * shape[2]);
  const mask = new Uint8Array(hu.length);
  const valueAt = (at: Shape): number => {
    if (inEllipsoid(at, organ, radii)) return organHu;
    if (inEllipsoid(at, other, [5, 5, 7])) return organHu - 20;
    if (inEllipsoid(at, [middle[0], middle[1] - 11, 18], [3.5, 3.5, 200])) return 350;
    if (at[2] > lungFloor && Math.abs(at[0] - middle[0]) > 4 && inEllipsoid(at, middle, muscle)) return -800;
    if (inEllipsoid(at, middle, muscle)) return 45;
    if (inEllipsoid(at, middle, trunk)) return -100;
    return at[1] === 2 ? -200 : -1000;
  };
  for (let k = 0, n = 0; k < shape[2]; k++) {
    for (let j = 0; j < shape[1]; j++) {
      for (let i = 0; i < shape[0]; i++, n++) {
        hu[n] = Math.round(valueAt([i, j, k]) + gaussian(random, 0, 15));
        mask[n] = inEllipsoid([i, j, k], organ, radii) ? 1 : 0;
      }
    }
  }
  return { image: volumeOf(geometryOf(shape, spacingMm), hu), mask };
}

export function volumeOf(geometry: Geometry, hu: Int16Array): CtVolume {
  return { geometry, hu, minHu: -1100, maxHu: 1000, notFinite: 0 };
}

export function organCases(seeds: readonly number[]): OrganCase[] {
  return seeds.map((seed) => ({ id: `phantom-${seed}`, load: async () => phantom(seed) }));
}

/** Overlap of two masks, 0 to 1. */
export function dsc(one: ArrayLike<number>, other: ArrayLike<number>): number {
  let [both, all] = [0, 0];
  for (let n = 0; n < one.length; n++) {
    both += one[n] > 0 && other[n] > 0 ? 1 : 0;
    all += (one[n] > 0 ? 1 : 0) + (other[n] > 0 ? 1 : 0);
  }
  return all === 0 ? 1 : (2 * both) / all;
}

/** A context that records what it is told. */
export function recording(signal: AbortSignal = new AbortController().signal) {
  const told: { fraction: number; note: string }[] = [];
  const context: RunContext = { signal, progress: (fraction, note) => told.push({ fraction, note }) };
  return { context, told };
}

/** The mask alone. */
export async function predict(model: LoadedOrganModel, image: CtVolume, context: RunContext): Promise<Mask> {
  return (await model.judge(image, context)).mask;
}
