import { describe, expect, it } from 'vitest';
import { releaseChoice } from '../../cli/release-options.js';
import { WrongOption } from '../../cli/wrong-option.js';

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
    [{ testShare: '1.5' }, "--test-share is '1.5'; give a share from 0 to 1"],
    [{ testShare: '0x1' }, "--test-share is '0x1'"],
    [{ testShare: '1e-1' }, "--test-share is '1e-1'"],
    [{ testShare: '0' }, "--test-share is '0'; give a share between 0 and 1"],
    [{ seed: '1e3' }, "--seed is '1e3'; give a whole number from 0 on"],
    [{ where: 'colour=red' }, "at 'colour'"],
  ])('refuses %j with the option’s name', (options, message) => {
    expect(() => releaseChoice(options)).toThrow(WrongOption);
    expect(() => releaseChoice(options)).toThrow(message);
  });
});
