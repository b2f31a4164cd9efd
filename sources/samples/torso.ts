import type { Anatomy } from './anatomy.js';
import { ellipsoidField } from './shape.js';
import { tissueCode } from './tissue.js';

/** Half width and half depth of the space inside the muscles, millimetres. */
export const cavityMm = { halfWidth: 122, halfDepth: 84 } as const;
const muscleMm = 11;
const skinMm = 3;
const vertebraPitchMm = 33;
const ribPitchMm = 29;

/** Half axes of the skin surface of the average body with this much fat. */
export function bodyHalfAxesMm(fatMm: number): readonly [number, number] {
  const wall = muscleMm + fatMm + skinMm;
  return [cavityMm.halfWidth + wall, cavityMm.halfDepth + wall];
}

/** Below 1 inside a torso-shaped cylinder with these half axes: boxier than an ellipse, exponent 2.5 instead of 2. */
function torsoField(x: number, y: number, halfWidth: number, halfDepth: number): number {
  const u = Math.abs(x / halfWidth);
  const v = Math.abs(y / halfDepth);
  return u * u * Math.sqrt(u) + v * v * Math.sqrt(v);
}

/** Height of the diaphragm over a point: a dome on either side, the right one higher. */
export function diaphragmZ(x: number, y: number, raisedMm: number): number {
  const right = 79 - 52 * (((x - 58) / 76) ** 2 + ((y - 14) / 88) ** 2);
  const left = 67 - 50 * (((x + 60) / 72) ** 2 + ((y - 12) / 88) ** 2);
  return raisedMm + Math.max(right, left, 12);
}

type Classifier = (x: number, y: number, z: number) => number;

/**
 * Tissue of the body without the contents of the abdomen: air, wall, bones, chest; what is left is visceral fat.
 * Takes points in the phantom's frame (millimetres, x right, y front, z up).
 */
export function torsoClassifier(anatomy: Anatomy): Classifier {
  const [bodyWidth, bodyDepth] = bodyHalfAxesMm(anatomy.fatMm);
  const wallWidth = cavityMm.halfWidth + muscleMm;
  const wallDepth = cavityMm.halfDepth + muscleMm;
  const chest = chestClassifier(anatomy);
  return (x, y, z) => {
    if (torsoField(x, y, bodyWidth, bodyDepth) > 1) return outside(x, y, bodyDepth);
    if (torsoField(x, y, bodyWidth - skinMm, bodyDepth - skinMm) > 1) return tissueCode.skin;
    const spine = spineTissue(x, y, z);
    if (spine !== undefined) return spine;
    if (isBackMuscle(x, y, z)) return tissueCode.muscle;
    if (torsoField(x, y, wallWidth, wallDepth) > 1) return tissueCode.fat;
    if (torsoField(x, y, cavityMm.halfWidth, cavityMm.halfDepth) > 1) return wallTissue(x, y, z);
    return z > diaphragmZ(x, y, anatomy.diaphragmMm) ? chest(x, y, z) : tissueCode.visceralFat;
  };
}

/** Air and the patient table, a shallow trough under the back. */
function outside(x: number, y: number, bodyDepth: number): number {
  const surface = -(bodyDepth + 8) + 0.0007 * x * x;
  const onTable = Math.abs(x) < 135 && y < surface && y > surface - 5;
  return onTable ? tissueCode.table : tissueCode.air;
}

/** Muscle, with ribs that slope down towards the front in its upper part, and the straight muscles' gap of fat. */
function wallTissue(x: number, y: number, z: number): number {
  const midWall = torsoField(x, y, cavityMm.halfWidth + 2, cavityMm.halfDepth + 2) > 1;
  const ribLine = z + 0.45 * y;
  const toRib = Math.abs(ribLine - ribPitchMm * Math.round(ribLine / ribPitchMm));
  const lowestRib = -22 - 0.2 * y;
  if (midWall && z > lowestRib && toRib < 5.5 && Math.abs(x) > 18) {
    return toRib < 3 ? tissueCode.marrow : tissueCode.corticalBone;
  }
  return y > 0 && Math.abs(x) < 4 ? tissueCode.fat : tissueCode.muscle;
}

function isBackMuscle(x: number, y: number, z: number): boolean {
  const erector = ((Math.abs(x) - 31) / 27) ** 2 + ((y + 82) / 16) ** 2;
  if (erector < 1) return true;
  // The psoas begins at the first lumbar vertebra and grows downwards.
  const psoasRadius = Math.min(17, 4 + (10 - z) * 0.16);
  return z < 10 && ((Math.abs(x) - 33) ** 2 + (y + 50) ** 2) / psoasRadius ** 2 < 1;
}

/** Vertebral bodies with discs, the canal, the arch with its processes; undefined off the spine. */
function spineTissue(x: number, y: number, z: number): number | undefined {
  if (Math.abs(x) > 40 || y > -26 || y < -102) return undefined;
  const alongVertebra = z - vertebraPitchMm * Math.round(z / vertebraPitchMm);
  const body = (x / 22) ** 2 + ((y + 46) / 17) ** 2;
  if (body < 1) {
    if (Math.abs(alongVertebra) > 12.5) return tissueCode.disc;
    return body > 0.72 ? tissueCode.corticalBone : tissueCode.marrow;
  }
  const canal = Math.hypot(x, y + 71);
  if (canal < 8.5) return tissueCode.canal;
  if (canal < 13) return tissueCode.corticalBone;
  const spinous = Math.abs(x) < 4 && y < -80 && Math.abs(alongVertebra + 4) < 11;
  const transverse = Math.abs(y + 68) < 4.5 && Math.abs(x) < 36 && Math.abs(alongVertebra) < 7;
  return spinous || transverse ? tissueCode.marrow : undefined;
}

/** Above the diaphragm: lungs with their vessels, the heart between them, fat around it. */
function chestClassifier(anatomy: Anatomy): Classifier {
  const heart = ellipsoidField([-22, 30, 96 + anatomy.diaphragmMm], [56, 44, 42], { turnDeg: -25 });
  return (x, y, z) => {
    if (z < diaphragmZ(x, y, anatomy.diaphragmMm) + 4) return tissueCode.muscle;
    const heartField = heart(x, y, z);
    if (heartField < 1) return tissueCode.heart;
    if (heartField < 1.25 || (Math.abs(x) < 20 && y < 40) || y > 74) return tissueCode.mediastinum;
    // Fine bright threads that fade towards the chest wall, as the lung's vessels do.
    const thread =
      Math.sin(x * 0.31 + z * 0.17) * Math.sin(y * 0.37 - z * 0.13) * Math.cos(x * 0.11 - y * 0.19);
    return thread > 0.62 ? tissueCode.lungVessel : tissueCode.lung;
  };
}
