import { describe, expect, it } from 'vitest';
import { parsePatientTable } from '../../sources/patient-table.js';

describe('a table of patients', () => {
  it('is read whatever the order of its columns, with the line of each case', () => {
    const text = '\uFEFFpatient, Case ,note\np1,kits19/a,first\n\np1,lits/b,\np1,kits19/a,again\n';
    expect(parsePatientTable(text, 'p.csv')).toEqual([
      { name: 'kits19/a', patient: 'p1', line: 2 },
      { name: 'lits/b', patient: 'p1', line: 4 },
    ]);
  });

  it.each([
    [
      'lacks a column',
      'name,who\na,b\n',
      'p.csv, line 1: the columns are name, who; expected are case, patient',
    ],
    ['is empty', '', 'p.csv, line 1: the columns are '],
    ['lacks a patient', 'case,patient\nkits19/a,\n', "p.csv, line 2: has no patient for the case 'kits19/a'"],
    ['lacks a case', 'case,patient\n,p1\n', "p.csv, line 2: has no case for the patient 'p1'"],
    [
      'gives a case two patients',
      'case,patient\nkits19/a,p1\nkits19/a,p2\n',
      "p.csv, line 3: gives the case 'kits19/a' the patient 'p2', line 2 'p1'",
    ],
  ])('is refused where it %s', (_, text, said) => {
    expect(() => parsePatientTable(text, 'p.csv')).toThrow(said);
  });
});
