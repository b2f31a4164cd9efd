import type { TaskPolicy, TaskPolicyChoice } from './task.js';

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

/** The choice of a plan, with what it leaves open as usual. */
export function fullPolicy(choice: TaskPolicyChoice = {}): TaskPolicy {
  const usual = defaultTaskPolicy;
  return {
    leaseSeconds: choice.leaseSeconds ?? usual.leaseSeconds,
    offlineLeaseSeconds: choice.offlineLeaseSeconds ?? usual.offlineLeaseSeconds,
    reviewSeconds: choice.reviewSeconds ?? usual.reviewSeconds,
    verificationSeconds: choice.verificationSeconds ?? usual.verificationSeconds,
    returnSeconds: choice.returnSeconds ?? usual.returnSeconds,
    reminderShare: choice.reminderShare ?? usual.reminderShare,
  };
}
