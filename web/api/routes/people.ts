import { rosterRefusal } from '../../../domain/permissions.js';
import { Person } from '../../../domain/person.js';
import type { BoardEntry } from '../../../domain/work-queue.js';
import { putPerson } from '../../../storage/roster.js';
import { type Api, type ApiContext, personOf } from '../api.js';
import { problem } from '../problem.js';
import { CampaignParams } from '../schemas/address.js';
import { PeopleBody, type PersonBody, PersonChange } from '../schemas/people-body.js';
import { problems } from '../schemas/problems.js';

const holding = new Set(['leased', 'returned']);

/** Who works on a campaign. */
export function peopleRoutes(api: Api, { store, rosters, boards }: ApiContext): void {
  api.get(
    '/campaigns/:campaign/people',
    {
      config: { action: 'people.read' },
      schema: { tags: ['people'], params: CampaignParams, response: { 200: PeopleBody, ...problems } },
    },
    async ({ params: { campaign } }) => {
      const [people = [], board] = await Promise.all([rosters.of(campaign), boards.of(campaign).all()]);
      return { people: people.map((person) => bodyOf(person, board)) };
    },
  );
  api.post(
    '/campaigns/:campaign/people',
    {
      config: { action: 'people.change' },
      schema: {
        tags: ['people'],
        params: CampaignParams,
        body: PersonChange,
        response: { 200: Person, ...problems },
      },
    },
    async (request) => {
      const { campaign } = request.params;
      const { reason, ...person } = request.body;
      const by = personOf(request);
      const before = (await rosters.of(campaign))?.find(({ id }) => id === person.id);
      const refused = rosterRefusal(by, before, person);
      if (refused !== undefined) throw problem(403, refused, 'Ask an operator of the campaign');
      const change = {
        actor: by.id,
        role: by.role,
        at: new Date(),
        ...(reason === undefined ? {} : { reason }),
      };
      const written = await putPerson(store, campaign, person, change);
      rosters.forget(campaign);
      return written;
    },
  );
}

function bodyOf(person: Person, board: readonly BoardEntry[]): PersonBody {
  const drew = board.filter(({ task }) => task.assignee === person.id);
  const count = (is: (task: BoardEntry['task']) => boolean) => board.filter(({ task }) => is(task)).length;
  return {
    ...person,
    holds: drew.filter(({ task }) => holding.has(task.phase)).length,
    drew: drew.filter(({ task }) => !holding.has(task.phase) || task.returns > 0).length,
    returned: drew.reduce((sum, { task }) => sum + task.returns, 0),
    reviewed: count((task) => task.reviewer === person.id),
    verified: count((task) => task.verifier === person.id),
  };
}
