import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { madeFiles, sharedFiles } from './cases.js';
import { measureBatch, measureCold, measureWarm } from './measure.js';
import { officialPython, pythonVersion } from './official.js';
import { benchPage } from './report.js';

/** `npm run bench`: figures and speed of plusct against the official implementation, side by side. */
export async function run(root: string, say: (line: string) => void, args: readonly string[]): Promise<void> {
  const { values: options } = parseArgs({
    args: [...args],
    options: {
      quick: { type: 'boolean', default: false },
      /** Only cases whose name holds this. */
      only: { type: 'string', default: '' },
    },
  });
  const dir = join(root, '.plusct', 'bench');
  mkdirSync(dir, { recursive: true });

  const python = officialPython(dir, say);
  const sides = {
    official: { command: python, args: [join(root, 'bench', 'official.py')] },
    plusct: { command: process.execPath, args: [join(root, 'dist', 'bench', 'plusct-main.js')] },
  };
  const data = join(root, '..', 'shared', 'data');
  const cases = [
    ...madeFiles(join(dir, 'cases'), say),
    ...(existsSync(data) ? sharedFiles(data, join(dir, 'cases'), say) : []),
  ].filter(({ name }) => name.includes(options.only));
  const repetitions = options.quick ? { warm: 1, cold: 1 } : { warm: 5, cold: 3 };

  say(`Measuring ${cases.length} cases, warm …`);
  const warm = await measureWarm(cases, sides, repetitions.warm);
  say('… with the start of the programs …');
  const cold = await measureCold(cases, sides, repetitions.cold);
  const workers = [...new Set([1, 2, availableParallelism()])];
  const batches = [];
  for (const count of workers) {
    say(`… all at once, ${count} at a time …`);
    batches.push(await measureBatch(cases, sides, count));
  }
  const page = benchPage(
    { cases, warm, cold, batches, python: pythonVersion(python), repetitions },
    new Date(),
  );
  console.log(page);
  if (!options.quick && options.only === '') writeFileSync(join(root, 'docs', 'benchmarks.md'), page);
}
