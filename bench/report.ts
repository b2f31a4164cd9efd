import { cpus, totalmem } from 'node:os';
import type { BenchCase } from './cases.js';
import type { BatchRow, ColdRow, Sides, WarmRow } from './measure.js';
import { officialPackages } from './official.js';

/** Everything that one run of the bench has found. */
export interface BenchResult {
  readonly cases: readonly BenchCase[];
  readonly warm: readonly WarmRow[];
  readonly cold: readonly ColdRow[];
  readonly batches: readonly BatchRow[];
  readonly python: string;
  readonly repetitions: { readonly warm: number; readonly cold: number };
}

const times = ({ official, plusct }: Sides<number>): string => `**${(official / plusct).toFixed(1)}×**`;
const ms = (value: number): string =>
  value >= 1000 ? `${(value / 1000).toFixed(2)} s` : `${value.toFixed(0)} ms`;
const row = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [row(head), row(head.map((_, n) => (n === 0 ? '---' : '---:'))), ...rows.map(row)].join('\n');

/** The day, and the machine that a bench ran on. */
export function machineLine(date: Date): string {
  const gib = (totalmem() / 2 ** 30).toFixed(0);
  return `${date.toISOString().slice(0, 10)} · ${cpus()[0]?.model.trim()} · ${cpus().length} cores · ${gib} GiB`;
}

/** The result as a page of Markdown. */
export function benchPage(result: BenchResult, date: Date): string {
  const largestDifference = Math.max(...result.warm.map(({ difference }) => difference));
  return `# Benchmarks

DSC and NSD at 1, 2, 3 and 5 mm of one organ, from two \`.nii.gz\` files to the figures, reading included: plusct against the
official [surface-distance](https://github.com/google-deepmind/surface-distance), unmodified, on the same files in the
same run. Repeat it with

\`\`\`
npm run bench
\`\`\`

which installs the official package into \`.plusct/bench/venv\`, draws its cases, measures both sides in turn and writes this
page. It needs Python 3.11 or later and PyPI. \`npm run bench -- --quick\` repeats less and writes nothing. Cases named
\`made\` are drawn; the others are KiTS19 masks, measured where \`../shared/data\` is there.

${machineLine(date)} ·
Node.js ${process.versions.node} · ${result.python} · ${officialPackages.join(', ')}

All figures of all cases agree to within ${largestDifference.toExponential(1)}.

## One thread, warm

Medians of ${result.repetitions.warm} runs each, in turn, in one process per side that has done the case before (the official one once, plusct five
times, so that its code is compiled). CPU: processor time of the whole process, helper threads included.

${warmTable(result)}

## Start included, and memory

A new process for every case, from its start to its end: medians of ${result.repetitions.cold}. Memory: the most that the
process ever held.

${coldTable(result)}

## All cases at once

The official implementation runs in that many processes, plusct in that many threads of one process. The last column compares
with one process of the official implementation.

${batchTable(result.batches)}
`;
}

function warmTable({ cases, warm }: BenchResult): string {
  const rows = cases.map(({ name, shape }, n) => {
    const { wallMs, cpuMs } = warm[n];
    return [
      name,
      shape,
      ms(wallMs.official),
      ms(wallMs.plusct),
      times(wallMs),
      ms(cpuMs.official),
      ms(cpuMs.plusct),
      times(cpuMs),
    ];
  });
  return table(['case', 'voxels', 'official', 'plusct', '', 'official CPU', 'plusct CPU', ''], rows);
}

function coldTable({ cases, cold }: BenchResult): string {
  const rows = cases.map(({ name }, n) => {
    const { wallMs, peakMib } = cold[n];
    return [
      name,
      ms(wallMs.official),
      ms(wallMs.plusct),
      times(wallMs),
      `${peakMib.official.toFixed(0)} MiB`,
      `${peakMib.plusct.toFixed(0)} MiB`,
      `**${((100 * peakMib.plusct) / peakMib.official).toFixed(0)} %**`,
    ];
  });
  return table(['case', 'official', 'plusct', '', 'official peak', 'plusct peak', ''], rows);
}

function batchTable(batches: readonly BatchRow[]): string {
  const single = batches[0].wallMs.official;
  const rows = batches.map(({ workers, wallMs }) => [
    String(workers),
    ms(wallMs.official),
    ms(wallMs.plusct),
    times(wallMs),
    times({ official: single, plusct: wallMs.plusct }),
  ]);
  return table(['workers', 'official', 'plusct', '', 'against one official process'], rows);
}
