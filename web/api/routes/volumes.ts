import { createHash } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { loadMask, loadPassport, nativeHeader, readLabelVersion } from '../../../activities/label-store.js';
import { Assembly } from '../../../domain/campaign.js';
import { type CaseAddress, preLabelKey } from '../../../domain/keys.js';
import type { LabelSummary } from '../../../domain/label-version.js';
import type { TaskState } from '../../../domain/task.js';
import { labelsOf } from '../../../domain/task-organs.js';
import { isGzip } from '../../../imaging/inflate.js';
import { forViewers } from '../../../imaging/nifti-write.js';
import { getContent } from '../../../storage/content.js';
import { readJson } from '../../../storage/json.js';
import { readResult } from '../../../storage/results.js';
import { type Api, type ApiContext, personOf } from '../api.js';
import { maySeeLabel } from '../blinding.js';
import { problem } from '../problem.js';
import { CaseParams, LabelParams } from '../schemas/address.js';

const LabelMapQuery = z.object({ of: z.enum(['pre-label', 'current', 'task']).default('current') });

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
      if (!maySeeLabel(personOf(request), await tasksOf(context, at), label)) throw blinded();
      return sendVolume(request.headers, reply, label.mask.sha256, () => getContent(store, label.mask));
    },
  );
  api.get(
    `${address}/labelmap`,
    { config, schema: { tags: ['volumes'], params: CaseParams, querystring: LabelMapQuery } },
    async (request, reply) => {
      const at = request.params;
      const tasks = await tasksOf(context, at);
      const labels = await labelsToShow(context, at, tasks, request.query.of);
      if (labels.some((label) => !maySeeLabel(personOf(request), tasks, label))) throw blinded();
      const name = createHash('sha256')
        .update(labels.map(({ version }) => version).join())
        .digest('hex');
      return sendVolume(request.headers, reply, name, () => labelMapOf(context, at, labels));
    },
  );
}

function blinded() {
  return problem(
    403,
    'Juniors see what others drew only in tasks that they hold',
    'Ask for ?of=pre-label, or for your own versions',
  );
}

async function tasksOf({ boards }: ApiContext, at: CaseAddress): Promise<TaskState[]> {
  const board = await boards.of(at.campaign).all();
  return board
    .map(({ task }) => task)
    .filter(({ collection, caseId }) => collection === at.collection && caseId === at.caseId);
}

/** The labels of the pre-label, of the newest round's task, or whatever counts now. */
async function labelsToShow(
  { store }: ApiContext,
  at: CaseAddress,
  tasks: readonly TaskState[],
  of: 'pre-label' | 'current' | 'task',
): Promise<readonly LabelSummary[]> {
  const newest = [...tasks].sort((a, b) => b.round - a.round)[0];
  const task = newest === undefined ? undefined : labelsOf(newest);
  const pre = async () => (await readJson(store, preLabelKey(at), Assembly))?.labels;
  const result = async () => (await readResult(store, at))?.labels;
  const found =
    of === 'pre-label' ? await pre() : of === 'task' ? task : ((await result()) ?? task ?? (await pre()));
  return found ?? (await loadPassport(store, at)).sourceLabels;
}

/** All organs in one map, by the overlap rule; put together in a thread, so that the server goes on answering. */
async function labelMapOf(
  { store, work }: ApiContext,
  at: CaseAddress,
  labels: readonly LabelSummary[],
): Promise<Uint8Array> {
  const passport = await loadPassport(store, at);
  const parts = await Promise.all(
    labels.map(async (label) => ({
      organ: label.organ,
      origin: label.origin,
      maskFile: await loadMask(store, at, label),
    })),
  );
  if (passport.geometry === undefined) throw problem(404, 'The case has no grid', 'Look at its findings');
  const assembled = await work.assemble({
    header: nativeHeader(passport),
    geometry: passport.geometry,
    parts,
  });
  return assembled.labelMap;
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
