import { PlusctError } from '../domain/errors.js';
import { Person } from '../domain/person.js';
import { defaultQuota } from '../domain/role.js';
import { findPerson, putPerson, readRoster } from '../storage/roster.js';
import { printJson, printTable, say } from './output.js';
import { chooseCampaign, type Session } from './session.js';
import { wholeNumber } from './wrong-option.js';

export interface PeopleOptions {
  readonly campaign?: string;
  readonly role?: string;
  readonly name?: string;
  readonly collection?: string[];
  readonly organ?: string[];
  readonly everything?: boolean;
  readonly quota?: string;
  readonly reason?: string;
  readonly as?: string;
  readonly json?: boolean;
}

/** `plusct people list`. */
export async function listPeople(session: Session, options: PeopleOptions): Promise<void> {
  const campaign = await chooseCampaign(session.store, options.campaign);
  const people = await readRoster(session.store, campaign);
  if (options.json) return printJson(people);
  printTable(
    ['person', 'name', 'role', 'works on', 'leases at once'],
    people.map((person) => [
      person.simulated ? `${person.id} (simulated)` : person.id,
      person.name ?? '–',
      person.role,
      worksOn(person),
      person.quota ?? defaultQuota,
    ]),
  );
}

/** `plusct people add` and `plusct people change`: what is given is taken, what is not stays as it was. */
export async function changePerson(
  session: Session,
  verb: 'add' | 'change',
  id: string,
  options: PeopleOptions,
): Promise<void> {
  const campaign = await chooseCampaign(session.store, options.campaign);
  const before = await findPerson(session.store, campaign, id);
  checkKnown(verb, id, campaign, before);
  const person = parsed({ simulated: false, ...before, id, ...asked(options, before) });
  const { as: actor = 'operator', reason } = options;
  const by = await findPerson(session.store, campaign, actor);
  const kept = await putPerson(session.store, campaign, person, {
    actor,
    role: by?.role ?? 'operator',
    at: new Date(),
    ...(reason === undefined ? {} : { reason }),
  });
  if (options.json) return printJson(kept);
  say(`${kept.id}: ${kept.role}, works on ${worksOn(kept)}, ${kept.quota ?? defaultQuota} leases at once.`);
}

function checkKnown(verb: 'add' | 'change', id: string, campaign: string, before: Person | undefined): void {
  if (verb === 'add' && before !== undefined) {
    throw new PlusctError('InvalidInput', `${id} is of ${campaign} already; use plusct people change`);
  }
  if (verb === 'change' && before === undefined) {
    throw new PlusctError('InvalidInput', `${id} is not of ${campaign}; use plusct people add`);
  }
}

function asked(options: PeopleOptions, before: Person | undefined): Record<string, unknown> {
  const { role, name, collection = [], organ = [], everything, quota } = options;
  const skills = {
    ...(everything ? {} : before?.skills),
    ...(collection.length === 0 ? {} : { collections: collection }),
    ...(organ.length === 0 ? {} : { organs: organ }),
  };
  return {
    ...(role === undefined ? {} : { role }),
    ...(name === undefined ? {} : { name }),
    ...(quota === undefined ? {} : { quota: wholeNumber('--quota', quota, 0) }),
    skills: Object.keys(skills).length === 0 ? undefined : skills,
  };
}

function parsed(value: unknown): Person {
  const person = Person.safeParse(value);
  if (person.success) return person.data;
  const issue = person.error.issues[0]!;
  throw new PlusctError('InvalidInput', `${issue.path.join('.')}: ${issue.message}`);
}

function worksOn({ skills }: Person): string {
  const named = [...(skills?.collections ?? []), ...(skills?.organs ?? [])];
  return named.length === 0 ? 'everything' : named.join(', ');
}
