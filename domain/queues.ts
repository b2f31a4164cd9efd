/** Task queues by the kind of worker that polls them. A suffix keeps two installations on one server apart. */
export const workerRoles = ['orchestration', 'io', 'gpu', 'simulated'] as const;
export type WorkerRole = (typeof workerRoles)[number];
export type QueueRole = Exclude<WorkerRole, 'simulated'>;

const prefix = 'plusct-';

/** Name of the queue that workers of `role` poll. */
export function taskQueue(role: QueueRole, suffix = ''): string {
  return `${prefix}${role}${suffix}`;
}

/** The queue of another role in the same installation as `orchestrationQueue`. */
export function siblingQueue(orchestrationQueue: string, role: QueueRole): string {
  return taskQueue(role, orchestrationQueue.slice(taskQueue('orchestration').length));
}
