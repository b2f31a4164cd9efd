import type { Person } from './person.js';
import { roles } from './role.js';

/**
 * The people in what a door handed over; anything that is nobody is passed over. Can run inside a workflow, where the
 * schema library must not be loaded, and takes no more of a person than a task needs.
 */
export function peopleIn(value: unknown): Person[] {
  return Array.isArray(value) ? value.flatMap((each) => personIn(each) ?? []) : [];
}

function personIn(value: unknown): Person | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const { id, role, simulated }: { id?: unknown; role?: unknown; simulated?: unknown } = value;
  const known = roles.find((each) => each === role);
  if (typeof id !== 'string' || !/^[a-z0-9][a-z0-9-]{0,39}$/.test(id)) return undefined;
  if (known === undefined || typeof simulated !== 'boolean') return undefined;
  return { id, role: known, simulated };
}
