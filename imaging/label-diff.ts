import type { MetricValue } from '../domain/metric.js';
import { type Organ, organs, organValue } from '../domain/organ.js';
import type { Geometry } from '../domain/volume.js';
import { type OrganChange, organChange, valueTable } from './mask-agreement.js';
import { compareLabelMaps } from './surface-distance.js';

/** Tolerance of the NSD in a diff: the finest that the paper's organs are judged by. */
export const diffToleranceMm = 1;

/** What lies between two versions of an organ. Figures in mL and mm are left out where voxel sides are not known. */
export interface LabelDiff extends OrganChange {
  readonly addedMl?: number;
  readonly removedMl?: number;
  /** Of added and removed together: what changed hands between organs, so was neither drawn anew nor erased. */
  readonly movedMl?: number;
  readonly dsc: MetricValue;
  /** At `diffToleranceMm`. */
  readonly nsd?: MetricValue;
}

/** Two label maps (values of `organValue`, one grid, index order (i, j, k)) organ by organ. */
export function diffLabelMaps(
  from: Uint8Array,
  to: Uint8Array,
  { shape, spacingMm, spacingUnknown }: Pick<Geometry, 'shape' | 'spacingMm' | 'spacingUnknown'>,
  of: readonly Organ[] = organs,
): LabelDiff[] {
  const voxelMl = (spacingMm[0] * spacingMm[1] * spacingMm[2]) / 1000;
  const table = valueTable(from, to);
  const labels = of.map((organ) => ({ organ, value: organValue[organ] }));
  return compareLabelMaps(from, to, shape, spacingMm, labels, [diffToleranceMm]).map(
    ({ organ, dsc, nsd }) => {
      const change = organChange(table, organ);
      if (spacingUnknown) return { ...change, dsc };
      return {
        ...change,
        addedMl: change.addedVoxels * voxelMl,
        removedMl: change.removedVoxels * voxelMl,
        movedMl: change.movedVoxels * voxelMl,
        dsc,
        nsd: nsd[0],
      };
    },
  );
}
