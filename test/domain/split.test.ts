import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { groupsOf } from '../../domain/case-groups.js';
import { splitCases } from '../../domain/split.js';

const names = (count: number) => Array.from({ length: count }, (_, n) => `lits/volume-${n}`);

describe('groups of cases', () => {
  it('are connected: a copy of a copy belongs to the first', () => {
    const pairs = [
      { first: 'b', second: 'd' },
      { first: 'd', second: 'a' },
      { first: 'e', second: 'elsewhere' },
    ];
    expect(groupsOf(['a', 'b', 'c', 'd', 'e'], pairs)).toEqual([['a', 'b', 'd']]);
  });
});

describe('a split', () => {
  const shares = { train: 0.7, validation: 0.1, test: 0.2 };

  it('never parts a group, holds every case once and does not depend on order', () => {
    const group = fc.uniqueArray(fc.nat({ max: 79 }), { minLength: 2, maxLength: 5 });
    fc.assert(
      fc.property(fc.array(group, { maxLength: 12 }), fc.integer(), (numbers, seed) => {
        const cases = names(80);
        const groups = numbers.map((each) => each.map((n) => cases[n]!));
        const parts = splitCases({ cases, groups, shares, seed });
        expect(Object.values(parts).flat().sort()).toEqual([...cases].sort());
        for (const each of groups) {
          const homes = Object.values(parts).filter((part) => each.some((name) => part.includes(name)));
          expect(homes).toHaveLength(1);
        }
        const turned = { cases: [...cases].reverse(), groups: [...groups].reverse(), shares, seed };
        expect(splitCases(turned)).toEqual(parts);
      }),
    );
  });

  it('comes within half a case of the shares where nothing is grouped, and differs between seeds', () => {
    const parts = splitCases({ cases: names(200), groups: [], shares, seed: 1 });
    expect(Object.values(parts).map((part) => part.length)).toEqual([140, 20, 40]);
    expect(splitCases({ cases: names(200), groups: [], shares, seed: 2 })).not.toEqual(parts);
  });

  it('refuses shares that are not positive', () => {
    expect(() => splitCases({ cases: names(2), groups: [], shares: { train: 0 }, seed: 1 })).toThrow(
      'shares',
    );
    expect(() => splitCases({ cases: names(2), groups: [], shares: {}, seed: 1 })).toThrow('shares');
  });
});

describe('a split that goes on', () => {
  const cases = Array.from({ length: 10 }, (_, n) => `c${n}`);
  const shares = { train: 0.5, test: 0.5 };

  it('leaves every case in its part and deals out only the new ones', () => {
    const first = splitCases({ cases, groups: [], shares, seed: 1 });
    const kept = Object.fromEntries(
      Object.entries(first).flatMap(([part, own]) => own.map((name) => [name, part])),
    );
    const more = splitCases({
      cases: [...cases, 'd0', 'd1', 'd2'],
      groups: [['c0', 'd0']],
      shares,
      seed: 9,
      kept,
    });
    for (const [part, own] of Object.entries(first)) expect(more[part]).toEqual(expect.arrayContaining(own));
    expect(Object.values(more).find((own) => own.includes('d0'))).toContain('c0');
    expect(Object.values(more).flat()).toHaveLength(13);
  });

  it('brings cases together that turn out to show one scan', () => {
    const kept = { c0: 'test', c1: 'train' };
    const { train } = splitCases({ cases: ['c0', 'c1'], groups: [['c0', 'c1']], shares, seed: 1, kept });
    expect(train).toEqual(['c0', 'c1']);
  });
});
