import { type Finding, finding } from '../domain/finding.js';
import { type Organ, organValue } from '../domain/organ.js';
import type { Geometry } from '../domain/volume.js';
import type { AxisVerdict, PatientAxis } from './anatomy.js';
import { forEachNonzero } from './mask-box.js';
import { testLabelOrientation } from './orientation-test.js';

const ends: Readonly<Record<PatientAxis, string>> = {
  'left-right': 'left and right',
  'anterior-posterior': 'front and back',
  'superior-inferior': 'top and bottom',
};
/** A side with less than this share of the kidneys has none: the other kidney's edge reaches over the middle. */
const leastSide = 0.05;
/** Kidneys of fewer voxels than this lie nowhere in particular. */
const leastKidneyVoxels = 100;

/**
 * SUBMISSION_SIDE: organs that lie to each other as in a mirror (liver right of the spleen, kidneys behind), and kidneys on one side
 * only. The middle is between liver and spleen; without both it is that of the scan.
 */
export function sideFindings(labelMap: Uint8Array, geometry: Geometry, open: readonly Organ[]): Finding[] {
  const verdicts = testLabelOrientation(labelMap, geometry).filter(({ says }) => says === 'mirrored');
  return [...verdicts.map(mirrored), ...(open.includes('kidney') ? oneSided(labelMap, geometry) : [])];
}

function mirrored({ axis, evidence }: AxisVerdict): Finding {
  const from = evidence.filter(({ margin }) => margin <= -1).map((each) => each.from);
  return finding('SUBMISSION_SIDE', {
    where: 'submission',
    field: axis,
    value: from.join(', '),
    message: `by the places of ${from.join(', ')} ${ends[axis]} are exchanged`,
    suggestion: 'look whether organs have each other’s value; situs inversus is a reason',
  });
}

function oneSided(labelMap: Uint8Array, geometry: Geometry): Finding[] {
  const { kidneysMm, middleMm } = placesOf(labelMap, geometry);
  const right = kidneysMm.reduce((sum, mm) => sum + (mm > middleMm ? 1 : 0), 0);
  const count = { right, left: kidneysMm.length - right };
  const missing = (['right', 'left'] as const).find((side) => count[side] < leastSide * kidneysMm.length);
  if (kidneysMm.length < leastKidneyVoxels || missing === undefined) return [];
  return [
    finding('SUBMISSION_SIDE', {
      where: 'submission',
      field: 'kidney',
      value: missing,
      message: `there is no kidney on the ${missing}: all of it lies on the other side`,
      suggestion: 'draw the other kidney; one that was removed or is not in the scan is a reason',
    }),
  ];
}

/** How far right each kidney voxel lies, and where right and left part; mm, less the affine's constant. */
function placesOf(
  labelMap: Uint8Array,
  { affine: [row], shape: [n1, n2, n3] }: Geometry,
): { kidneysMm: number[]; middleMm: number } {
  const { liver, kidney, spleen } = organValue;
  const sums = new Float64Array(256);
  const counts = new Float64Array(256);
  const kidneysMm: number[] = [];
  const rightMm = (n: number): number => {
    const line = Math.floor(n / n1);
    return row[0] * (n % n1) + row[1] * (line % n2) + row[2] * Math.floor(line / n2);
  };
  forEachNonzero(labelMap, labelMap, (n) => {
    const value = labelMap[n];
    const mm = rightMm(n);
    sums[value] += mm;
    counts[value]++;
    if (value === kidney) kidneysMm.push(mm);
  });
  const both = counts[liver] > 0 && counts[spleen] > 0;
  const middleMm = both
    ? (sums[liver] / counts[liver] + sums[spleen] / counts[spleen]) / 2
    : (rightMm(0) + rightMm(n1 * n2 * n3 - 1)) / 2;
  return { kidneysMm, middleMm };
}
