import { readFileSync } from 'node:fs';

/** One row of a table in docs/traps.md. */
export interface TrapRow {
  /** Case or file. */
  readonly name: string;
  /** What stands behind it: `as KiTS19`. */
  readonly how: string;
  /** Axis codes; of cases only. */
  readonly axes: string;
  readonly codes: readonly string[];
  readonly then: string;
}

/** The two tables of docs/traps.md that name the cases and files of the test data. */
export function trapTables(): { cases: TrapRow[]; files: TrapRow[] } {
  const lines = readFileSync('docs/traps.md', 'utf8').split('\n');
  return {
    cases: rowsUnder(lines, '| case |').map(([name, , axes, codes, then]) =>
      row(name!, axes!, codes!, then!),
    ),
    files: rowsUnder(lines, '| file |').map(([name, , codes, then]) => row(name!, '', codes!, then!)),
  };
}

function rowsUnder(lines: readonly string[], head: string): string[][] {
  const at = lines.findIndex((line) => line.startsWith(head));
  const end = lines.findIndex((line, n) => n > at && !line.startsWith('|'));
  return lines.slice(at + 2, end).map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

function row(name: string, axes: string, codes: string, then: string): TrapRow {
  const [, quoted, how] = /^`([^`]+)`(.*)$/.exec(name) ?? ['', name, ''];
  return {
    name: quoted!,
    how: how!.replace(/^,/, '').trim(),
    axes,
    codes: [...codes.matchAll(/`([A-Z_]+)`/g)].map(([, code]) => code!),
    then,
  };
}
