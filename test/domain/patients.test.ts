import { describe, expect, it } from 'vitest';
import { CaseGroups } from '../../domain/case-groups.js';
import { type PatientTable, patientPairs, requireNames } from '../../domain/patients.js';
import { leaksBetween } from '../../domain/recipe-leakage.js';

const rows = ['kits19/a', 'lits/b', 'lits/c', 'lits/d'].map((name, n) => ({
  name,
  patient: name === 'lits/c' ? 'p2' : 'Erika Musterfrau',
  line: n + 2,
}));
const table: PatientTable = { path: '/home/x/p.csv', sha256: 'ab'.repeat(32), rows };
const pairs = patientPairs(table);

describe('cases of one patient', () => {
  it('are paired by the lines that say so; neither folders nor names of people go on record', () => {
    expect(pairs.map(({ first, second, same }) => [first, second, same.table, same.lines])).toEqual([
      ['kits19/a', 'lits/b', 'p.csv', [2, 3]],
      ['kits19/a', 'lits/d', 'p.csv', [2, 5]],
    ]);
    expect(JSON.stringify(pairs)).not.toMatch(/Erika|home/);
    const stored = { compared: 4, looked: 0, pairs, groups: [['kits19/a', 'lits/b', 'lits/d']] };
    expect(CaseGroups.parse(JSON.parse(JSON.stringify(stored)))).toEqual(stored);
  });

  it('are kept out of tests when they were trained on, and the lines are named', () => {
    const groups = [['kits19/a', 'lits/b', 'lits/d']];
    expect(leaksBetween(['kits19/a'], ['lits/b', 'lits/c'], { pairs, groups })).toEqual([
      {
        training: 'kits19/a',
        test: 'lits/b',
        why: 'one patient: lines 2 and 3 of p.csv (sha256 abababababab…)',
      },
    ]);
  });

  it('have to exist: what a table names and nobody knows is told with line and value', () => {
    expect(() => requireNames(table, new Set(rows.map(({ name }) => name)), 'it', 'mend it')).not.toThrow();
    expect(() => requireNames(table, new Set(['lits/b', 'lits/c']), 'campaign x', 'mend it')).toThrow(
      "--patients /home/x/p.csv: line 2: case 'kits19/a', line 5: case 'lits/d': no such case in campaign x; mend it, or take the line out",
    );
    const many = Array.from({ length: 13 }, (_, n) => ({ name: `n${n}`, patient: 'p', line: n + 2 }));
    expect(() => requireNames({ ...table, rows: many }, new Set(), 'it', 'mend it')).toThrow(', and 3 more');
  });
});
