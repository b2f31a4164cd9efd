import { describe, expect, it } from 'vitest';
import { fittingWidths } from '../../cli/fit-table.js';

describe('a fitting table', () => {
  it('is as wide as its cells where there is room', () => {
    expect(fittingWidths(['a', 'bc'], [['123', '4']], 80)).toEqual([3, 2]);
  });

  it('cuts its widest columns until it fits', () => {
    const widths = fittingWidths(['case', 'text'], [['lits/volume-0', 'x'.repeat(200)]], 60);
    expect(widths).toEqual([13, 45]);
  });

  it('leaves a few characters to every column however narrow the terminal is', () => {
    expect(fittingWidths(['a', 'b'], [['x'.repeat(30), 'y'.repeat(30)]], 5)).toEqual([6, 6]);
  });
});
