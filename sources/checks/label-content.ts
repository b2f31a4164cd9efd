import { finding } from '../../domain/finding.js';
import type { MergedLabel } from '../label-merge.js';
import type { ValuesCheck } from './check.js';

/** So that a message about a wrong file stays readable. */
const mostValuesShown = 20;

/** LABEL_VALUES, EDITION_FOREIGN: values that the collection does not define, or that give another edition away. */
export const knownValues: ValuesCheck = ({ label, rules: { organLabels }, where }) => {
  if (label.unknown.length === 0) return [];
  const { organs, ignored, foreign } = organLabels;
  const edition = label.unknown.map((value) => foreign?.[value]).find((each) => each !== undefined);
  const allowed = [0, ...Object.values(organs).flat(), ...(ignored ?? [])].join(', ');
  const value = shownValues(label);
  return [
    finding(edition === undefined ? 'LABEL_VALUES' : 'EDITION_FOREIGN', {
      where,
      field: 'values',
      value,
      message: `${where}: values ${value}; the collection has ${allowed}${edition === undefined ? '' : `: ${edition}`}`,
      suggestion: 'fetch the label from the collection itself; labels of later editions must not be mixed in',
    }),
  ];
};

/** LABEL_EMPTY: no voxel of any organ. */
export const organThere: ValuesCheck = ({ label, where }) => {
  if (label.unknown.length > 0 || label.organs.some(({ voxels }) => voxels > 0)) return [];
  const message = `${where}: no voxel of the organ is labelled (values found: ${shownValues(label)})`;
  const suggestion = 'fetch the label again; it may be that of another case';
  return [finding('LABEL_EMPTY', { where, value: '0', message, suggestion })];
};

/** LABEL_ORGAN_EMPTY: one organ of several has no voxel. */
export const everyOrganThere: ValuesCheck = ({ label, rules: { absent }, where }) => {
  const { organs, unknown } = label;
  if (unknown.length > 0 || organs.every(({ voxels }) => voxels === 0)) return [];
  const empty = organs.filter(({ organ, voxels }) => voxels === 0 && !absent?.includes(organ));
  return empty.map(({ organ }) =>
    finding('LABEL_ORGAN_EMPTY', {
      where,
      field: organ,
      value: '0',
      message: `${where}: holds nothing of the ${organ}, which counts as missing`,
      suggestion: `look whether the patient has a ${organ} at all, and whether the scan reaches it`,
    }),
  );
};

function shownValues({ found }: MergedLabel): string {
  const values = [...found.keys()];
  if (values.length <= mostValuesShown) return values.join(', ');
  return `${values.slice(0, mostValuesShown).join(', ')} … (${values.length} values)`;
}
