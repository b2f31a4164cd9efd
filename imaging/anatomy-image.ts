import type { Evidence } from './anatomy.js';
import { type CoarseGrid, erodedInPlane, smoothed } from './coarse-scan.js';
import type { Torso } from './torso.js';

/** Thickness of the stretch at either end of a scan in which lung is looked for. */
const endMm = 12;
/** By how much the lung's parts of both ends must differ, of the body's area, to be sure, and to be proof. */
const lungs = { sure: 0.06, proof: 0.2 } as const;
/** How far the spine lies behind the body's middle, of its half depth: 0.36 to 0.59 in the scans looked at. */
const spineBehind = { sure: 0.2, proof: 0.3 } as const;
/** Organs in any contrast phase; fat and gas lie below, bone above. */
const solidHu = { least: 20, most: 220 } as const;
/** Solid tissue that survives an erosion by so much in plane is liver: spleen, kidneys and muscles are thinner. */
const bulkMm = 28;
/** Slices with more lung may show the heart, which is as bulky and lies on the left. */
const mostLung = 0.25;
/** Farther from the body's middle than this part of its half width, one side of the patient is cut off. */
const mostAside = 0.15;
/** Least bulk, and its difference between right and left of the spine as a part of all, to be sure. */
const bulk = { leastMm3: 15_000, sure: 0.5 } as const;

/**
 * What voxels alone say about how a patient lies: the spine is behind, the lungs are above, the bulkiest solid tissue
 * below them, the liver, is on the right. Every margin changes its sign when its axis is mirrored.
 */
export function imageEvidence(hu: Int16Array, grid: CoarseGrid, torso: Torso): Evidence[] {
  return [...behind(torso), ...above(torso, grid), ...onTheRight(hu, grid, torso)];
}

function behind({ spine, centre, half }: Torso): Evidence[] {
  if (spine === undefined) return [];
  const depth = (centre[1] - spine[1]) / half[1];
  const proof = Math.abs(depth) >= spineBehind.proof;
  return [{ axis: 'anterior-posterior', from: 'spine', margin: depth / spineBehind.sure, proof }];
}

function above({ lungShare }: Torso, { cellMm }: CoarseGrid): Evidence[] {
  const slices = Math.min(lungShare.length >> 1, Math.max(1, Math.round(endMm / cellMm[2])));
  if (slices === 0) return [];
  const mean = (part: Float64Array): number => part.reduce((a, b) => a + b, 0) / part.length;
  const top = mean(lungShare.subarray(lungShare.length - slices));
  const bottom = mean(lungShare.subarray(0, slices));
  // Lung at both ends is a chest, or a colon that looks like lung.
  if (Math.min(top, bottom) > 0.25 * Math.max(top, bottom)) return [];
  const more = top - bottom;
  const proof = Math.abs(more) >= lungs.proof;
  return [{ axis: 'superior-inferior', from: 'lungs', margin: more / lungs.sure, proof }];
}

function onTheRight(hu: Int16Array, { shape, cellMm }: CoarseGrid, torso: Torso): Evidence[] {
  const { body, lungShare, spine } = torso;
  if (spine === undefined || Math.abs(spine[0] - torso.centre[0]) > mostAside * torso.half[0]) return [];
  const plane = shape[0] * shape[1];
  const mean = smoothed(hu, shape);
  const solid = new Uint8Array(hu.length);
  for (let n = 0; n < hu.length; n++) {
    solid[n] = body[n] === 1 && mean[n] > solidHu.least && mean[n] < solidHu.most ? 1 : 0;
  }
  const core = erodedInPlane(solid, shape, Math.max(1, Math.round(bulkMm / cellMm[0])));
  let [right, left] = [0, 0];
  for (let n = 0; n < core.length; n++) {
    if (core[n] === 0 || lungShare[Math.floor(n / plane)] > mostLung) continue;
    const side = (n % shape[0]) - spine[0];
    if (side > 0.5) right++;
    else if (side < -0.5) left++;
  }
  const all = right + left;
  if (all * cellMm[0] * cellMm[1] * cellMm[2] < bulk.leastMm3) return [];
  const margin = (right - left) / all / bulk.sure;
  return [{ axis: 'left-right', from: 'bulk of the liver', margin, proof: false }];
}
