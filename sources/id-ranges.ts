import { naturalOrder } from './file-tree.js';

interface Numbered {
  readonly id: string;
  readonly prefix: string;
  readonly digits: string;
}

/** Case ids in natural order with runs folded, as people write them: `volume-3…7, 12`, `PANCREAS_0003…0007`. */
export function foldIds(ids: readonly string[]): string {
  const runs: Numbered[][] = [];
  for (const each of [...new Set(ids)].sort(naturalOrder).map(numbered)) {
    const run = runs.at(-1);
    const last = run?.at(-1);
    if (run !== undefined && last !== undefined && follows(last, each)) run.push(each);
    else runs.push([each]);
  }
  return runs.map((run, n) => shown(run, runs[n - 1]?.[0])).join(', ');
}

/** The ids of a list of numbers as people write it: `1-3,7` with prefix `spleen_`, padded with zeros to `width`. */
export function unfoldIds(prefix: string, numbers: string, width = 1): string[] {
  return numbers.split(',').flatMap((part) => {
    const [first, last = first] = part.split('-').map(Number);
    return Array.from(
      { length: last - first + 1 },
      (_, n) => `${prefix}${String(first + n).padStart(width, '0')}`,
    );
  });
}

function numbered(id: string): Numbered {
  const digits = /\d+$/.exec(id)?.[0] ?? '';
  return { id, prefix: id.slice(0, id.length - digits.length), digits };
}

function follows(a: Numbered, b: Numbered): boolean {
  return a.digits !== '' && a.prefix === b.prefix && Number(b.digits) === Number(a.digits) + 1;
}

/** The prefix is written once for runs that share it. */
function shown(run: readonly Numbered[], before: Numbered | undefined): string {
  const [first] = run;
  const start = before?.prefix === first.prefix && first.digits !== '' ? first.digits : first.id;
  return run.length === 1 ? start : `${start}…${run[run.length - 1].digits}`;
}
