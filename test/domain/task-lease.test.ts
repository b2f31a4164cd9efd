import { describe, expect, it } from 'vitest';
import type { TaskState } from '../../domain/task.js';
import type { TaskCommand } from '../../domain/task-command.js';
import { millisecondsUntil, nextSystemCommand } from '../../domain/task-lease.js';
import { recordOf } from '../../domain/task-record.js';
import { reduceTask } from '../../domain/task-reducer.js';
import {
  after,
  command,
  drawnPancreas,
  firstLabels,
  frozen,
  inReview,
  leased,
  opened,
  people,
  sha256,
  start,
  submitted,
  through,
  upload,
} from './tasks.js';

const policy = {
  leaseSeconds: 100,
  offlineLeaseSeconds: 1000,
  reviewSeconds: 200,
  verificationSeconds: 300,
  returnSeconds: 400,
};
const short = () => opened(firstLabels, { policy });
const held = () => through(short(), [command('claim', 'anna')]);
const ask = (state: TaskState, asked: TaskCommand, now: string) =>
  reduceTask(state, asked, { people, now, labels: drawnPancreas });

describe('a lease', () => {
  it('lasts as long as the plan says, by the phase that it is for', () => {
    const steps = [
      [command('claim', 'anna'), 100],
      [command('submit', 'anna'), undefined],
      [command('review', 'cora'), 200],
      [command('return', 'cora'), 400],
      [command('submit', 'anna'), undefined],
      [command('review', 'cora'), 200],
      [command('approve', 'cora'), undefined],
      [command('start-verification', 'emma'), 300],
    ] as const;
    let state = short();
    for (const [step, seconds] of steps) {
      state = through(state, [step, drawnPancreas]);
      const until = seconds === undefined ? undefined : after(seconds);
      expect([state.lease?.expiresAt, state.deadline], step.kind).toEqual([until, until]);
      if (seconds !== undefined) expect(state.lease?.remindAt).toBe(after(seconds * 0.75));
    }
  });

  it('lasts four hours for a junior unless the plan says otherwise, two weeks offline', () => {
    expect(leased().deadline).toBe(after(4 * 3600));
    const offline = through(opened(), [command('claim', 'anna', { offline: true })]);
    expect(offline.lease).toMatchObject({ offline: true, expiresAt: after(14 * 24 * 3600) });
  });

  it('is moved on by its holder from now, as often as they like, and keeps the version', () => {
    const first = ask(held(), command('renew', 'anna'), after(60)).state;
    expect(first).toMatchObject({ version: 1, deadline: after(160), lease: { since: after(60) } });
    const offline = ask(first, command('renew', 'anna', { offline: true }), after(90)).state;
    expect(offline).toMatchObject({ version: 1, deadline: after(1090), lease: { offline: true } });
    expect(ask(held(), command('renew', 'bert'), after(60)).answer.accepted).toBe(false);
  });

  it('reminds again after it was renewed', () => {
    const reminded = ask(held(), command('remind', 'plusct'), after(80)).state;
    expect(nextSystemCommand(reminded, after(80))).toMatchObject({ kind: 'expire', at: after(100) });
    const renewed = ask(reminded, command('renew', 'anna'), after(90)).state;
    expect(nextSystemCommand(renewed, after(90))).toMatchObject({ kind: 'remind', at: after(165) });
    expect(nextSystemCommand(renewed, after(90))?.commandId).not.toBe(
      nextSystemCommand(held(), start)?.commandId,
    );
  });

  it('is over at its end, even before anybody noticed', () => {
    for (const kind of ['submit', 'renew', 'release', 'save-draft', 'hand-over', 'restore'] as const) {
      expect(ask(held(), command(kind, 'anna'), after(100)).answer, kind).toMatchObject({
        accepted: false,
        why: expect.stringContaining(`the lease ended at ${after(100)}`),
      });
      expect(
        ask(held(), command(kind, 'anna', { organ: 'kidney' }), after(99.999)).answer.accepted,
        kind,
      ).toBe(true);
    }
  });

  it('leaves out the reminder when it is over already', () => {
    expect(nextSystemCommand(held(), after(50))).toMatchObject({ kind: 'remind', at: after(75) });
    expect(nextSystemCommand(held(), after(100))).toMatchObject({ kind: 'expire', at: after(100) });
    expect(nextSystemCommand(submitted(), start)).toBeUndefined();
    expect(millisecondsUntil(after(75), after(50))).toBe(25_000);
    expect(millisecondsUntil(start, after(50))).toBe(0);
  });

  it('goes back to the queue with the draft, which the next one finds', () => {
    const drafted = through(held(), [command('save-draft', 'anna')]);
    const queued = ask(drafted, command('expire', 'plusct'), after(100)).state;
    expect(queued).toMatchObject({ phase: 'queued', draft: upload, hands: { drew: ['anna'] } });
    expect(Object.keys(queued)).not.toContain('assignee');
    const next = ask(queued, command('claim', 'bert'), after(200)).state;
    expect(next).toMatchObject({ assignee: 'bert', draft: upload, deadline: after(300) });
    const done = ask(next, command('submit', 'bert'), after(210)).state;
    expect(Object.keys(done)).not.toContain('draft');
    expect(done.hands.drew).toEqual(['anna', 'bert']);
  });

  it('is handed over with the draft and begins anew', () => {
    const draft = { key: 'v1/objects/sha256/draft', sha256: sha256('draft'), bytes: 3 };
    const state = ask(held(), command('hand-over', 'anna', { to: 'bert', draft }), after(50)).state;
    expect(state).toMatchObject({
      phase: 'leased',
      assignee: 'bert',
      draft,
      lease: { holder: 'bert', since: after(50), expiresAt: after(150) },
      hands: { drew: ['anna'] },
    });
  });

  it('of a review goes back to those who may review, without a trace of the reviewer', () => {
    const over = ask(inReview(), command('expire', 'plusct'), after(8 * 3600)).state;
    expect(over.phase).toBe('submitted');
    expect(Object.keys(over)).not.toContain('reviewer');
    expect(over.assignee).toBe('anna');
  });
});

