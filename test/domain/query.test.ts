import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PlusctError } from '../../domain/errors.js';
import { type FieldValues, parseQuery } from '../../domain/query.js';

const item: Readonly<Record<string, FieldValues>> = {
  collection: ['lits'],
  'spacing.k': [2.5],
  finding: ['HU_RANGE', 'SPACING_IMPLAUSIBLE'],
  citation: ['Bilic et al., "MedIA" 84 (2023)'],
  simulated: [false],
  editor: [],
  id: ['00123'],
};
const holds = (text: string): boolean =>
  parseQuery(text, (field) => field in item)((field) => item[field] ?? []);

describe('a query', () => {
  it.each([
    ['collection=lits', true],
    ['collection = LITS', true],
    ['collection=kits19,lits', true],
    ['collection!=kits19,lits', false],
    ['collection=li*', true],
    ['collection=*t*', true],
    ['collection=l*x', false],
    ['spacing.k>2.4', true],
    ['spacing.k>2.5', false],
    ['spacing.k>=2.5', true],
    ['spacing.k=2.50', true],
    ['spacing.k<-1', false],
    ['finding=HU_RANGE & finding=SPACING_*', true],
    ['finding!=HU_RANGE', false],
    ['finding', true],
    ['editor', false],
    ['!editor', true],
    ['editor!=anna', true],
    ['editor=anna', false],
    ['simulated=false', true],
    ['citation="Bilic et al., \\"MedIA\\" 84 (2023)"', true],
    ['id=123', false],
    ['id=00123', true],
    ['collection>3', false],
    ['editor | collection=kits19 | spacing.k<3 & finding', true],
    ['(editor | collection=lits) & !(spacing.k>3)', true],
    ['collection=lits and not editor or editor', true],
    ['collection=* & id="*0*2*3"', true],
    ['collection=lits*its', false],
  ])('%s: %s', (text, expected) => {
    expect(holds(text)).toBe(expected);
  });

  it.each([
    ['', 'at the end: expected a field'],
    ['colection=lits', "at 'colection' (character 1): there is no such field"],
    ['collection=lits &', 'at the end: expected a field'],
    ['collection=lits spacing.k>1', "at 'spacing.k' (character 17): expected '&', '|' or the end"],
    ['spacing.k>thick', "at 'thick' (character 11): '>' takes a number"],
    ['spacing.k>1,2', "at '2' (character 13): '>' takes one number"],
    ['(collection=lits', "at the end: expected ')'"],
    ['collection=', 'at the end: expected a value'],
    ['collection==lits', "at '=' (character 12): expected a value"],
    ['citation="open', 'a quote is not closed'],
    ['"collection"=lits', 'expected a field'],
    [`${'('.repeat(60)}editor${')'.repeat(60)}`, 'brackets are deeper than 50'],
  ])('%s is refused with its place', (text, why) => {
    expect(() => holds(text)).toThrow(PlusctError);
    expect(() => holds(text)).toThrow(why);
  });

  it('is either refused as invalid input or answers, whatever is typed', () => {
    const piece = fc.constantFrom(
      'collection',
      'spacing.k',
      '=',
      '!=',
      '<',
      '&',
      '|',
      '!',
      '(',
      ')',
      ',',
      '"',
      '1',
      'x*',
      ' ',
      '\\',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
        try {
          expect(typeof holds(pieces.join(''))).toBe('boolean');
        } catch (error) {
          expect(error).toMatchObject({ kind: 'InvalidInput' });
        }
      }),
      { numRuns: 3000, seed: 1 },
    );
  });
});
