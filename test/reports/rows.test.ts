import { describe, expect, it } from 'vitest';
import { inOrder, toCsv, toJsonl } from '../../reports/rows.js';

const columns = ['case', 'dsc', 'nsd'] as const;
const rows = [
  { nsd: { undefined: 'both masks are empty' }, dsc: 0.5, case: 'a' },
  { case: 'b, "x"', dsc: 1 },
];

describe('rows in files', () => {
  it('are JSON lines in the columns’ order, undefined figures as tagged objects', () => {
    expect(toJsonl(rows, columns)).toBe(
      '{"case":"a","dsc":0.5,"nsd":{"undefined":"both masks are empty"}}\n{"case":"b, \\"x\\"","dsc":1}\n',
    );
  });

  it('are CSV with quotes where they are needed and empty cells for what has no value', () => {
    expect(toCsv(rows, columns)).toBe('case,dsc,nsd\na,0.5,\n"b, ""x""",1,\n');
    expect(toCsv([], columns)).toBe('case,dsc,nsd\n');
  });

  it('keep the columns that were asked for, and no others', () => {
    const named = { nsd: 1, case: 'a', other: 2 };
    expect(Object.keys(inOrder(named, columns))).toEqual(['case', 'nsd']);
  });
});
