/** Juniors draw, certified radiologists review, seniors verify; leads steer, operators run machines, auditors read. */
export const roles = ['junior', 'certified', 'senior', 'lead', 'operator', 'auditor'] as const;
export type Role = (typeof roles)[number];

export const roleTitles: Readonly<Record<Role, string>> = {
  junior: 'junior',
  certified: 'certified radiologist',
  senior: 'senior radiologist',
  lead: 'lead',
  operator: 'operator',
  auditor: 'auditor',
};

/** `a junior`, `an auditor`. */
export function roleWithArticle(role: Role): string {
  return `${/^[aeiou]/.test(roleTitles[role]) ? 'an' : 'a'} ${roleTitles[role]}`;
}

/** Who acts when no person does: reminders and ends of leases are this actor's commands. */
export const systemActor = 'plusct';

/** Leases that a person may hold at once who has no quota of their own. */
export const defaultQuota = 3;

/** Those whose turn a task can be. */
export const workingRoles = ['junior', 'certified', 'senior'] as const;
export type WorkingRole = (typeof workingRoles)[number];
