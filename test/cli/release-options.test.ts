import { describe, expect, it } from 'vitest';
import { releaseChoice } from '../../cli/release-options.js';

describe('what a release is asked for', () => {
  const first = releaseChoice({
    licenceAllows: ['commercial'],
    where: 'collection=lits',
    seed: '7',
    images: false,
  });

  it('is what was said, and stays until something else is said', () => {
    expect(first).toMatchObject({
      uses: ['commercial'],
      where: 'collection=lits',
      seed: 7,
      images: false,
      testShare: 0.2,
    });
    expect(releaseChoice({}, first)).toEqual(first);
    expect(releaseChoice({ images: true, trainingBinds: false }, first)).toEqual({
      ...first,
      images: true,
      trainingBinds: false,
    });
  });

  it('is taken back by an empty query, and by licences that may allow anything', () => {
    const { where: _where, ...rest } = first;
    expect(releaseChoice({ where: '', licenceAllows: ['anything'] }, first)).toEqual({ ...rest, uses: [] });
  });

  it('leaves unfinished cases out only where it is said each time', () => {
    expect(releaseChoice({ unfinished: true })).toMatchObject({ unfinished: true });
    expect(releaseChoice({}, { ...first, unfinished: true })).toMatchObject({ unfinished: false });
  });

  it.each([
    [{ licenceAllows: ['resale'] }, '--licence-allows resale: expected share'],
    [{ labelsUnder: 'CC-BY-NC-ND-4.0' }, '--labels-under CC-BY-NC-ND-4.0'],
    [{ testShare: '1.5' }, '--test-share'],
    [{ seed: 'x' }, '--seed'],
    [{ where: 'colour=red' }, "at 'colour'"],
  ])('refuses %j with the option’s name', (options, message) => {
    expect(() => releaseChoice(options)).toThrow(message);
  });
});
