import { cut, printTable } from './output.js';

const gap = 2;
/** Columns are not made narrower than this, whatever the terminal. */
const least = 6;

/** A table whose widest columns are cut until it fits `width` characters. */
export function printFittingTable(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  width: number,
): void {
  const widths = fittingWidths(head, rows, width);
  const cutRow = (cells: readonly string[]) => cells.map((cell, n) => cut(cell, widths[n]));
  printTable(cutRow(head), rows.map(cutRow));
}

/** Width of each column: as wide as its cells, less where the whole would not fit; the first, which names a row, last. */
export function fittingWidths(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  width: number,
): number[] {
  const widths = head.map((text, n) => Math.max(text.length, ...rows.map((row) => row[n].length)));
  let over = widths.reduce((sum, each) => sum + each + gap, -gap) - width;
  while (over > 0) {
    const widest = Math.max(0, ...widths.slice(1));
    const at = widest > least ? widths.indexOf(widest, 1) : 0;
    if (widths[at] <= least) break;
    widths[at] -= 1;
    over -= 1;
  }
  return widths;
}
