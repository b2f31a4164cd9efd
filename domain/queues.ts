/** Task queues by the kind of worker that polls them. A suffix keeps two installations on one server apart. */
export const workerRoles = ['orchestration', 'io', 'gpu', 'simulated'] as const;
export type WorkerRole = (typeof workerRoles)[number];
export type QueueRole = Exclude<WorkerRole, 'simulated'>;

const prefix = 'plusct-';

/** Name of the queue that workers of `role` poll. */
export function taskQueue(role: QueueRole, suffix = ''): string {
  return `${prefix}${role}${suffix}`;
}

/** The queue of one class of devices; without a class the one of any device. */
export function deviceQueue(hardwareClass: string | undefined, suffix = ''): string {
  return taskQueue('gpu', hardwareClass === undefined ? suffix : `-${hardwareClass}${suffix}`);
}

/** The queue of another role in the same installation as `orchestrationQueue`. */
export function siblingQueue(orchestrationQueue: string, role: QueueRole, hardwareClass?: string): string {
  const suffix = orchestrationQueue.slice(taskQueue('orchestration').length);
  return role === 'gpu' ? deviceQueue(hardwareClass, suffix) : taskQueue(role, suffix);
}

/** What people wait for goes before finishing begun cases, that before bulk work, and what is done again last. */
export const priorityKeys = { people: 1, begun: 2, bulk: 3, again: 4 } as const;
export type Urgency = keyof typeof priorityKeys;

/** Fairness keys hold at most 64 bytes. */
const fairnessKeyLength = 64;

/** What shares a queue evenly with others of its urgency: each collection of each campaign. */
export function fairnessKey({ campaign, collection }: { campaign: string; collection: string }): string {
  return `${collection}/${campaign}`.slice(0, fairnessKeyLength);
}
