import { bundleZip } from '../../../activities/bundle.js';
import { diffVersions } from '../../../activities/label-diffs.js';
import { readLabelVersion } from '../../../activities/label-store.js';
import { labelsOf } from '../../../domain/task-organs.js';
import { type Api, type ApiContext, personOf } from '../api.js';
import { maySeeDraft, maySeeLabel } from '../blinding.js';
import { taskFor, tasksOf } from '../case-tasks.js';
import { problem } from '../problem.js';
import { CaseParams } from '../schemas/address.js';
import { DiffBody, DiffQuery } from '../schemas/figures.js';
import { problems } from '../schemas/problems.js';

const address = '/campaigns/:campaign/cases/:collection/:caseId';

/** A case as a zip for desktop tools, and what lies between two versions of a label. */
export function bundleRoutes(api: Api, { store, work, boards }: ApiContext): void {
  api.get(
    `${address}/bundle`,
    { config: { action: 'bundle.read' }, schema: { tags: ['volumes'], params: CaseParams } },
    async (request, reply) => {
      const person = personOf(request);
      const tasks = await tasksOf(boards, request.params);
      const task = taskFor(person, tasks);
      if (task === undefined) throw problem(404, 'The case has no task', 'GET …/cases lists those that have');
      if (labelsOf(task).some((label) => !maySeeLabel(person, tasks, label))) throw blinded();
      const token = request.headers['x-lease-token'];
      const lease = typeof token === 'string' && task.lease?.holder === person.id ? { token } : {};
      const { draft: _, ...begun } = task;
      const shown = maySeeDraft(person, tasks, task) ? task : begun;
      const { name, bytes } = await bundleZip({ store, work }, shown, lease);
      return reply
        .type('application/zip')
        .header('content-disposition', `attachment; filename="${name}"`)
        .send(Buffer.from(bytes));
    },
  );
  api.get(
    `${address}/diff`,
    {
      config: { action: 'volume.read' },
      schema: {
        tags: ['volumes'],
        params: CaseParams,
        querystring: DiffQuery,
        response: { 200: DiffBody, ...problems },
      },
    },
    async (request) => {
      const { params: at, query } = request;
      const tasks = await tasksOf(boards, at);
      for (const version of [query.from, query.to]) {
        const label = await readLabelVersion(store, at, query.organ, version);
        if (label === undefined) {
          throw problem(404, `There is no ${query.organ} ${version}`, 'The case lists its versions');
        }
        if (!maySeeLabel(personOf(request), tasks, label)) throw blinded();
      }
      return { ...(await diffVersions({ store, work }, at, query)) };
    },
  );
}

function blinded() {
  return problem(
    403,
    'Juniors see what others drew only in tasks that they hold',
    'Take the task first; your own versions and the pre-label are open to you',
  );
}
