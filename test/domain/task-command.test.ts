import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { organs } from '../../domain/organ.js';
import { TaskCommand } from '../../domain/task-command.js';
import { malformed, taskCommandKinds } from '../../domain/task-command-check.js';
import { command, sha256 } from './tasks.js';

const kind = fc.constantFrom(...taskCommandKinds);
const organ = fc.constantFrom(...organs);

/** Every field that any kind of command has, all of them right. */
const complete = fc.record({
  kind,
  commandId: fc.string({ minLength: 1, maxLength: 80 }),
  actor: fc.string({ minLength: 1 }),
  expectedVersion: fc.nat(),
  reason: fc.string({ maxLength: 50 }).map((text) => `${text}.`),
  upload: fc.record({ key: fc.string(), sha256: fc.string().map(sha256), bytes: fc.nat() }),
  organ,
  organs: fc.array(organ),
  to: fc.string({ minLength: 1, maxLength: 80 }),
  version: fc.string({ minLength: 1, maxLength: 80 }),
  draft: fc.record({ key: fc.string(), sha256: fc.string().map(sha256), bytes: fc.nat() }),
  offline: fc.boolean(),
  leaseToken: fc.string({ minLength: 1, maxLength: 200 }),
  tokenSha256: fc.string().map(sha256),
  acknowledged: fc.array(fc.string({ minLength: 1, maxLength: 80 }), { maxLength: 50 }),
  comments: fc.array(
    fc.record(
      {
        organ,
        voxel: fc.tuple(fc.nat(), fc.nat(), fc.nat()),
        text: fc.string({ maxLength: 50 }).map((text) => `${text}.`),
      },
      { requiredKeys: ['text'] },
    ),
    { maxLength: 50 },
  ),
  resolve: fc.array(fc.string({ minLength: 1, maxLength: 80 }), { maxLength: 200 }),
  effort: fc.record(
    {
      activeSeconds: fc.double({ min: 0, max: 1_000_000, noNaN: true }),
      byOrgan: fc.dictionary(organ, fc.double({ min: 0, max: 1_000_000, noNaN: true })),
    },
    { requiredKeys: ['activeSeconds'] },
  ),
});

/** What fields are broken with: near misses first, then anything at all. */
const junk = fc.oneof(
  fc.constantFrom<unknown>(
    undefined,
    null,
    '',
    ' ',
    '\t\n',
    0,
    -0,
    -1,
    1.5,
    Number.NaN,
    Number.POSITIVE_INFINITY,
  ),
  fc.constantFrom<unknown>(2 ** 53, 2 ** 53 - 1, true, [], {}, new Date(0), Symbol('x'), 1n, () => 'claim'),
  fc.constantFrom<unknown>('x'.repeat(80), 'x'.repeat(81), 'x'.repeat(2000), ` ${'x'.repeat(2000)} `),
  fc.constantFrom<unknown>(
    'x'.repeat(2001),
    '𝒳'.repeat(41),
    'toString',
    '__proto__',
    'Liver',
    'liver',
    'stomach',
  ),
  fc.constantFrom<unknown>(
    ['liver', 'stomach'],
    [undefined],
    new Array(2),
    sha256('a').toUpperCase(),
    `${sha256('a')}\n`,
  ),
  fc.constantFrom<unknown>({ key: '', sha256: sha256('a'), bytes: 0 }, { key: 'k', sha256: 'a', bytes: 0 }),
  fc.anything(),
);
const path = fc.constantFrom(
  ...['kind', 'commandId', 'actor', 'expectedVersion', 'reason', 'upload', 'organ', 'organs', 'more'],
  ...['upload.key', 'upload.sha256', 'upload.bytes', 'organs.0', 'to', 'version', 'draft', 'draft.bytes'],
  ...['offline', 'leaseToken', 'tokenSha256', 'acknowledged', 'acknowledged.0', 'comments', 'comments.0'],
  ...['resolve', 'resolve.0', 'effort', 'effort.activeSeconds', 'effort.byOrgan', 'effort.more'],
);
type Change = { readonly at: string; readonly to: unknown; readonly remove: boolean };
const change: fc.Arbitrary<Change> = fc.record({ at: path, to: junk, remove: fc.boolean() });

function changedBy(value: object, { at, to, remove }: Change): object {
  const [first, second] = at.split('.');
  const copy: Record<string, unknown> = { ...value };
  const inner = copy[first];
  if (second === undefined && remove) delete copy[first];
  else if (second === undefined) copy[first] = to;
  else if (Array.isArray(inner)) copy[first] = [to, ...inner];
  else if (typeof inner === 'object' && inner !== null) {
    copy[first] = changedBy(inner, { at: second, to, remove });
  }
  return copy;
}

