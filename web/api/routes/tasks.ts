import { randomUUID } from 'node:crypto';
import { askTask } from '../../../activities/task-desk.js';
import { uploadKey } from '../../../domain/keys.js';
import { TaskCommand } from '../../../domain/task.js';
import { taskEntity } from '../../../domain/workflow-ids.js';
import { readAudit } from '../../../storage/audit-log.js';
import { type Api, type ApiContext, personOf } from '../api.js';
import { problem } from '../problem.js';
import { TaskParams } from '../schemas/address.js';
import { problems } from '../schemas/problems.js';
import { AuditBody, CommandAnswer, CommandBody, KeptAnswer } from '../schemas/task-body.js';

/** What people ask of tasks, and the record of each. */
export function taskRoutes(api: Api, context: ApiContext): void {
  const { store, boards } = context;
  const address = '/campaigns/:campaign/tasks/:collection/:caseId/:round';
  api.post(
    `${address}/commands`,
    {
      config: { action: 'task.command' },
      schema: {
        tags: ['tasks'],
        params: TaskParams,
        body: CommandBody,
        response: { 200: CommandAnswer, 202: KeptAnswer, ...problems },
      },
    },
    async (request, reply) => {
      const { round, ...at } = request.params;
      const actor = personOf(request).id;
      const command = TaskCommand.parse({ commandId: randomUUID(), ...request.body, actor });
      await checkUpload(context, at.campaign, command);
      const answer = await askTask({ client: await context.client(), store }, at, round, command);
      if ('kept' in answer) {
        return reply.code(202).send({ kept: true, detail: 'No worker answered yet; the command waits' });
      }
      await boards.of(at.campaign).refreshOne(taskEntity(at, round));
      if (answer.accepted) return answer;
      const { why, phase, version } = answer;
      throw problem(409, why, 'Look at the task again; `can` tells what you can ask of it', {
        phase,
        version,
      });
    },
  );
  api.get(
    `${address}/audit`,
    {
      config: { action: 'task-audit.read' },
      schema: { tags: ['audit'], params: TaskParams, response: { 200: AuditBody, ...problems } },
    },
    async ({ params: { round, ...at } }) => {
      const { records, breaks } = await readAudit(store, at.campaign, taskEntity(at, round));
      if (records.length === 0) throw problem(404, 'There is no such task', 'The case lists its tasks');
      return { records: [...records], breaks: [...breaks] };
    },
  );
}

/** Somebody may only name a file that they sent: nobody passes off another's drawing as their own. */
async function checkUpload({ store }: ApiContext, campaign: string, command: TaskCommand): Promise<void> {
  const upload = 'upload' in command ? command.upload : undefined;
  if (upload === undefined || (await store.has(uploadKey(campaign, upload.sha256, command.actor)))) return;
  throw problem(
    422,
    `${command.actor} has uploaded no file with the hash ${upload.sha256}`,
    'POST the file to …/uploads first, and name what that answers',
  );
}
