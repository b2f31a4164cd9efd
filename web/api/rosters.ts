import { campaignNames } from '../../activities/campaign-status.js';
import { campaignPlanKey } from '../../domain/keys.js';
import type { Person } from '../../domain/person.js';
import type { Role } from '../../domain/role.js';
import type { ObjectStore } from '../../storage/object-store.js';
import { readRoster } from '../../storage/roster.js';

const freshMs = 3000;

/** The people of every campaign, kept for a moment: each request asks for one of them. */
export class Rosters {
  private readonly known = new Map<string, { at: number; people: Promise<Person[] | undefined> }>();

  /** `operators` are person ids that are operators of every campaign. */
  constructor(
    private readonly store: ObjectStore,
    private readonly operators: readonly string[],
  ) {}

  /** Everybody of a campaign; undefined when there is no such campaign. */
  async of(campaign: string): Promise<Person[] | undefined> {
    const now = Date.now();
    const there = this.known.get(campaign);
    if (there !== undefined && now - there.at < freshMs) return there.people;
    const people = this.read(campaign);
    this.known.set(campaign, { at: now, people });
    people.catch(() => this.known.delete(campaign));
    return people;
  }

  /** One person of a campaign; undefined when they are not of it, or there is none. */
  async person(campaign: string, id: string): Promise<Person | undefined> {
    const people = await this.of(campaign);
    const found = people?.find((each) => each.id === id);
    if (found !== undefined || people === undefined || !this.operators.includes(id)) return found;
    return { id, role: 'operator', simulated: false };
  }

  /** Names of the campaigns that somebody belongs to, with their role. */
  async campaignsOf(id: string): Promise<{ campaign: string; role: Role }[]> {
    const names = await campaignNames(this.store);
    const persons = await Promise.all(names.map((campaign) => this.person(campaign, id)));
    return names.flatMap((campaign, n) => (persons[n] ? [{ campaign, role: persons[n].role }] : []));
  }

  /** Reads anew at the next question: somebody was added. */
  forget(campaign: string): void {
    this.known.delete(campaign);
  }

  private async read(campaign: string): Promise<Person[] | undefined> {
    return (await this.store.has(campaignPlanKey(campaign))) ? readRoster(this.store, campaign) : undefined;
  }
}
