import { describe, expect, it } from 'vitest';
import { outlines } from '../../imaging/outline.js';

/** Rows of `#` and `.`. */
function loopsOf(...rows: string[]) {
  const mask = Uint8Array.from(rows.join(''), (character) => (character === '#' ? 1 : 0));
  return outlines(mask, rows[0]!.length, rows.length);
}

/** Signed area by the shoelace rule; positive is clockwise on a screen. */
function area(loop: readonly (readonly [number, number])[]): number {
  return (
    loop.reduce((sum, [x, y], at) => {
      const [nextX, nextY] = loop[(at + 1) % loop.length]!;
      return sum + x * nextY - nextX * y;
    }, 0) / 2
  );
}

describe('outlines', () => {
  it('go round a pixel along its edges, clockwise', () => {
    const [loop, ...others] = loopsOf('...', '.#.', '...');
    expect(others).toEqual([]);
    expect(new Set(loop!.map(String))).toEqual(new Set(['1,1', '2,1', '2,2', '1,2']));
    expect(area(loop!)).toBe(1);
  });

  it('name only the corners where the line turns', () => {
    const [loop] = loopsOf('####', '####');
    expect(loop).toHaveLength(4);
    expect(area(loop!)).toBe(8);
  });

  it('go round holes the other way', () => {
    const loops = loopsOf('###', '#.#', '###');
    expect(loops.map(area).sort((a, b) => a - b)).toEqual([-1, 9]);
  });

  it('keep pixels apart that touch at a corner', () => {
    expect(loopsOf('#.', '.#').map(area)).toEqual([1, 1]);
    expect(loopsOf('.#', '#.').map(area)).toEqual([1, 1]);
    expect(loopsOf('.#.', '#.#', '.#.').map(area)).toEqual([1, 1, 1, 1]);
  });

  it('are none for an empty mask, and the frame for a full one', () => {
    expect(loopsOf('..', '..')).toEqual([]);
    expect(loopsOf('##', '##').map(area)).toEqual([4]);
  });

  it('enclose as many pixels as the mask has', () => {
    const rows = ['.##.#..#', '#..##.##', '##.#.#..', '#######.', '.#.##.##'];
    const pixels = rows.join('').split('#').length - 1;
    expect(loopsOf(...rows).reduce((sum, loop) => sum + area(loop), 0)).toBe(pixels);
  });
});
