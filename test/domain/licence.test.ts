import { describe, expect, it } from 'vitest';
import { collectionFacts, collections } from '../../domain/collection.js';
import { factsOf, licenceObstacles, licences, strictestLicence } from '../../domain/licence.js';

describe('the strictest licence', () => {
  it.each([
    [['CC-BY-3.0', 'CC-BY-3.0'], 'CC-BY-3.0'],
    [['CC-BY-3.0', 'CC-BY-NC-ND-4.0'], 'CC-BY-NC-ND-4.0'],
    [['CC-BY-SA-4.0', 'CC-BY-NC-SA-4.0'], 'CC-BY-NC-SA-4.0 AND CC-BY-SA-4.0'],
    [['CC-BY-SA-4.0', 'CC-BY-3.0', 'CC0-1.0'], 'CC-BY-SA-4.0'],
    [['CC-BY-NC-SA-4.0', 'CC-BY-NC-ND-4.0'], 'CC-BY-NC-ND-4.0'],
    [['CC-BY-4.0', 'LicenseRef-site'], 'CC-BY-4.0 AND LicenseRef-site'],
    [['CC-BY-NC-SA-4.0 AND CC-BY-SA-4.0', 'CC-BY-4.0'], 'CC-BY-NC-SA-4.0 AND CC-BY-SA-4.0'],
    [['CC-BY-3.0', 'CC-BY-4.0'], 'CC-BY-3.0'],
    [[], 'unknown'],
  ])('of %j is %s', (given, expected) => {
    expect(strictestLicence(given)).toBe(expected);
    expect(strictestLicence([...given].reverse())).toBe(expected);
  });

  it('allows nothing that one of them does not allow', () => {
    const names = Object.keys(licences);
    for (const a of names) {
      for (const b of names) {
        const both = strictestLicence([a, b]);
        for (const use of ['share', 'derivatives', 'commercial'] as const) {
          const apart = licenceObstacles(`${a} AND ${b}`, use).length === 0;
          expect(licenceObstacles(both, use).length === 0, `${a}, ${b}: ${use}`).toBe(apart);
        }
      }
    }
  });
});

describe('what a licence does not allow', () => {
  it('is named', () => {
    expect(licenceObstacles('CC-BY-NC-ND-4.0', 'commercial')).toEqual([
      'CC-BY-NC-ND-4.0 does not allow commercial use',
    ]);
    expect(licenceObstacles('CC-BY-NC-ND-4.0', 'derivatives')).toEqual([
      'CC-BY-NC-ND-4.0 does not allow sharing adapted material',
    ]);
    expect(licenceObstacles('CC-BY-NC-ND-4.0', 'share')).toEqual([]);
    expect(licenceObstacles('CC-BY-4.0', 'commercial')).toEqual([]);
  });

  it('includes everything for a licence that is not known, and none', () => {
    expect(licenceObstacles('house rules', 'share')[0]).toContain('not in the table');
    expect(licenceObstacles('', 'share')).toEqual(['no licence is on record']);
  });

  it('includes two share-alike licences at once', () => {
    const [why] = licenceObstacles('CC-BY-NC-SA-4.0 AND CC-BY-SA-4.0', 'derivatives');
    expect(why).toContain('share-alike');
  });
});

it('has the licence of every published collection', () => {
  for (const collection of collections.filter((each) => each !== 'nnunet'))
    expect(factsOf(collectionFacts[collection].licence)).toBeDefined();
});
