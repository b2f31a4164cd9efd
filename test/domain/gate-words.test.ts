import { describe, expect, it } from 'vitest';
import { gateDifference, gateMeans } from '../../domain/gate-words.js';

describe('the words of a gate', () => {
  const text = (share: number) => share.toFixed(2);
  const figures = {
    metric: 'dsc' as const,
    n: 9,
    candidateMean: 0.9,
    incumbentMean: 0.95,
    difference: -0.05,
    interval: [-0.1, 0.02] as [number, number],
  };

  it('go from the incumbent to the candidate, and give the sign of every difference', () => {
    expect(gateMeans(figures, text)).toBe('0.95 → 0.90');
    expect(gateDifference(figures, text)).toBe('−0.05 (−0.10 to +0.02)');
  });

  it('leave out what there is too little of', () => {
    expect(gateMeans({ ...figures, candidateMean: null }, text)).toBe('–');
    expect(gateDifference({ ...figures, interval: null }, text)).toBe('−0.05');
    expect(gateDifference({ ...figures, difference: null }, text)).toBe('–');
  });
});
