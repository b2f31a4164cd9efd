import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { PlusctError } from '../domain/errors.js';

/** What a bench does with the project's folder, a way to tell how it goes, and the rest of the command line. */
type Bench = (root: string, say: (line: string) => void, args: readonly string[]) => Promise<void>;

/** Benches by name; the first one runs when none is named. */
const benches: Readonly<Record<string, () => Promise<{ run: Bench }>>> = {
  metrics: () => import('./metrics.js'),
  ingest: () => import('./ingest.js'),
  duplicates: () => import('./duplicates.js'),
  gpu: () => import('./gpu.js'),
  day: () => import('./day.js'),
  inbox: () => import('./inbox.js'),
};

const [first = '', ...others] = process.argv.slice(2);
const named = Object.hasOwn(benches, first);
if (!named && first !== '' && !first.startsWith('-')) {
  console.error(`There is no bench '${first}'; there are ${Object.keys(benches).join(', ')}.`);
  process.exit(2);
}
// This file runs from dist/bench/.
const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const { run } = await benches[named ? first : 'metrics']();
try {
  await run(root, (line) => console.error(line), named ? others : process.argv.slice(2));
} catch (error) {
  const isFailure = error instanceof PlusctError;
  if (!isFailure && !isWrongOption(error)) throw error;
  console.error((error as Error).message);
  process.exitCode = isFailure && error.kind !== 'InvalidInput' ? 1 : 2;
}

/** What Node.js says of options that there are not. */
function isWrongOption(error: unknown): boolean {
  return error instanceof Error && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS');
}
