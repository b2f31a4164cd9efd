import { finding } from '../../domain/finding.js';
import type { LabelCheck } from './check.js';

const mostValuesShown = 20;

/** LABEL_VALUES: values that the collection does not define. */
export const knownValues: LabelCheck = ({ label: { found, unknown }, adapter: { organLabels }, where }) => {
  if (unknown.length === 0) return [];
  const foreign = unknown.map((value) => organLabels.foreign?.[value]).find((each) => each !== undefined);
  const allowed = [0, ...organLabels.merged].join(', ');
  const value =
    found.length > mostValuesShown
      ? `${found.slice(0, mostValuesShown).join(', ')} … (${found.length} values)`
      : found.join(', ');
  return [
    finding('LABEL_VALUES', {
      where,
      field: 'values',
      value,
      message: `${where}: values ${value}; the collection has ${allowed}${foreign === undefined ? '' : `: ${foreign}`}`,
      suggestion: 'fetch the label from the collection itself; labels of later editions must not be mixed in',
    }),
  ];
};

/** LABEL_EMPTY: no voxel of the organ. */
export const organThere: LabelCheck = ({ label: { voxels, found }, where }) => {
  if (voxels > 0) return [];
  const message = `${where}: no voxel of the organ is labelled (values found: ${found.join(', ')})`;
  const suggestion = 'fetch the label again; it may be that of another case';
  return [finding('LABEL_EMPTY', { where, value: '0', message, suggestion })];
};
