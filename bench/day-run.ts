import { randomUUID } from 'node:crypto';
import type { Client } from '@temporalio/client';
import { caseName } from '../domain/case-name.js';
import { campaignPlanKey } from '../domain/keys.js';
import type { Person } from '../domain/person.js';
import { taskQueue } from '../domain/queues.js';
import { defaultTaskPolicy } from '../domain/task-policy.js';
import { taskWorkflowId, workflowTypes } from '../domain/workflow-ids.js';
import { publishJson } from '../storage/json.js';
import { mapBounded } from '../storage/map-bounded.js';
import type { ObjectStore } from '../storage/object-store.js';
import { TaskBoard } from '../storage/task-board.js';
import { DayCaller, type DayLog, newLog } from './day-caller.js';
import { type DayCase, storeDayCase } from './day-case.js';
import { checkDay, type DayFigures } from './day-check.js';
import { certifiedDay, type DayRoom, juniorDay, seniorDay } from './day-people.js';
import { humanPlan } from './human-plan.js';

export interface DayOptions {
  readonly cases: number;
  readonly juniors: number;
  readonly certified: number;
  readonly seniors: number;
  /** How long a junior may hold a case; short, so that leases run out while the day goes on. */
  readonly leaseSeconds: number;
}

/** The installation that a day runs on. */
export interface DayPlace {
  readonly store: ObjectStore;
  readonly client: Client;
  readonly queueSuffix: string;
  readonly url: string;
  tokenFor(person: string): string;
}

export interface DayReport extends DayFigures {
  readonly seconds: number;
  readonly requests: number;
  readonly medianMs: number;
  readonly p95Ms: number;
}

const startsAtOnce = 8;
const lookMs = 1500;

/** A scripted day: a campaign of tiny cases, and people who work on all of them through the HTTP API until it is done. */
export async function runDay(place: DayPlace, options: DayOptions): Promise<DayReport> {
  const people = staff(options);
  const cases = await openCampaign(place, options, people);
  const began = performance.now();
  const log = newLog();
  await atWork(place, cases, people, log);
  const seconds = (performance.now() - began) / 1000;
  const sorted = [...log.milliseconds].sort((a, b) => a - b);
  const at = (share: number) => sorted[Math.floor(share * (sorted.length - 1))] ?? 0;
  return {
    ...(await checkDay(place.store, cases, log)),
    seconds,
    requests: sorted.length,
    medianMs: at(0.5),
    p95Ms: at(0.95),
  };
}

function staff({ juniors, certified, seniors }: DayOptions): Person[] {
  const named = (role: Person['role'], count: number) =>
    Array.from({ length: count }, (_, n): Person => ({ id: `${role}-${n + 1}`, role, simulated: true }));
  return [...named('junior', juniors), ...named('certified', certified), ...named('senior', seniors)];
}

async function openCampaign(place: DayPlace, options: DayOptions, people: Person[]): Promise<DayCase[]> {
  const { store, client, queueSuffix } = place;
  const campaign = `day-${randomUUID().slice(0, 8)}`;
  const policy = { ...defaultTaskPolicy, leaseSeconds: options.leaseSeconds };
  const plan = humanPlan(campaign, people, { taskPolicy: policy });
  await publishJson(store, campaignPlanKey(campaign), plan);
  const numbers = Array.from({ length: options.cases }, (_, n) => n);
  return mapBounded(numbers, startsAtOnce, async (n) => {
    const made = await storeDayCase(store, { campaign, collection: 'lits', caseId: `volume-${n}` });
    await client.workflow.start(workflowTypes.refineCase, {
      workflowId: taskWorkflowId(made.at, 1),
      taskQueue: taskQueue('orchestration', queueSuffix),
      args: [{ at: made.at, round: 1, labels: made.labels, people, policy }],
    });
    return made;
  });
}

async function atWork(
  place: DayPlace,
  cases: readonly DayCase[],
  people: Person[],
  log: DayLog,
): Promise<void> {
  const { campaign } = cases[0]!.at;
  const board = new TaskBoard(place.store, campaign);
  let finished = false;
  const room: DayRoom = {
    cases: new Map(cases.map((each) => [caseName(each.at), each])),
    juniors: people.filter(({ role }) => role === 'junior').map(({ id }) => id),
    done: async () => finished,
  };
  const look = async (): Promise<void> => {
    while (!finished) {
      await new Promise((resolve) => setTimeout(resolve, lookMs));
      // A store that is slow to answer for once is asked again.
      const entries = await board.read().catch(() => []);
      finished = entries.length === cases.length && entries.every(({ task }) => task.phase === 'verified');
    }
  };
  const days = { junior: juniorDay, certified: certifiedDay, senior: seniorDay };
  const all = people.map((person) => {
    const me = new DayCaller(person.id, place.url, place.tokenFor(person.id), campaign, log);
    const { role } = person;
    return role === 'junior' || role === 'certified' || role === 'senior' ? days[role](me, room) : undefined;
  });
  await Promise.all([look(), ...all]);
}
