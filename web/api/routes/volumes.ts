import { createHash } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { loadPassport, nativeHeader, readLabelVersion } from '../../../activities/label-store.js';
import { loadMaskParts, partsWithDraft } from '../../../activities/task-parts.js';
import type { MaskPart } from '../../../activities/volume-work.js';
import { Assembly } from '../../../domain/campaign.js';
import { type CaseAddress, preLabelKey } from '../../../domain/keys.js';
import type { LabelSummary } from '../../../domain/label-version.js';
import type { Person } from '../../../domain/person.js';
import type { TaskState } from '../../../domain/task.js';
import { labelsOf } from '../../../domain/task-organs.js';
import { isGzip } from '../../../imaging/inflate.js';
import { forViewers } from '../../../imaging/nifti-write.js';
import { getContent } from '../../../storage/content.js';
import { readJson } from '../../../storage/json.js';
import { readResult } from '../../../storage/results.js';
import { type Api, type ApiContext, personOf } from '../api.js';
import { maySeeDraft, maySeeLabel } from '../blinding.js';
import { taskFor, tasksOf } from '../case-tasks.js';
import { problem } from '../problem.js';
import { CaseParams, LabelParams } from '../schemas/address.js';

const LabelMapQuery = z.object({ of: z.enum(['pre-label', 'current', 'task', 'draft']).default('current') });

/** Images and masks as NIfTI bytes on the case's native grid. */
export function volumeRoutes(api: Api, context: ApiContext): void {
  const { store } = context;
  const address = '/campaigns/:campaign/cases/:collection/:caseId';
  const config = { action: 'volume.read' } as const;
  api.get(
    `${address}/image`,
    { config, schema: { tags: ['volumes'], params: CaseParams } },
    async (request, reply) => {
      const { image } = await loadPassport(store, request.params);
      if (image === undefined) throw problem(404, 'None of its images could be read', 'Look at its findings');
      return sendVolume(request.headers, reply, `image-${image.sha256}`, async () =>
        forViewers(await getContent(store, image)),
      );
    },
  );
  api.get(
    `${address}/labels/:organ/:version`,
    { config, schema: { tags: ['volumes'], params: LabelParams } },
    async (request, reply) => {
      const { organ, version, ...at } = request.params;
      const label = await readLabelVersion(store, at, organ, version);
      if (label === undefined)
        throw problem(404, `There is no ${organ} ${version}`, 'The case lists its versions');
      if (!maySeeLabel(personOf(request), await tasksOf(context.boards, at), label)) throw blinded();
      return sendVolume(request.headers, reply, label.mask.sha256, () => getContent(store, label.mask));
    },
  );
  api.get(
    `${address}/labelmap`,
    { config, schema: { tags: ['volumes'], params: CaseParams, querystring: LabelMapQuery } },
    async (request, reply) => {
      const { params: at, query } = request;
      const person = personOf(request);
      const tasks = await tasksOf(context.boards, at);
      const task = taskFor(person, tasks);
      if (query.of === 'draft') return sendDraft(context, reply, request.headers, { person, tasks, task });
      const labels = await labelsToShow(context, at, task, query.of);
      if (labels.some((label) => !maySeeLabel(person, tasks, label))) throw blinded();
      return sendVolume(request.headers, reply, nameOf(labels), async () =>
        labelMapOf(context, at, await loadMaskParts(store, at, labels)),
      );
    },
  );
}

interface Asked {
  readonly person: Person;
  readonly tasks: readonly TaskState[];
  readonly task: TaskState | undefined;
}

/** The labels of a task with what was begun on them. */
async function sendDraft(
  context: ApiContext,
  reply: FastifyReply,
  headers: FastifyRequest['headers'],
  { person, tasks, task }: Asked,
): Promise<FastifyReply> {
  if (task?.draft === undefined) throw problem(404, 'No draft was left with the task', 'Ask for ?of=task');
  if (!maySeeDraft(person, tasks, task)) throw blinded();
  const name = `${nameOf(labelsOf(task))}-${task.draft.sha256}`;
  return sendVolume(headers, reply, name, async () => {
    const { parts, draftFault } = await partsWithDraft(context, task);
    if (draftFault === undefined) return labelMapOf(context, task, parts);
    throw problem(422, `The draft cannot be used: ${draftFault}`, 'Ask for ?of=task: the labels before it');
  });
}

function nameOf(labels: readonly LabelSummary[]): string {
  return createHash('sha256')
    .update(labels.map(({ version }) => version).join())
    .digest('hex');
}

function blinded() {
  return problem(
    403,
    'Juniors see what others drew only in tasks that they hold',
    'Ask for ?of=pre-label, or for your own versions',
  );
}

/** The labels of the pre-label, of a task, or whatever counts now. */
async function labelsToShow(
  { store }: ApiContext,
  at: CaseAddress,
  task: TaskState | undefined,
  of: 'pre-label' | 'current' | 'task',
): Promise<readonly LabelSummary[]> {
  const drawn = task === undefined ? undefined : labelsOf(task);
  const pre = async () => (await readJson(store, preLabelKey(at), Assembly))?.labels;
  const result = async () => (await readResult(store, at))?.labels;
  const found =
    of === 'pre-label' ? await pre() : of === 'task' ? drawn : ((await result()) ?? drawn ?? (await pre()));
  return found ?? (await loadPassport(store, at)).sourceLabels;
}

/** All organs in one map, by the overlap rule; put together in a thread, so that the server goes on answering. */
async function labelMapOf(
  { store, work }: ApiContext,
  at: CaseAddress,
  parts: readonly MaskPart[],
): Promise<Uint8Array> {
  const passport = await loadPassport(store, at);
  const { geometry } = passport;
  if (geometry === undefined) throw problem(404, 'The case has no grid', 'Look at its findings');
  return (await work.assemble({ header: nativeHeader(passport), geometry, parts })).labelMap;
}

/** Sends a NIfTI file, or nothing when the browser has it: what is behind a tag never changes. */
async function sendVolume(
  headers: FastifyRequest['headers'],
  reply: FastifyReply,
  name: string,
  read: () => Promise<Uint8Array>,
): Promise<FastifyReply> {
  const tag = `"${name}"`;
  reply.header('etag', tag).header('cache-control', 'private, no-cache');
  if (headers['if-none-match'] === tag) return reply.code(304).send();
  const bytes = await read();
  const ending = isGzip(bytes) ? 'nii.gz' : 'nii';
  return reply
    .type('application/octet-stream')
    .header('content-disposition', `attachment; filename="volume.${ending}"`)
    .send(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
}
