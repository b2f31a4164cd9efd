import { type Finding, finding } from '../domain/finding.js';
import type { Organ } from '../domain/organ.js';
import type { OrganLabels } from '../domain/organ-labels.js';
import type { Geometry } from '../domain/volume.js';
import { axesOf } from '../imaging/geometry.js';
import { asFiled, isPlaceholder } from '../imaging/geometry-repair.js';
import { norm } from '../imaging/matrix3.js';
import type { CtVolume } from '../imaging/volume.js';
import type { SourceAdapter } from './adapter.js';
import { labelFit } from './label-fit.js';
import type { MergedLabel, MergedOrgan } from './label-merge.js';
import { trueSpacingFile } from './true-spacing.js';

/** What abdominal CT uses: no voxel side below `least`, with room in plane for scans made coarser on purpose. */
const plausibleMm = { least: 0.3, inPlane: 5, step: 8 } as const;
/** Float32 headers round: a step of 8 mm may read 8.0000004. */
const rounding = 1e-4;
/** Axes further from the patient's than this are a tilted scan, not noise. */
const maxObliqueDegrees = 5;
/** An axis is taken for the slice axis by its looks when its step is this many times both others. */
const evidentlyLonger = 1.5;
const storedHu = [-1024, 3071] as const;
/** By how much a mirrored label must fit better: a fatty pancreas fits less well than its mirror image in the liver. */
const clearlyBetter = 0.1;

/** So that a message about a wrong file stays readable. */
const maxValuesShown = 20;

/** What a case's label is held to. */
export interface LabelRules extends Pick<SourceAdapter, 'organLabels' | 'organHu'> {
  /** Organs that this patient is known not to have. */
  readonly absent?: readonly Organ[];
}

/** Everything to be said of a readable image. `where` names its file. */
export function imageFindings(image: CtVolume, adapter: SourceAdapter, where: string): Finding[] {
  const { geometry } = image;
  const checks = [
    unknownGeometry,
    knownLoss,
    oblique,
    repairedAxes,
    correctedHeader,
    spacing,
    resampledEdition,
    sliceAxis,
  ];
  const found = checks.flatMap((check) => check(geometry, adapter, where) ?? []);
  return [...found, ...intensities(image, where)];
}

/**
 * What keeps merged organs from being used on their image: values, emptiness, misfit. Shapes must be equal. An organ
 * that is empty among others is only flagged; `absent` ones are known not to be there.
 */
export function labelFindings(
  label: MergedLabel,
  image: CtVolume,
  rules: LabelRules,
  where: string,
): Finding[] {
  if (label.unknown.length > 0) return [unknownValues(label, rules.organLabels, where)];
  const filled = label.organs.filter(({ voxels }) => voxels > 0);
  if (filled.length === 0) {
    const message = `${where}: no voxel of the organ is labelled (values found: ${shownValues(label)})`;
    const suggestion = 'fetch the label again; it may be that of another case';
    return [finding('LABEL_EMPTY', { where, value: '0', message, suggestion })];
  }
  const empty = label.organs.filter(({ organ, voxels }) => voxels === 0 && !rules.absent?.includes(organ));
  return [
    ...empty.map(({ organ }) => emptyOrgan(organ, where)),
    ...filled.flatMap((each) => misfit(each, image, rules.organHu, where)),
  ];
}

function emptyOrgan(organ: Organ, where: string): Finding {
  return finding('LABEL_ORGAN_EMPTY', {
    where,
    field: organ,
    value: '0',
    message: `${where}: holds nothing of the ${organ}, which counts as missing`,
    suggestion: `look whether the patient has a ${organ} at all, and whether the scan reaches it`,
  });
}

type GeometryCheck = (geometry: Geometry, adapter: SourceAdapter, where: string) => Finding | undefined;

const unknownGeometry: GeometryCheck = (geometry, _adapter, where) => {
  const { decidedBy, repairs } = geometry;
  const suggestion =
    'take spacing and directions from the original scan; volumes and distances in mm are not to be trusted';
  if (decidedBy === 'pixdim') {
    const message = `${where}: neither sform nor qform is set, so its directions are a guess`;
    return finding('GEOMETRY_SUSPECT', {
      where,
      field: 'sform_code, qform_code',
      value: '0, 0',
      message,
      suggestion,
    });
  }
  if (!isPlaceholder(asFiled(geometry))) return undefined;
  const message = `${where}: voxels of 1×1×1 mm at origin 0; the true spacing and directions were lost`;
  const given = repairs.some(({ kind }) => kind === 'spacing-given');
  return finding('GEOMETRY_SUSPECT', {
    where,
    field: decidedBy,
    value: '1, 1, 1',
    message,
    suggestion: given ? 'nothing to do: the true spacing was given' : suggestion,
  });
};

