import type { Triple } from './mask-box.js';
import { coveringGrid, resample } from './resample.js';
import type { CtVolume } from './volume.js';

/** A CT made comparable: cubic voxels, soft-tissue window, no header but its voxel sizes. */
export interface CoarseVolume {
  readonly shape: Triple;
  readonly spacingMm: number;
  /** Where voxel (0, 0, 0) lies: millimetres along the scan's own index axes from the centre of its first voxel. */
  readonly originMm: Triple;
  /** HU held to `windowHu`, index `i + n1·(j + n2·k)` along the scan's own axes, averaged. */
  readonly values: Float32Array;
}

/** Coarse enough for noise and slice thickness to average out, fine enough to tell a patient from another. */
export const coarseSpacingMm = 4;
/** A little narrower than the usual export window of −160 … 240 HU: such a copy keeps all that is looked at. */
export const windowHu = { low: -150, high: 230 } as const;
/** Soft tissue is expected here, whatever the contrast phase; where it is rare the peak may be fat's or marrow's. */
const softTissueHu = { low: -150, high: 260 } as const;
const typicalSoftTissueHu = 60;
/** Unsigned files hold HU plus 1024. */
const usualOffsets = [0, 1024] as const;
const binHu = 8;
/** Noise widens the peak of air; its middle is not farther above the lowest value. */
const airWidthHu = 200;

/**
 * The scan on cubic voxels of `coarseSpacingMm`, along its own index axes: neither the axis codes nor the origin of its
 * header play a part. HU are held to a soft-tissue window first. Values stored with an offset (+1024, say) are brought
 * back to HU by their soft-tissue peak.
 */
export function coarseVolume({ geometry, hu }: Pick<CtVolume, 'geometry' | 'hu'>): CoarseVolume {
  const { shape, spacingMm } = geometry;
  const offset = storedOffset(hu);
  const low = windowHu.low + offset;
  const high = windowHu.high + offset;
  const held = new Int16Array(hu.length);
  for (let n = 0; n < hu.length; n++) {
    held[n] = Math.max(low, Math.min(high, hu[n])) - offset;
  }
  const view = { shape, spacingMm, strides: [1, shape[0], shape[0] * shape[1]] as const, offset: 0 };
  const grid = coveringGrid(view, coarseSpacingMm);
  return {
    shape: grid.shape,
    spacingMm: coarseSpacingMm,
    originMm: grid.originMm,
    values: resample(held, view, grid),
  };
}

/** What was added to all HU: nothing or 1024 where that puts soft tissue in its place, else to the nearest 16. */
function storedOffset(hu: Int16Array): number {
  const peak = softTissuePeak(hu);
  if (peak === undefined) return 0;
  const usual = usualOffsets.find(
    (offset) => peak - offset >= softTissueHu.low && peak - offset <= softTissueHu.high,
  );
  return usual ?? 16 * Math.round((peak - typicalSoftTissueHu) / 16);
}

/** The highest HU that many voxels have: bone is rarer than soft tissue, fat and air lie below it. */
function softTissuePeak(hu: Int16Array): number | undefined {
  const counts = new Float64Array(65536 / binHu);
  const step = Math.max(1, Math.floor(hu.length / 2_000_000));
  let lowest = 32767;
  let highest = -32768;
  for (let n = 0; n < hu.length; n += step) {
    counts[(hu[n] + 32768) >> 3]++;
    if (hu[n] < lowest) lowest = hu[n];
    if (hu[n] > highest) highest = hu[n];
  }
  // What a window was cut off at is a peak without meaning.
  counts[(highest + 32768) >> 3] = 0;
  withoutLowestPeak(counts, (lowest + 32768) >> 3);
  const smooth = counts.map((_, bin) => {
    let sum = 0;
    for (let near = -3; near <= 3; near++) sum += counts[bin + near] ?? 0;
    return sum;
  });
  const most = smooth.reduce((a, b) => Math.max(a, b), 0);
  if (most === 0) return undefined;
  for (let bin = smooth.length - 2; bin > 0; bin--) {
    if (smooth[bin] >= most / 2 && smooth[bin] >= smooth[bin - 1]) return (bin + 0.5) * binHu - 32768;
  }
  return undefined;
}

/** Air, or what a window was cut off at, with the noise on it: a peak as wide above its middle as it is below. */
function withoutLowestPeak(counts: Float64Array, lowest: number): void {
  let middle = lowest;
  const last = Math.min(counts.length - 1, lowest + airWidthHu / binHu);
  for (let bin = lowest; bin <= last; bin++) if (counts[bin] > counts[middle]) middle = bin;
  counts.fill(0, lowest, 2 * middle - lowest + 3);
}
