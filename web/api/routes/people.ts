import type { Person } from '../../../domain/person.js';
import type { BoardEntry } from '../../../domain/work-queue.js';
import type { Api, ApiContext } from '../api.js';
import { CampaignParams } from '../schemas/address.js';
import { PeopleBody, type PersonBody } from '../schemas/people-body.js';
import { problems } from '../schemas/problems.js';

const holding = new Set(['leased', 'returned']);

/** Who works on a campaign. */
export function peopleRoutes(api: Api, { rosters, boards }: ApiContext): void {
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
