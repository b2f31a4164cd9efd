import { seededRandom } from '../imaging/random.js';

/** A made case: slices along the first axis, as KiTS19 stores them. */
export interface MadeCase {
  readonly name: string;
  readonly slices: number;
  readonly rows: number;
  readonly sliceMm: number;
  readonly pixelMm: number;
  readonly seed: number;
}

/** An organ-like body: an ellipsoid with bumps, less another ellipsoid; lengths in mm, order z, y, x. */
interface Body {
  readonly label: number;
  readonly centreMm: readonly [number, number, number];
  readonly radiiMm: readonly [number, number, number];
  readonly bumps: number;
  readonly phase: number;
  /** Where the hilum is cut out, relative to the centre in radii; none for tumours. */
  readonly notch?: readonly [number, number, number];
}

/** Truth (1 kidney, 2 tumour) and a prediction of it, both `slices × rows × rows`, slices fastest. */
export function makeKidneys(made: MadeCase): { truth: Uint8Array; prediction: Uint8Array } {
  const random = seededRandom(made.seed);
  const truth = bodies(made, random);
  const prediction = truth.map((body) => perturbed(body, random));
  // A false positive far from everything, as networks leave them.
  prediction.push({ ...truth[0], radiiMm: [6, 7, 8], centreMm: shifted(truth[0].centreMm, [15, -60, 10]) });
  return { truth: draw(made, truth, 0), prediction: draw(made, prediction, 0.02) };
}

function bodies({ slices, rows, sliceMm, pixelMm }: MadeCase, random: () => number): Body[] {
  const [depth, width] = [slices * sliceMm, rows * pixelMm];
  const sides = [-1, 1].map((side): Body => {
    const at = [depth * 0.5 + 10 * (random() - 0.5), width * 0.55, width / 2 + side * 70] as const;
    const radiiMm = [Math.min(62, depth * 0.42), 29, 27] as const;
    return {
      label: 1,
      centreMm: at,
      radiiMm,
      bumps: 0.04,
      phase: 6 * random(),
      notch: [0, 0.25, -side * 1.05],
    };
  });
  const [first] = sides;
  const tumour: Body = {
    label: 2,
    centreMm: shifted(first.centreMm, [10, 24, -16]),
    radiiMm: [17, 19, 18],
    bumps: 0.08,
    phase: 6 * random(),
  };
  return [...sides, tumour];
}

function perturbed(body: Body, random: () => number): Body {
  const step = (): number => 3 * (random() - 0.5);
  const [z, y, x] = body.radiiMm;
  return {
    ...body,
    centreMm: shifted(body.centreMm, [step(), step(), step()]),
    radiiMm: [z * 0.95, y + step(), x + step()],
    phase: body.phase + 0.5,
  };
}

function shifted(
  [z, y, x]: readonly [number, number, number],
  by: readonly [number, number, number],
): [number, number, number] {
  return [z + by[0], y + by[1], x + by[2]];
}

/** `roughness`: how far, in radii, the border is jagged from voxel to voxel. */
function draw(made: MadeCase, parts: readonly Body[], roughness: number): Uint8Array {
  const { slices, rows, sliceMm, pixelMm } = made;
  const mask = new Uint8Array(slices * rows * rows);
  for (const body of parts) {
    const [zs, ys, xs] = [slices, rows, rows].map((n, axis) => {
      const side = axis === 0 ? sliceMm : pixelMm;
      const reach = body.radiiMm[axis] * (1 + 2 * body.bumps + roughness);
      const low = Math.max(0, Math.floor((body.centreMm[axis] - reach) / side));
      return [low, Math.min(n - 1, Math.ceil((body.centreMm[axis] + reach) / side))];
    });
    for (let x = xs[0]; x <= xs[1]; x++) {
      for (let y = ys[0]; y <= ys[1]; y++) {
        for (let z = zs[0]; z <= zs[1]; z++) {
          const jag = roughness * (((z * 7919 + y * 104729 + x * 1299709) % 97) / 97 - 0.5);
          if (inside(body, z * sliceMm, y * pixelMm, x * pixelMm, jag)) {
            mask[z + slices * (y + rows * x)] = body.label;
          }
        }
      }
    }
  }
  return mask;
}

function inside(body: Body, z: number, y: number, x: number, jag: number): boolean {
  const [a, b, c] = [
    (z - body.centreMm[0]) / body.radiiMm[0],
    (y - body.centreMm[1]) / body.radiiMm[1],
    (x - body.centreMm[2]) / body.radiiMm[2],
  ];
  const wave = Math.sin(5 * a + body.phase) + Math.sin(4 * b - body.phase) * Math.sin(6 * c);
  if (Math.hypot(a, b, c) > 1 + body.bumps * wave + jag) return false;
  const { notch } = body;
  return !notch || Math.hypot((a - notch[0]) / 0.5, b - notch[1], c - notch[2]) > 0.55;
}
