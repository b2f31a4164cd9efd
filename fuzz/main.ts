import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { Campaign } from './campaign.js';
import { inputOf, judge, kinds } from './judge.js';
import { fuzzTable } from './table.js';

const usage = `npm run fuzz -- [options]: damaged files of every kind, each read or refused with file, field and value
  --count N     inputs (100000)
  --seed TEXT   they follow from it and their number (1)
  --only KIND   only kinds whose name begins so: ${kinds.join(', ')}
  --input N     read one input again
  --save FILE   write that input
Docs: docs/fuzzing.md`;

/** Ends with 2 on an option that there is not. */
function optionsOf() {
  try {
    return parseArgs({ options: known }).values;
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : error}\n\n${usage}`);
    process.exit(2);
  }
}

const known = {
  help: { type: 'boolean', short: 'h', default: false },
  count: { type: 'string', default: '100000' },
  seed: { type: 'string', default: '1' },
  /** Only kinds whose name begins so. */
  only: { type: 'string', default: '' },
  /** Number of one input to read again. */
  input: { type: 'string' },
  /** File to write that input to. */
  save: { type: 'string' },
} as const;
const options = optionsOf();
if (options.help) {
  console.log(usage);
  process.exit();
}

const limits = { inputMs: 20_000, peakMib: 1500 };
const only = kinds.filter((kind) => kind.startsWith(options.only));
if (only.length === 0) {
  console.error(`--only ${options.only}: kinds are ${kinds.join(', ')}`);
  process.exit(2);
}

if (options.input !== undefined) {
  const n = Number(options.input);
  const { kind, bytes } = inputOf(options.seed, n, only);
  if (options.save !== undefined) writeFileSync(options.save, bytes);
  const started = performance.now();
  const { outcome, fault } = judge(options.seed, n, only);
  console.log(
    `${kind}, ${bytes.length} bytes: ${outcome} after ${(performance.now() - started).toFixed(1)} ms`,
  );
  if (fault !== undefined) console.log(fault);
  process.exitCode = fault === undefined ? 0 : 1;
} else {
  const campaign = new Campaign({ seed: options.seed, count: Number(options.count), only, limits });
  const result = await campaign.run((line) => console.error(line));
  console.log(fuzzTable(result, limits));
  process.exitCode = result.faults.length === 0 && result.peakMib <= limits.peakMib ? 0 : 1;
}
