import { describe, expect, it } from 'vitest';
import { caseStatusOf, Finding, finding } from '../../domain/finding.js';
import { findingCatalogue, findingCodes, type Severity, severities } from '../../domain/finding-catalogue.js';

const details = { where: 'scan.nii', message: 'it is empty', suggestion: 'fetch it again' };
const codeOf = (severity: Severity) =>
  findingCodes.find((code) => findingCatalogue[code].severity === severity)!;
const statusOf = (...some: Severity[]) => caseStatusOf(some.map((each) => finding(codeOf(each), details)));

describe('findings', () => {
  it('take their severity from the catalogue and pass their own schema', () => {
    for (const code of findingCodes) {
      const made = finding(code, { ...details, field: 'dim[1]', value: '0' });
      expect(made.severity).toBe(findingCatalogue[code].severity);
      expect(Finding.parse(made)).toEqual(made);
    }
  });

  it('have codes in capitals and meanings in words', () => {
    for (const code of findingCodes) {
      expect(code).toMatch(/^[A-Z]+(_[A-Z]+)*$/);
      expect(findingCatalogue[code].means).toMatch(/^\S.{10,}[^.]$/);
    }
  });

  it('use every severity', () => {
    expect(severities.map(codeOf)).not.toContain(undefined);
  });

  it('are refused with a code or a severity that the catalogue does not know', () => {
    const made = finding('FILE_EMPTY', details);
    expect(Finding.safeParse({ ...made, code: 'FILE_ODD' }).success).toBe(false);
    expect(Finding.safeParse({ ...made, severity: 'bad' }).success).toBe(false);
  });
});

describe('what findings mean for a case', () => {
  it('lets it go on with none, notes and flags', () => {
    expect(statusOf()).toBe('accepted');
    expect(statusOf('note', 'flag')).toBe('accepted');
  });

  it('holds it back when a file cannot be used or a person must look', () => {
    expect(statusOf('reject', 'note')).toBe('quarantined');
    expect(statusOf('flag', 'quarantine')).toBe('quarantined');
  });

  it('leaves it out on purpose whatever else is wrong', () => {
    expect(statusOf('reject', 'quarantine', 'exclude')).toBe('excluded');
  });
});
