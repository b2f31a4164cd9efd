import type { TaskPolicy } from './task.js';

const hour = 3600;
const day = 24 * hour;

/** How long people may take unless the plan says otherwise. */
export const defaultTaskPolicy: TaskPolicy = {
  leaseSeconds: 4 * hour,
  offlineLeaseSeconds: 14 * day,
  reviewSeconds: 8 * hour,
  verificationSeconds: 8 * hour,
  returnSeconds: 7 * day,
  reminderShare: 0.75,
};