/** Cases whose header is known to be a placeholder: what was mended, and whether the spacing is still unknown. */
const knownLoss: GeometryCheck = ({ spacingUnknown, decidedBy, spacingMm }, _adapter, where) => {
  if (spacingUnknown !== true) return undefined;
  return finding('SPACING_UNKNOWN', {
    where,
    field: decidedBy,
    value: shownMm(spacingMm),
    message: `${where}: the header's ${shownMm(spacingMm)} mm are a placeholder; figures in mm and mL leave this case out`,
    suggestion: `give the true voxel sides in ${trueSpacingFile}, in the collection's folder`,
  });
};

const oblique: GeometryCheck = ({ affine, decidedBy }, _adapter, where) => {
  const turned = axesOf(affine).map((axis) => Math.max(...axis.map(Math.abs)) / norm(axis));
  const degrees = (Math.acos(Math.min(1, ...turned)) * 180) / Math.PI;
  if (degrees <= maxObliqueDegrees) return undefined;
  return finding('GEOMETRY_SUSPECT', {
    where,
    field: decidedBy,
    value: `${degrees.toFixed(1)}°`,
    message: `${where}: the axes are turned by ${degrees.toFixed(1)}° against the patient's`,
    suggestion: 'look whether the scan is really oblique; models expect axial slices',
  });
};

const repairedAxes: GeometryCheck = ({ repairs, decidedBy }, _adapter, where) => {
  const repair = repairs.find(({ kind }) => kind === 'orthonormalised');
  if (repair?.kind !== 'orthonormalised') return undefined;
  const value = `${(repair.angleDegrees ?? 0).toPrecision(3)}°`;
  const message = `${where}: ${repair.why}`;
  const suggestion = 'nothing to do';
  return finding('AFFINE_ORTHONORMALISED', { where, field: decidedBy, value, message, suggestion });
};

const correctedHeader: GeometryCheck = ({ repairs }, _adapter, where) => {
  const corrected = repairs.filter(({ kind }) => kind === 'direction-corrected' || kind === 'spacing-given');
  if (corrected.length === 0) return undefined;
  return finding('GEOMETRY_CORRECTED', {
    where,
    field: corrected[0].field,
    value: corrected.map(({ kind }) => kind).join(', '),
    message: `${where}: ${corrected.map(({ why }) => why).join('; ')}`,
    suggestion: 'nothing to do; masks are written under the header of the image as it is in the file',
  });
};

const spacing: GeometryCheck = ({ spacingMm }, _adapter, where) => {
  // The longest side counts as the step: the slice axis may be any, and thin slices are no fault.
  const [smallest, middle, largest] = [...spacingMm].sort((a, b) => a - b);
  const { least, inPlane, step } = plausibleMm;
  const fits = smallest >= least - rounding && middle <= inPlane + rounding && largest <= step + rounding;
  if (fits) return undefined;
  const value = shownMm(spacingMm);
  return finding('SPACING_IMPLAUSIBLE', {
    where,
    field: 'spacing',
    value,
    message: `${where}: voxels of ${value} mm; expected are ${least} to ${inPlane} mm in plane and steps of up to ${step} mm`,
    suggestion: 'compare the header with the original scan',
  });
};

const resampledEdition: GeometryCheck = ({ spacingMm }, { resampledSpacingMm: edition }, where) => {
  if (!edition?.every((side, axis) => Math.abs(side - spacingMm[axis]) < 1e-5)) return undefined;
  return finding('EDITION_FOREIGN', {
    where,
    field: 'spacing',
    value: shownMm(spacingMm),
    message: `${where}: has the voxels of the collection's interpolated edition, ${shownMm(edition)} mm`,
    suggestion: 'fetch the original edition (branch master, not interpolated)',
  });
};

