import { describe, expect, it } from 'vitest';
import { summaryLine, waitsFor } from '../../domain/task-summary.js';
import {
  certified,
  command,
  drawnPancreas,
  escalated,
  inReview,
  inVerification,
  leased,
  opened,
  submitted,
  through,
  verified,
} from './tasks.js';

const returned = () => through(inReview(), [command('return', 'cora', { organs: ['kidney'] })]);
const twice = () =>
  through(
    returned(),
    [command('submit', 'anna'), drawnPancreas],
    [command('review', 'dirk')],
    [command('return', 'dirk', { organs: ['spleen'] })],
  );

describe('a task in a list', () => {
  it.each([
    ['queued', 'junior'],
    ['leased', 'junior'],
    ['returned', 'junior'],
    ['submitted', 'certified'],
    ['in-review', 'certified'],
    ['certified', 'senior'],
    ['in-verification', 'senior'],
    ['escalated', 'senior'],
    ['verified', undefined],
  ] as const)('waits in phase %s for role %s', (phase, role) => {
    expect(waitsFor({ phase })).toBe(role);
  });

  it('waits for nobody once a read for measuring is in', () => {
    expect(waitsFor({ phase: 'submitted', kind: 'blind-audit' })).toBeUndefined();
    expect(waitsFor({ phase: 'queued', kind: 'blind-audit' })).toBe('junior');
  });

  const untouched = 'liver source, kidney pre-labelled, spleen pre-labelled, pancreas empty';
  const approved = 'liver source, kidney approved, spleen approved, pancreas approved';
  it.each([
    [opened, `lits/volume-0/1 queued, waits for a junior – ${untouched}`],
    [leased, `lits/volume-0/1 leased, waits for anna – ${untouched}`],
    [
      submitted,
      'lits/volume-0/1 submitted, waits for a certified radiologist, drawn by anna – liver source, kidney pre-labelled, spleen pre-labelled, pancreas corrected',
    ],
    [
      inReview,
      'lits/volume-0/1 in-review, waits for cora, drawn by anna – liver source, kidney pre-labelled, spleen pre-labelled, pancreas corrected',
    ],
    [
      inVerification,
      `lits/volume-0/1 in-verification, waits for emma, drawn by anna, approved by cora – ${approved}`,
    ],
    [
      escalated,
      `lits/volume-0/1 escalated, waits for a senior radiologist, drawn by anna, approved by cora, escalated by emma – ${approved}`,
    ],
    [
      () => opened([], { kind: 'double-read' }),
      'lits/volume-0/1-double queued, waits for a junior – liver empty, kidney empty, spleen empty, pancreas empty',
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
