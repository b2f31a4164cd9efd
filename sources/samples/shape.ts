/** Millimetres in the phantom's own frame: x to the patient's right, y to the front, z to the head. */
export type Point = readonly [number, number, number];

/** A solid: a box that holds it and a test for points inside. */
export interface Shape {
  readonly low: Point;
  readonly high: Point;
  readonly inside: (x: number, y: number, z: number) => boolean;
}

/** A point on a tube's centre line with the tube's radius there. */
export interface Bead {
  readonly at: Point;
  readonly radiusMm: number;
}

interface EllipsoidOptions {
  /** Turn about the z axis (x towards y), then about the y axis (z towards x), degrees. */
  readonly turnDeg?: number;
  readonly leanDeg?: number;
}

const degrees = Math.PI / 180;

/**
 * Squared distance from an ellipsoid's centre in units of its radii: 1 on the surface, below 1 inside.
 * `radiiMm` are along the ellipsoid's own axes, turned and leant as `EllipsoidOptions` says.
 */
export function ellipsoidField(
  centre: Point,
  radiiMm: Point,
  { turnDeg = 0, leanDeg = 0 }: EllipsoidOptions = {},
): (x: number, y: number, z: number) => number {
  const [ct, st] = [Math.cos(turnDeg * degrees), Math.sin(turnDeg * degrees)];
  const [cl, sl] = [Math.cos(leanDeg * degrees), Math.sin(leanDeg * degrees)];
  const [cx, cy, cz] = centre;
  const [rx, ry, rz] = radiiMm;
  return (x, y, z) => {
    const dx = x - cx;
    const dy = y - cy;
    const dz = z - cz;
    const ux = cl * dx - sl * dz;
    const uz = sl * dx + cl * dz;
    const vx = ct * ux + st * dy;
    const vy = ct * dy - st * ux;
    return (vx / rx) ** 2 + (vy / ry) ** 2 + (uz / rz) ** 2;
  };
}

/** A solid ellipsoid; see `ellipsoidField`. */
export function ellipsoid(centre: Point, radiiMm: Point, options: EllipsoidOptions = {}): Shape {
  const field = ellipsoidField(centre, radiiMm, options);
  const turned = options.turnDeg !== undefined || options.leanDeg !== undefined;
  const reach = turned ? Math.max(...radiiMm) : 0;
  const [rx, ry, rz] = radiiMm.map((radius) => Math.max(radius, reach));
  return {
    low: [centre[0] - rx, centre[1] - ry, centre[2] - rz],
    high: [centre[0] + rx, centre[1] + ry, centre[2] + rz],
    inside: (x, y, z) => field(x, y, z) <= 1,
  };
}

export function ball([cx, cy, cz]: Point, radiusMm: number): Shape {
  const limit = radiusMm * radiusMm;
  return {
    low: [cx - radiusMm, cy - radiusMm, cz - radiusMm],
    high: [cx + radiusMm, cy + radiusMm, cz + radiusMm],
    inside: (x, y, z) => (x - cx) * (x - cx) + (y - cy) * (y - cy) + (z - cz) * (z - cz) <= limit,
  };
}

/** A shape cut down by a further condition. */
export function where(shape: Shape, keep: (x: number, y: number, z: number) => boolean): Shape {
  return { ...shape, inside: (x, y, z) => shape.inside(x, y, z) && keep(x, y, z) };
}

/** A tube through the beads, as the balls that make it up: a smooth centre line whose radius changes along it. */
export function tube(beads: readonly Bead[], stepsPerBead = 6): readonly Shape[] {
  return smoothLine(beads, stepsPerBead).map(({ at, radiusMm }) => ball(at, radiusMm));
}

/** Beads along the Catmull–Rom curve through the given ones, ends included. */
function smoothLine(beads: readonly Bead[], stepsPerBead: number): Bead[] {
  const line: Bead[] = [];
  for (let i = 0; i + 1 < beads.length; i++) {
    const around = [
      beads[Math.max(0, i - 1)],
      beads[i],
      beads[i + 1],
      beads[Math.min(beads.length - 1, i + 2)],
    ];
    for (let step = 0; step < stepsPerBead; step++) line.push(beadBetween(around, step / stepsPerBead));
  }
  line.push(beads[beads.length - 1]);
  return line;
}

function beadBetween(around: readonly Bead[], t: number): Bead {
  const weights = [
    (-t + 2 * t * t - t * t * t) / 2,
    (2 - 5 * t * t + 3 * t * t * t) / 2,
    (t + 4 * t * t - 3 * t * t * t) / 2,
    (-t * t + t * t * t) / 2,
  ];
  const mix = (value: (bead: Bead) => number): number =>
    weights.reduce((sum, weight, i) => sum + weight * value(around[i]), 0);
  return {
    at: [mix((bead) => bead.at[0]), mix((bead) => bead.at[1]), mix((bead) => bead.at[2])],
    radiusMm: mix((bead) => bead.radiusMm),
  };
}
