import { expect, it } from 'vitest';
import { entityOfWorkflow } from '../../domain/workflow-ids.js';

it.each([
  ['case/lits/volume-0', 'case/lits/volume-0'],
  ['case/lits/volume-0/round/2', 'case/lits/volume-0'],
  ['task/lits/volume-0/2', 'task/lits/volume-0/2'],
  ['task/lits/volume-0/1-double', 'task/lits/volume-0/1-double'],
  ['prepare/lits/volume-0', undefined],
  ['release', undefined],
  ['standing', undefined],
])('the workflow %s writes records of %s', (id, entity) => {
  expect(entityOfWorkflow(id)).toBe(entity);
});
