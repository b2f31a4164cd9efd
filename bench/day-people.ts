import { caseName } from '../domain/case-name.js';
import type { TaskState } from '../domain/task.js';
import { sha256 } from '../storage/hash.js';
import type { DayCaller } from './day-caller.js';
import { type DayCase, drawing } from './day-case.js';

/** What a person of the script needs to know. */
export interface DayRoom {
  readonly cases: ReadonlyMap<string, DayCase>;
  readonly juniors: readonly string[];
  /** Whether every case is verified. */
  done(): Promise<boolean>;
}

const pauseMs = 1000;

/** A junior: corrects and submits; now and then leaves a case lying, hands one over, or asks for what is not theirs to ask. */
export async function juniorDay(me: DayCaller, room: DayRoom): Promise<void> {
  const left = new Set<string>();
  while (!(await room.done())) {
    const held = (await me.held()).filter((task) => !left.has(caseName(task)) || task.phase === 'returned');
    const task = held[0] ?? (await me.next());
    if (task === undefined || (left.has(caseName(task)) && task.phase === 'leased')) {
      await pause();
      continue;
    }
    await workOn(me, room, task, left);
  }
}

async function workOn(me: DayCaller, room: DayRoom, task: TaskState, left: Set<string>): Promise<void> {
  const name = caseName(task);
  const first = task.phase === 'leased' && task.returns === 0;
  if (first && chance(name, 'abandon') < 0.05 && !me.log.abandoned.includes(name)) {
    left.add(name);
    me.log.abandoned.push(name);
    return;
  }
  if (first && chance(name, 'hand-over') < 0.05 && task.hands.drew.length === 0) {
    const to = room.juniors[Math.floor(chance(name, 'to') * room.juniors.length)]!;
    const fresh = !(task.comments.length > 0);
    if (to !== me.id && fresh) {
      await me.ask(task, 'comment', { comments: [{ text: 'handed over' }] });
      await me.ask(task, 'hand-over', { to, reason: 'my shift ends' });
      return;
    }
  }
  if (chance(name, `trespass ${task.returns}`) < 0.08) {
    await me.trespass(task, 'approve');
    await me.trespass(task, 'verify');
  }
  const rows = task.returns === 0 && chance(name, 'accept') < 0.3 ? 0 : 1 + Math.min(task.returns, 2);
  const upload = await me.upload(drawing(room.cases.get(name)!, rows));
  await me.ask(task, 'submit', { upload }, 60 + Math.round(600 * chance(name, 'minutes')));
}

/** A certified radiologist: approves, or returns with a place and a reason. */
export async function certifiedDay(me: DayCaller, room: DayRoom): Promise<void> {
  await untilDone(me, room, async (task, name) => {
    const seconds = 30 + Math.round(200 * chance(name, 'review'));
    if (task.returns < 1 && chance(name, 'return') < 0.15) {
      const comments = [{ organ: 'spleen', voxel: [19, 13, 5], text: 'the border is too low' }];
      await me.ask(task, 'return', { reason: 'spleen cut off', organs: ['spleen'], comments }, seconds);
    } else await me.ask(task, 'approve', {}, seconds);
  });
}

/** A senior: verifies, sometimes refines or sends back. */
export async function seniorDay(me: DayCaller, room: DayRoom): Promise<void> {
  await untilDone(me, room, async (task, name) => {
    const seconds = 30 + Math.round(150 * chance(name, 'verify'));
    if (chance(name, 'refine') < 0.06) {
      const upload = await me.upload(drawing(room.cases.get(name)!, 4));
      await me.ask(task, 'refine', { upload, reason: 'tip of the spleen' }, seconds);
    } else if (task.returns === 0 && chance(name, 'senior return') < 0.05) {
      await me.ask(task, 'return', { reason: 'look again at the spleen', organs: ['spleen'] }, seconds);
    } else await me.ask(task, 'verify', {}, seconds);
  });
}

/** Gives somebody one task after the other, and waits where there is none, until the day is over. */
async function untilDone(
  me: DayCaller,
  room: DayRoom,
  act: (task: TaskState, name: string) => Promise<void>,
): Promise<void> {
  while (!(await room.done())) {
    const task = (await me.held())[0] ?? (await me.next());
    if (task === undefined) await pause();
    else await act(task, caseName(task));
  }
}

function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, pauseMs));
}

/** A number in [0, 1) that follows from the case and the question, so that every day goes alike. */
function chance(name: string, question: string): number {
  return Number.parseInt(sha256(`${name} ${question}`).slice(0, 8), 16) / 2 ** 32;
}