describe('a token', () => {
  const token = sha256('bundle 1');
  const offline = () => through(short(), [command('claim', 'anna', { offline: true, tokenSha256: token })]);

  it('goes with the lease, and is asked for by nobody', () => {
    expect(offline().lease?.tokenSha256).toBe(token);
    expect(ask(offline(), command('submit', 'anna'), after(5)).answer.accepted).toBe(true);
    expect(ask(offline(), command('submit', 'anna', { tokenSha256: token }), after(5)).answer.accepted).toBe(
      true,
    );
  });

  it('is still good after a return: the bundle is the same', () => {
    const back = through(
      offline(),
      [command('submit', 'anna', { tokenSha256: token }), drawnPancreas],
      [command('review', 'cora')],
      [command('return', 'cora')],
    );
    expect(back.lease).toMatchObject({ holder: 'anna', tokenSha256: token });
    expect(ask(back, command('submit', 'anna', { tokenSha256: token }), after(5)).answer.accepted).toBe(true);
  });

  it('of a lease that was lost is refused; the file is kept and named in the record', () => {
    const lost = ask(offline(), command('expire', 'plusct'), after(1000)).state;
    const again = ask(lost, command('claim', 'anna', { tokenSha256: sha256('bundle 2') }), after(1001)).state;
    const submit = command('submit', 'anna', { tokenSha256: token });
    for (const [before, now] of [
      [lost, after(1000)],
      [again, after(1002)],
    ] as const) {
      const given = { people, now, labels: drawnPancreas };
      const handled = reduceTask(before, submit, given);
      expect(handled.answer.accepted).toBe(false);
      const record = recordOf({ entity: 'e', sequence: 1, now, before, command: submit, given, ...handled });
      expect(record).toMatchObject({
        outcome: 'refused',
        details: { keptUpload: upload.key },
        command: submit,
        task: before,
      });
    }
    expect(ask(again, submit, after(1002)).answer).toMatchObject({
      why: expect.stringContaining('the lease of this bundle was lost'),
    });
  });

  it('can be given to a lease that began without one', () => {
    const renewed = through(held(), [command('renew', 'anna', { offline: true, tokenSha256: token })]);
    expect(renewed).toMatchObject({ tokenSha256: token, lease: { tokenSha256: token, offline: true } });
  });

  it('ends with the hold on the task', () => {
    const released = through(offline(), [command('release', 'anna')]);
    expect(Object.keys(frozen(released))).not.toContain('tokenSha256');
    expect(through(released, [command('claim', 'bert')]).lease?.tokenSha256).toBeUndefined();
  });
});
