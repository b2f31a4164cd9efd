import type { FuzzResult, Limits } from './campaign.js';

/** The result as text: inputs by kind and outcome, limits, and how to see a fault again. */
export function fuzzTable(result: FuzzResult, limits: Limits): string {
  const outcomes = [...new Set(result.counts.map(({ outcome }) => outcome))].sort();
  const kinds = [...new Set(result.counts.map(({ kind }) => kind))];
  const count = (kind: string, outcome: string): number =>
    result.counts.find((each) => each.kind === kind && each.outcome === outcome)?.count ?? 0;
  const wide = Math.max(...kinds.map((kind) => kind.length), 4) + 2;
  const widths = outcomes.map((outcome) => Math.max(outcome.length, 6) + 2);
  const head = `${'kind'.padEnd(wide)}${outcomes.map((outcome, n) => outcome.padStart(widths[n])).join('')}`;
  const rows = kinds.map(
    (kind) =>
      `${kind.padEnd(wide)}${outcomes.map((outcome, n) => String(count(kind, outcome)).padStart(widths[n])).join('')}`,
  );
  const { seed, inputs, seconds, peakMib, peakInput, slowestMs, slowestInput, faults } = result;
  return [
    head,
    ...rows,
    '',
    `${inputs} inputs of seed ${seed} in ${seconds.toFixed(0)} s, ${faults.length} faults`,
    `peak memory ${peakMib.toFixed(0)} MiB at input ${peakInput} (at most ${limits.peakMib} MiB)`,
    `slowest input ${slowestInput}: ${slowestMs.toFixed(0)} ms (at most ${limits.inputMs} ms)`,
    ...faults.flatMap(({ n, kind, what }) => [
      '',
      `FAULT ${kind}: npm run fuzz -- --seed ${seed} --input ${n}`,
      what,
    ]),
  ].join('\n');
}
