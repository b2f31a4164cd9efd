import { describe, expect, it } from 'vitest';
import type { ReleaseCase } from '../../domain/release.js';
import { diffReleases } from '../../domain/release-diff.js';
import { proposedVersion, versionRefusal } from '../../domain/release-version.js';
import { compareVersions, nextVersion, parseSemVer, stepBetween } from '../../domain/semver.js';
import { choice, labelled, manifest, releaseCase } from './releases.js';

const before = manifest([releaseCase('volume-0'), releaseCase('volume-1')]);
const stepOf = (...cases: ReleaseCase[]) => diffReleases(before, manifest(cases)).step;
const second = releaseCase('volume-1');
const withOrgans = (...organs: ReleaseCase['organs']) =>
  releaseCase('volume-0', {
    organs: releaseCase('volume-0').organs.map(
      (each) => organs.find(({ organ }) => organ === each.organ) ?? each,
    ),
  });
const gone = (state: 'absent' | 'withheld' | 'none') => ({
  organ: 'spleen' as const,
  state,
  editors: [],
  simulated: false,
});

describe('what lies between two releases', () => {
  it('is nothing between equal ones, whatever the order of their keys', () => {
    const turned = JSON.parse(JSON.stringify(before), (_key, value) =>
      value !== null && typeof value === 'object' && !Array.isArray(value)
        ? Object.fromEntries(Object.entries(value).reverse())
        : value,
    );
    expect(diffReleases(before, turned)).toEqual({
      added: [],
      removed: [],
      changed: [],
      dataset: [],
      because: [],
    });
  });

  it.each([
    ['a corrected label', 'patch', [withOrgans(labelled('spleen', 'v2', 120)), second]],
    ['a label that a person found absent', 'patch', [withOrgans(gone('absent')), second]],
    ['another licence', 'patch', [releaseCase('volume-0', { licence: 'CC0-1.0' }), second]],
    ['a case more', 'minor', [releaseCase('volume-0'), second, releaseCase('volume-2')]],
    ['a case less', 'major', [second]],
    ['an organ that is withheld from now on', 'major', [withOrgans(gone('withheld')), second]],
    ['another grid', 'major', [releaseCase('volume-0', { imageSha256: 'e'.repeat(64) }), second]],
    ['a case that moved to the test set', 'major', [releaseCase('volume-0', { part: 'test' }), second]],
  ] as const)('of %s asks for a %s step', (_what, step, cases) => {
    expect(stepOf(...cases)).toBe(step);
  });

  it('of an organ that was not there asks for a minor step', () => {
    const hollow = manifest([withOrgans(gone('none')), second]);
    expect(diffReleases(hollow, before)).toMatchObject({
      step: 'minor',
      because: ['the spleen of lits/volume-0 came in'],
    });
  });

  it('of other values or lost images asks for a major step', () => {
    const swapped = manifest(before.cases, { labels: { ...before.labels, liver: 2, kidney: 1 } });
    expect(diffReleases(before, swapped)).toMatchObject({
      step: 'major',
      because: ['the values of labels mean something else'],
    });
    const bare = manifest(before.cases, { choice: { ...choice, images: false } });
    expect(diffReleases(before, bare).step).toBe('major');
    expect(diffReleases(bare, before).step).toBe('minor');
  });

  it('names changed organs with voxels before and after, and fields with what they said', () => {
    const { changed } = diffReleases(
      before,
      manifest([{ ...withOrgans(labelled('spleen', 'v2', 120)), licence: 'CC0-1.0' }, second]),
    );
    expect(changed).toEqual([
      {
        case: 'lits/volume-0',
        organs: [
          {
            organ: 'spleen',
            before: { state: 'labelled', version: 'v1', origin: 'human', author: 'junior', voxels: 100 },
            after: { state: 'labelled', version: 'v2', origin: 'human', author: 'junior', voxels: 120 },
          },
        ],
        fields: [{ field: 'licence', before: 'CC-BY-4.0', after: 'CC0-1.0' }],
      },
    ]);
  });

  it('gives no more reasons than people read', () => {
    const many = Array.from({ length: 9 }, (_, n) => releaseCase(`volume-${n}`));
    const { because } = diffReleases(manifest(many), manifest([]));
    expect(because).toHaveLength(6);
    expect(because.at(-1)).toBe('and 4 more of this kind');
  });
});

describe('a version', () => {
  const changes = diffReleases(before, manifest([releaseCase('volume-0')]));

  it('is compared by its numbers', () => {
    expect(['1.10.0', '1.9.1', '2.0.0', '1.9.0'].sort(compareVersions)).toEqual([
      '1.9.0',
      '1.9.1',
      '1.10.0',
      '2.0.0',
    ]);
    expect(nextVersion('1.2.3', 'minor')).toBe('1.3.0');
    expect(stepBetween('1.2.3', '2.0.0')).toBe('major');
    expect(stepBetween('1.2.3', '1.2.5')).toBeUndefined();
    for (const text of ['1.0', 'v1.0.0', '01.0.0', '1.0.0-rc.1', '1.0.0000000000', '']) {
      expect(parseSemVer(text)).toBeUndefined();
    }
    expect(() => nextVersion('latest', 'patch')).toThrow('MAJOR.MINOR.PATCH');
  });

  it('may be anything at first, and is proposed as 1.0.0', () => {
    expect(versionRefusal({ asked: '0.3.0', known: [] })).toBeUndefined();
    expect(proposedVersion({ known: [] })).toBe('1.0.0');
  });

  it('is proposed by what changed', () => {
    expect(proposedVersion({ known: ['1.0.0', '0.9.0'], changes })).toBe('2.0.0');
    expect(proposedVersion({ known: ['1.0.0'], changes: { because: [] } })).toBeUndefined();
  });

  it('is refused where the step is too small, with the change that needs a greater one', () => {
    expect(versionRefusal({ asked: '1.0.1', known: ['1.0.0'], changes })).toBe(
      '1.0.1 is too small a step after 1.0.0: the changes need a major one, 2.0.0 (lits/volume-1 was taken out)',
    );
    expect(versionRefusal({ asked: '2.0.0', known: ['1.0.0'], changes })).toBeUndefined();
  });

  it('is refused where it is there, leaves a gap, is no number or nothing has changed', () => {
    const refused = (asked: string) => versionRefusal({ asked, known: ['1.0.0'], changes });
    expect(refused('1.0.0')).toContain('is there already');
    expect(refused('3.0.0')).toBe('3.0.0 does not follow 1.0.0: next are 1.0.1, 1.1.0, 2.0.0');
    expect(refused('0.9.0')).toContain('does not follow');
    expect(refused('two')).toContain('is no version');
    expect(versionRefusal({ asked: '1.0.1', known: ['1.0.0'], changes: { because: [] } })).toBe(
      'nothing has changed since 1.0.0',
    );
  });
});
