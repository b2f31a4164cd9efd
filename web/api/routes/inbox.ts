import type { TaskState } from '../../../domain/task.js';
import { taskEntity } from '../../../domain/workflow-ids.js';
import { type Api, type ApiContext, personOf } from '../api.js';
import { CampaignParams, PageQuery } from '../schemas/address.js';
import { problems } from '../schemas/problems.js';
import { InboxPage, TakenBody } from '../schemas/task-body.js';
import { entryFor } from '../task-entry.js';
import { Waiting } from '../waiting.js';
import { WorkQueue } from '../work-queue.js';

/** What waits for the person who asks, and taking the next of it. */
export function inboxRoutes(api: Api, context: ApiContext): void {
  const waiting = new Waiting(context.store, context.boards);
  const queue = new WorkQueue(context, waiting);
  api.get(
    '/campaigns/:campaign/inbox',
    {
      config: { action: 'inbox.read' },
      schema: {
        tags: ['tasks'],
        params: CampaignParams,
        querystring: PageQuery,
        response: { 200: InboxPage, ...problems },
      },
    },
    async (request) => {
      const { cursor, limit } = request.query;
      const person = personOf(request);
      const found = await waiting.of(request.params.campaign, person);
      const from = cursor === undefined ? 0 : found.findIndex(({ task }) => nameOf(task) === cursor) + 1;
      const page = found.slice(from, from + limit);
      const last = page.at(-1);
      return {
        tasks: page.map((entry) => entryFor(entry, person)),
        total: found.length,
        ...(last !== undefined && from + limit < found.length ? { next: nameOf(last.task) } : {}),
      };
    },
  );
  api.post(
    '/campaigns/:campaign/inbox/next',
    {
      config: { action: 'task.take' },
      schema: { tags: ['tasks'], params: CampaignParams, response: { 200: TakenBody, ...problems } },
    },
    async (request) => {
      const person = personOf(request);
      const { entry, ...more } = await queue.take(request.params.campaign, person);
      return { taken: entry === undefined ? null : entryFor(entry, person), ...more };
    },
  );
}

function nameOf(task: TaskState): string {
  return taskEntity(task, task.round, task.kind);
}
