import { describe, expect, it } from 'vitest';
import { incompatiblePairs } from '../../domain/licence.js';
import { caseTerms, type TermsQuestion } from '../../domain/release-terms.js';
import { choice } from './releases.js';

const organ = (
  name: TermsQuestion['organs'][number]['organ'],
  trained: string[] = [],
): TermsQuestion['organs'][number] =>
  trained.length === 0
    ? { organ: name, origin: 'source', trained }
    : { organ: name, origin: 'model', model: `atlas-${name}`, trained };

const kits: TermsQuestion = {
  sourceLicence: 'CC-BY-NC-SA-4.0',
  organs: [organ('kidney'), organ('pancreas', ['CC-BY-SA-4.0'])],
};
const lits: TermsQuestion = {
  sourceLicence: 'CC-BY-NC-ND-4.0',
  organs: [organ('liver'), organ('kidney', ['CC-BY-NC-SA-4.0'])],
};

describe('terms of a case', () => {
  it('are refused where two share-alike licences meet, with both and what brings them in', () => {
    expect(caseTerms(kits, choice).obstacles).toEqual([
      'CC-BY-NC-SA-4.0 (its image and source label) with CC-BY-SA-4.0 (training data of atlas-pancreas, which proposed the pancreas): ' +
        'CC-BY-NC-SA-4.0 and CC-BY-SA-4.0 each ask for their own terms (share-alike): no licence satisfies both',
    ]);
  });

  it('are the source’s own where training data are not counted', () => {
    expect(caseTerms(kits, { ...choice, trainingBinds: false })).toEqual({
      licence: 'CC-BY-NC-SA-4.0',
      withheld: [],
      obstacles: [],
    });
  });

  it('are refused under a licence that forbids sharing adapted material', () => {
    expect(caseTerms(lits, { ...choice, trainingBinds: false }).obstacles).toEqual([
      'CC-BY-NC-ND-4.0 (its image and source label) forbids sharing adapted material, and a label map is adapted material',
    ]);
  });

  it('let labels that were made here go alone, without image and without the source’s own label', () => {
    const alone = { ...choice, images: false };
    expect(caseTerms(lits, { ...alone, trainingBinds: false })).toEqual({
      licence: 'CC-BY-4.0',
      withheld: ['liver'],
      obstacles: [],
    });
    expect(caseTerms(lits, alone)).toMatchObject({ licence: 'CC-BY-NC-SA-4.0', obstacles: [] });
    const bare = { ...lits, organs: [organ('liver')] };
    expect(caseTerms(bare, alone).obstacles).toEqual(['every label in it is the source’s own']);
  });

  it('stay the source’s without images where it lets adapted material be shared', () => {
    const terms = caseTerms(kits, { ...choice, images: false, trainingBinds: false });
    expect(terms).toEqual({ licence: 'CC-BY-NC-SA-4.0', withheld: [], obstacles: [] });
  });

  it('are refused where a licence is not known, or does not allow a use that was asked for', () => {
    const unknown = caseTerms({ ...kits, sourceLicence: 'house rules' }, { ...choice, trainingBinds: false });
    expect(unknown.obstacles.join()).toContain('is not in the table of licences');
    const commercial = caseTerms(kits, { ...choice, trainingBinds: false, uses: ['commercial'] });
    expect(commercial.obstacles).toEqual(['CC-BY-NC-SA-4.0 does not allow commercial use']);
  });
});

describe('pairs of licences', () => {
  it.each([
    [['CC-BY-SA-4.0', 'CC-BY-NC-SA-4.0'], 1],
    [['CC-BY-SA-4.0', 'CC-BY-NC-4.0'], 1],
    [['CC-BY-SA-3.0', 'CC-BY-SA-4.0'], 0],
    [['CC-BY-NC-SA-4.0', 'CC-BY-NC-4.0', 'CC-BY-3.0', 'Apache-2.0', 'CC0-1.0'], 0],
    [['CC-BY-NC-ND-4.0', 'CC-BY-SA-4.0'], 0],
    [['CC-BY-SA-4.0'], 0],
  ])('of %j that cannot be put together are %i', (given, count) => {
    expect(incompatiblePairs(given)).toHaveLength(count);
    expect(incompatiblePairs([...given].reverse())).toEqual(incompatiblePairs(given));
  });
});