function agrees(value: unknown): boolean {
  const fault = malformed(value);
  if ((fault === undefined) !== TaskCommand.safeParse(value).success) {
    throw new Error(`the schema does not agree with: ${fault ?? 'no fault'}`);
  }
  return fault === undefined;
}

describe('what is no command', () => {
  it('agrees with the schema on complete commands', () => {
    fc.assert(
      fc.property(complete, (whole) => {
        agrees(whole);
      }),
      { numRuns: 1000 },
    );
  });

  it('agrees with the schema on commands with up to three broken fields', () => {
    const count = { good: 0, bad: 0 };
    fc.assert(
      fc.property(complete, fc.array(change, { minLength: 1, maxLength: 3 }), (whole, changes) => {
        count[agrees(changes.reduce<object>(changedBy, whole)) ? 'good' : 'bad']++;
      }),
      { numRuns: 10_000, seed: 3 },
    );
    expect(Math.min(count.good, count.bad)).toBeGreaterThan(2000);
  });

  it('agrees with the schema on anything at all', () => {
    fc.assert(
      fc.property(fc.anything(), kind, (value, name) => {
        agrees(value);
        agrees({ ...Object(value), kind: name });
      }),
      { numRuns: 3000 },
    );
  });

  it.each(taskCommandKinds)('%s: agrees with the schema on every junk value in every field', (name) => {
    const whole = { ...fc.sample(complete, { numRuns: 1, seed: 1 })[0], kind: name };
    fc.assert(
      fc.property(change, (one) => {
        agrees(changedBy(whole, one));
      }),
      { numRuns: 500 },
    );
  });

  it('knows the kinds of the schema and no other', () => {
    expect([...taskCommandKinds].sort()).toEqual(
      TaskCommand.options.map((each) => each.shape.kind.value).sort(),
    );
  });

  const upload = { key: 'k', sha256: sha256('a'), bytes: 5 };
  const submit = { kind: 'submit', commandId: 'c', actor: 'anna', upload };
  it.each<[string, unknown]>([
    ['a command must be an object with a kind; got null', null],
    ['a command must be an object with a kind; got a list', [submit]],
    [
      'unknown command "clam"; the kinds are claim, renew, release, hand-over, save-draft, submit, restore, review, return, attest-absent, approve, start-verification, verify, refine, escalate, comment, reopen, remind, expire',
      { ...submit, kind: 'clam' },
    ],
    ['claim: commandId must be text; got undefined', { kind: 'claim', actor: 'anna' }],
    ['submit: commandId must have at most 80 characters; got 81', { ...submit, commandId: 'x'.repeat(81) }],
    ['submit: actor must not be empty', { ...submit, actor: '' }],
    [
      'submit: expectedVersion must be a whole number of 0 or more; got -1',
      { ...submit, expectedVersion: -1 },
    ],
    [
      'submit: upload must be an object with key, sha256, bytes; got "file.nii"',
      { ...submit, upload: 'file.nii' },
    ],
    [
      'submit: upload sha256 must be 64 lower-case hex digits; got "ab"',
      { ...submit, upload: { ...upload, sha256: 'ab' } },
    ],
    ['return: reason must not be empty', { ...submit, kind: 'return', reason: '  ' }],
    [
      'return: organs must be one of liver, kidney, spleen, pancreas; got "lung"',
      { ...submit, kind: 'return', reason: 'r', organs: ['lung'] },
    ],
    [
      'attest-absent: organ must be one of liver, kidney, spleen, pancreas; got an object',
      { ...submit, kind: 'attest-absent', organ: {}, reason: 'r' },
    ],
    ['comment: comments must be a list of comments; got undefined', { ...submit, kind: 'comment' }],
    [
      'comment: comments voxel must be three indices i, j, k; got a list',
      { ...submit, kind: 'comment', comments: [{ text: 'here', voxel: [1, 2] }] },
    ],
    [
      'claim: effort activeSeconds must be a number from 0 to 1000000; got -1',
      { ...submit, kind: 'claim', effort: { activeSeconds: -1 } },
    ],
    ['hand-over: to must be text; got undefined', { ...submit, kind: 'hand-over', reason: 'r' }],
  ])('says: %s', (message, value) => {
    expect(malformed(value)).toBe(message);
  });

  it('keeps its messages short whatever arrives', () => {
    expect(malformed({ kind: 'x'.repeat(1_000_000) })!.length).toBeLessThan(300);
  });

  it('finds nothing wrong with the commands of people', () => {
    for (const name of taskCommandKinds) expect(malformed(command(name, 'anna'))).toBeUndefined();
  });
});
