import type { Person } from '../domain/person.js';
import { findPerson } from '../storage/roster.js';
import type { Dependencies } from './dependencies.js';

export type RosterDeeds = ReturnType<typeof rosterDeeds>;

/** Who belongs to a campaign, for workflows that meet somebody whom the plan does not name. */
export function rosterDeeds({ store }: Pick<Dependencies, 'store'>) {
  return {
    async findPeople({ campaign, ids }: { campaign: string; ids: string[] }): Promise<Person[]> {
      const found = await Promise.all(ids.map((id) => findPerson(store, campaign, id)));
      return found.filter((person) => person !== undefined);
    },
  };
}
