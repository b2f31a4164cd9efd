import { randomBytes, randomUUID } from 'node:crypto';
import { uploadKey } from '../../../domain/keys.js';
import { acknowledgeable } from '../../../domain/submission-judgement.js';
import type { TaskAnswer } from '../../../domain/task.js';
import { TaskCommand } from '../../../domain/task-command.js';
import { taskEntity } from '../../../domain/workflow-ids.js';
import { readAudit } from '../../../storage/audit-log.js';
import { type Api, type ApiContext, personOf } from '../api.js';
import { askDesk } from '../desk.js';
import { problem } from '../problem.js';
import { TaskParams, taskAddress } from '../schemas/address.js';
import { problems } from '../schemas/problems.js';
import { AuditBody, CommandAnswer, CommandBody, KeptAnswer } from '../schemas/task-body.js';

/** What people ask of tasks, and the record of each. */
export function taskRoutes(api: Api, context: ApiContext): void {
  const { store } = context;
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
      const address = taskAddress(request.params);
      const token =
        'kind' in request.body && request.body.kind === 'claim'
          ? { leaseToken: randomBytes(24).toString('base64url') }
          : {};
      const asked = { commandId: randomUUID(), ...token, ...request.body, actor: personOf(request).id };
      const command = TaskCommand.parse(asked);
      await checkUpload(context, address.campaign, command);
      const answer = await askDesk(context, address, command);
      if ('kept' in answer) {
        return reply.code(202).send({ kept: true, detail: 'No worker answered yet; the command waits' });
      }
      if (answer.accepted)
        return { ...answer, ...('leaseToken' in command ? { leaseToken: command.leaseToken } : {}) };
      throw refusedBy(answer);
    },
  );
  api.get(
    `${address}/audit`,
    {
      config: { action: 'task-audit.read' },
      schema: { tags: ['audit'], params: TaskParams, response: { 200: AuditBody, ...problems } },
    },
    async ({ params }) => {
      const { campaign, round, kind, ...at } = taskAddress(params);
      const { records, breaks } = await readAudit(
        store,
        campaign,
        taskEntity({ campaign, ...at }, round, kind),
      );
      if (records.length === 0) throw problem(404, 'There is no such task', 'The case lists its tasks');
      return { records: [...records], breaks: [...breaks] };
    },
  );
}

/** The rules' refusal; of a file with what the checks found, and what its sender can do about that. */
function refusedBy({ why, phase, version, findings }: Extract<TaskAnswer, { accepted: false }>) {
  if (findings === undefined) {
    return problem(409, why, 'Look at the task again, and at what it allows you now', {
      phase,
      version,
    });
  }
  const codes = [...new Set(findings.map(({ code }) => code))];
  const remedy = codes.every((code) => acknowledgeable.includes(code))
    ? `Correct the mask, or send it again with \`acknowledged\`: ${codes.join(', ')} and a reason`
    : 'Correct the mask and send it again';
  return problem(409, why, remedy, { phase, version, findings });
}

/** Somebody may only name a file that they sent: nobody passes off another's drawing as their own. */
async function checkUpload({ store }: ApiContext, campaign: string, command: TaskCommand): Promise<void> {
  const upload = 'upload' in command ? command.upload : 'draft' in command ? command.draft : undefined;
  if (upload === undefined || (await store.has(uploadKey(campaign, upload.sha256, command.actor)))) return;
  throw problem(
    422,
    `${command.actor} has uploaded no file with the hash ${upload.sha256}`,
    'POST the file to …/uploads first, and name what that answers',
  );
}
