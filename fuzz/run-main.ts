import { openSync, writeSync } from 'node:fs';
import { judge, type Verdict } from './judge.js';

/** What the starter asks of this process, as JSON in its first argument. */
export interface FuzzWork {
  readonly seed: string;
  readonly from: number;
  readonly to: number;
  readonly only: readonly string[];
  /** File that always holds the number of the input under way, for whoever watches the time. */
  readonly underWay: string;
}

export interface Counted {
  readonly kind: string;
  readonly outcome: string;
  readonly count: number;
}
/** What this process tells: counts now and then, faults at once. */
export type FuzzNews =
  | { readonly counted: readonly Counted[] }
  | { readonly n: number; readonly verdict: Verdict };

const tellEvery = 100;

const { seed, from, to, only, underWay }: FuzzWork = JSON.parse(process.argv[2] ?? '');
const file = openSync(underWay, 'w');
const number = new Uint32Array(1);
let counts = new Map<string, Counted>();
const tell = (news: FuzzNews): void => void process.send?.(news);

/** Gives inputs to the readers, some at a time, so that news can leave in between. */
function some(start: number): void {
  const end = Math.min(to, start + tellEvery);
  for (let n = start; n < end; n += 1) {
    number[0] = n;
    writeSync(file, new Uint8Array(number.buffer), 0, 4, 0);
    const verdict = judge(seed, n, only);
    const { kind, outcome } = verdict;
    const key = `${kind}/${outcome}`;
    counts.set(key, { kind, outcome, count: (counts.get(key)?.count ?? 0) + 1 });
    if (verdict.fault !== undefined) tell({ n, verdict });
  }
  tell({ counted: [...counts.values()] });
  counts = new Map();
  if (end < to) setImmediate(some, end);
  else process.disconnect();
}

some(from);
