import { describe, expect, it } from 'vitest';
import { inputOf, judge, kinds } from '../../fuzz/judge.js';
import { fuzzTable } from '../../fuzz/table.js';

/** The small version of `npm run fuzz`. */
describe('damaged files', () => {
  it.each(kinds)('%s are read or refused with file, field and value', (kind) => {
    for (let n = 0; n < 60; n += 1) {
      const { fault } = judge('test', n, [kind]);
      expect(fault, `npm run fuzz -- --seed test --only "${kind}" --input ${n}`).toBeUndefined();
    }
  });

  it('follow from seed and number', () => {
    for (const n of [0, 7, 100]) expect(inputOf('a', n)).toEqual(inputOf('a', n));
    expect(inputOf('a', 1).bytes).not.toEqual(inputOf('b', 1).bytes);
  });
});

it('are summed up by kind and outcome, with faults told so that they can be seen again', () => {
  const table = fuzzTable(
    {
      seed: '7',
      inputs: 3,
      counts: [
        { kind: 'nifti bytes', outcome: 'read', count: 2 },
        { kind: 'gzip bomb', outcome: 'FILE_CORRUPT', count: 1 },
      ],
      faults: [{ n: 2, kind: 'gzip bomb', what: 'still at it' }],
      seconds: 1,
      peakMib: 100,
      peakInput: 1,
      slowestMs: 5,
      slowestInput: 0,
    },
    { inputMs: 5000, peakMib: 1500 },
  );
  expect(table).toContain('npm run fuzz -- --seed 7 --input 2');
  expect(table).toMatch(/nifti bytes +0 +2/);
});
