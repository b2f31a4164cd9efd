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
  const { affine, shape } = geometry;
  const [row] = affine;
  const rightMm = (n: number): number => {
    const line = Math.floor(n / shape[0]);
    return row[0] * (n % shape[0]) + row[1] * (line % shape[1]) + row[2] * Math.floor(line / shape[1]);
  };
  const middle = middleOf(labelMap, rightMm, shape);
  const count = { right: 0, left: 0 };
  forEachNonzero(labelMap, labelMap, (n) => {
    if (labelMap[n] === organValue.kidney) count[rightMm(n) > middle ? 'right' : 'left']++;
  });
  const all = count.right + count.left;
  const missing = (['right', 'left'] as const).find((side) => count[side] < leastSide * all);
  if (all < leastKidneyVoxels || missing === undefined) return [];
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

/** Where right and left part, in mm to the right, less the affine's constant. */
function middleOf(
  labelMap: Uint8Array,
  rightMm: (n: number) => number,
  [n1, n2, n3]: Geometry['shape'],
): number {
  const sums = new Float64Array(256);
  const counts = new Float64Array(256);
  forEachNonzero(labelMap, labelMap, (n) => {
    const value = labelMap[n];
    if (value !== organValue.liver && value !== organValue.spleen) return;
    sums[value] += rightMm(n);
    counts[value]++;
  });
  const { liver, spleen } = organValue;
  if (counts[liver] === 0 || counts[spleen] === 0) return (rightMm(0) + rightMm(n1 * n2 * n3 - 1)) / 2;
  return (sums[liver] / counts[liver] + sums[spleen] / counts[spleen]) / 2;
}
