import { csvFormatRows } from 'd3-dsv';

/** A row of figures as it is stored: text, numbers, and metrics that may be undefined for a reason. */
type Cell = string | number | { readonly undefined: string } | undefined;
type Row<Column extends string> = Readonly<Partial<Record<Column, Cell>>>;

/** One JSON object a line, keys in the columns' order; undefined metrics stay tagged objects. */
export function toJsonl<Column extends string>(
  rows: readonly Row<Column>[],
  columns: readonly Column[],
): string {
  return rows.map((row) => `${JSON.stringify(inOrder(row, columns))}\n`).join('');
}

/** The row with its keys in the columns' order, and no others. */
export function inOrder<Column extends string>(row: Row<Column>, columns: readonly Column[]): Row<Column> {
  const pairs = columns.filter((column) => row[column] !== undefined).map((column) => [column, row[column]]);
  return Object.fromEntries(pairs) as Row<Column>;
}

/** The same as CSV (RFC 4180) with a header line; undefined metrics are empty cells. */
export function toCsv<Column extends string>(
  rows: readonly Row<Column>[],
  columns: readonly Column[],
): string {
  const cell = (value: Cell): string => (typeof value === 'object' ? '' : String(value ?? ''));
  const lines = rows.map((row) => columns.map((column) => cell(row[column])));
  return `${csvFormatRows([[...columns], ...lines])}\n`;
}
