import { styleText } from 'node:util';
import Table from 'cli-table3';

/** Prints a value as JSON for programs. */
export function printJson(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value, null, 2)}\n`);
}

export function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** Exit code of a command that the rules refused. */
export const refusedExitCode = 3;

/** Tells on standard error that the rules refused something, and why. */
export function sayRefused(why: string): void {
  process.stderr.write(`${styled('red', 'refused')}: ${why}\n`);
}

type Style = Parameters<typeof styleText>[0];

/** Colour on a terminal that wants it, plain text elsewhere. */
export function styled(style: Style, text: string): string {
  const coloured = process.stdout.isTTY && !process.env.NO_COLOR;
  return coloured ? styleText(style, text) : text;
}

const bare = {
  top: '',
  'top-mid': '',
  'top-left': '',
  'top-right': '',
  bottom: '',
  'bottom-mid': '',
  'bottom-left': '',
  'bottom-right': '',
  left: '',
  'left-mid': '',
  mid: '',
  'mid-mid': '',
  right: '',
  'right-mid': '',
  middle: '  ',
} as const;

/** A table without frames; columns whose cells are all numbers are set to the right. */
export function printTable(head: readonly string[], rows: readonly (readonly (string | number)[])[]): void {
  const numeric = head.map((_, column) =>
    rows.every((row) => /^[\d.,±→ –-]*$/.test(String(row[column] ?? ''))),
  );
  const table = new Table({
    head: head.map((text) => styled('bold', text)),
    colAligns: numeric.map((each) => (each ? 'right' : 'left')),
    chars: bare,
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0 },
  });
  for (const row of rows) table.push(row.map(String));
  say(table.toString());
}

/** Text cut to a width, with an ellipsis. */
export function cut(text: string, width: number): string {
  return text.length <= width ? text : `${text.slice(0, width - 1)}…`;
}

/** Columns of the terminal; 100 where output goes elsewhere. */
export function terminalWidth(): number {
  return process.stdout.columns ?? 100;
}

/** Text broken between words so that it fits the terminal, every line `indent` columns in. Longer words stay whole. */
export function wrapped(text: string, indent: number): string {
  const lines: string[] = [''];
  for (const word of text.split(' ')) {
    const longer = `${lines.at(-1)} ${word}`.trimStart();
    if (indent + longer.length <= terminalWidth() || lines.at(-1) === '') lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  return lines.map((line) => ' '.repeat(indent) + line).join('\n');
}