const sliceAxis: GeometryCheck = (geometry, { sliceAxis: usual, expectedAxisCodes }, where) => {
  const { axisCodes, shape } = geometry;
  const named = [...axisCodes].findIndex((letter) => 'SI'.includes(letter));
  const axis = named === usual ? (evidentSliceAxis(geometry) ?? named) : named;
  const unlike = expectedAxisCodes !== undefined && axisCodes !== expectedAxisCodes;
  if (axis === usual && !unlike) return undefined;
  const slices = `${axisCodes} of shape ${shape.join('×')}, slices along ${'ijk'[axis]}`;
  const expected = expectedAxisCodes ?? `slices along ${'ijk'[usual]}`;
  return finding('SLICE_AXIS_UNUSUAL', {
    where,
    field: 'axisCodes',
    value: axisCodes,
    message: `${where}: ${slices}; the collection usually has ${expected}`,
    suggestion: 'look at the case in a viewer once; nothing is turned by guess',
  });
};

/** The index that counts slices by its looks, whatever the header calls it: fewest and much the longest steps. */
export function evidentSliceAxis({ spacingMm, shape }: Geometry): number | undefined {
  const evident = spacingMm.findIndex((side, axis) =>
    spacingMm.every((other, n) => n === axis || (side >= evidentlyLonger * other && shape[axis] < shape[n])),
  );
  return evident < 0 ? undefined : evident;
}

function intensities({ minHu, maxHu, notFinite }: CtVolume, where: string): Finding[] {
  const found: Finding[] = [];
  if (notFinite > 0) {
    found.push(
      finding('VALUES_NOT_FINITE', {
        where,
        field: 'voxels',
        value: String(notFinite),
        message: `${where}: ${notFinite} voxels are NaN or infinite; they read as ${storedHu[0]} HU`,
        suggestion: 'fetch the image again, or correct it from the original scan',
      }),
    );
  }
  if (minHu < storedHu[0] || maxHu > storedHu[1]) {
    found.push(
      finding('HU_RANGE', {
        where,
        field: 'voxels',
        value: `${minHu}…${maxHu}`,
        message: `${where}: values from ${minHu} to ${maxHu} HU`,
        suggestion: 'nothing to do; models see values held to -1024…3071',
      }),
    );
  }
  return found;
}

function unknownValues(
  label: MergedLabel,
  { organs, ignored, foreign }: OrganLabels,
  where: string,
): Finding {
  const edition = label.unknown.map((value) => foreign?.[value]).find((each) => each !== undefined);
  const allowed = [0, ...Object.values(organs).flat(), ...(ignored ?? [])].join(', ');
  const value = shownValues(label);
  return finding(edition === undefined ? 'LABEL_VALUES' : 'EDITION_FOREIGN', {
    where,
    field: 'values',
    value,
    message: `${where}: values ${value}; the collection has ${allowed}${edition === undefined ? '' : `: ${edition}`}`,
    suggestion: 'fetch the label from the collection itself; labels of later editions must not be mixed in',
  });
}

function shownValues({ found }: MergedLabel): string {
  const values = [...found.keys()];
  if (values.length <= maxValuesShown) return values.join(', ');
  return `${values.slice(0, maxValuesShown).join(', ')} … (${values.length} values)`;
}

function misfit(
  { organ, mask }: MergedOrgan,
  image: CtVolume,
  [least, most]: LabelRules['organHu'],
  where: string,
): Finding[] {
  const { meanHu, share, bestMirrored } = labelFit(image, mask);
  const suggestion = 'look at both in a viewer: the label may be mirrored, or that of another case';
  if (meanHu < least || meanHu > most) {
    const mean = meanHu.toFixed(1);
    const message = `${where}: ${mean} HU on average under the label of the ${organ}; the organ has ${least} to ${most}`;
    return [finding('LABEL_HU', { where, field: 'meanHu', value: mean, message, suggestion })];
  }
  if (bestMirrored.share - share <= clearlyBetter) return [];
  const percent = (part: number): string => `${(100 * part).toFixed(1)} %`;
  const better = `mirrored along ${bestMirrored.along} it would be ${percent(bestMirrored.share)}`;
  const message = `${where}: ${percent(share)} of the label of the ${organ} lies on soft tissue, ${better}`;
  return [finding('LABEL_HU', { where, field: 'softTissue', value: percent(share), message, suggestion })];
}

function shownMm(sides: readonly number[]): string {
  return sides.map((side) => String(Number(side.toPrecision(5)))).join('×');
}
