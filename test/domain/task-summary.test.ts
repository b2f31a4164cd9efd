import { describe, expect, it } from 'vitest';
import { summaryLine, waitsFor } from '../../domain/task-summary.js';
import { certified, claimed, command, drawnPancreas, opened, submitted, through } from './tasks.js';

const returned = () => through(submitted(), [command('return', 'cora', { organs: ['kidney'] })]);
const twice = () =>
  through(
    returned(),
    [command('submit', 'anna'), drawnPancreas],
    [command('return', 'dirk', { organs: ['spleen'] })],
  );
const verified = () => through(certified(), [command('verify', 'emma')]);

describe('a task in a list', () => {
  it.each([
    ['queued', 'junior'],
    ['claimed', 'junior'],
    ['returned', 'junior'],
    ['submitted', 'certified'],
    ['certified', 'senior'],
    ['verified', undefined],
  ] as const)('waits in phase %s for role %s', (phase, role) => {
    expect(waitsFor({ phase })).toBe(role);
  });

  const untouched = 'liver source, kidney pre-labelled, spleen pre-labelled, pancreas empty';
  const approved = 'liver source, kidney approved, spleen approved, pancreas approved';
  it.each([
    [opened, `lits/volume-0/1 queued, waits for a junior – ${untouched}`],
    [claimed, `lits/volume-0/1 claimed, waits for anna – ${untouched}`],
    [
      submitted,
      'lits/volume-0/1 submitted, waits for a certified radiologist, drawn by anna – liver source, kidney pre-labelled, spleen pre-labelled, pancreas corrected',
    ],
    [
      returned,
      'lits/volume-0/1 returned, waits for anna, returned once – liver source, kidney returned, spleen pre-labelled, pancreas corrected',
    ],
    [
      twice,
      'lits/volume-0/1 returned, waits for anna, returned 2 times – liver source, kidney returned, spleen returned, pancreas corrected',
    ],
    [
      certified,
      `lits/volume-0/1 certified, waits for a senior radiologist, drawn by anna, approved by cora – ${approved}`,
    ],
    [
      verified,
      `lits/volume-0/1 verified, drawn by anna, approved by cora, verified by emma – ${approved.replaceAll('approved', 'verified')}`,
    ],
  ])('is one line: %#', (make, line) => {
    expect(summaryLine(make())).toBe(line);
  });
});
