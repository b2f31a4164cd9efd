import { readFile } from 'node:fs/promises';
import { Readable } from 'node:stream';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { loadPassport, nativeHeader } from '../../../activities/label-store.js';
import { checkUpload } from '../../../activities/upload-gate.js';
import { uploadKey } from '../../../domain/keys.js';
import { CaseId, CollectionName } from '../../../domain/primitives.js';
import { findingOf } from '../../../domain/upload-verdict.js';
import { putContent } from '../../../storage/content.js';
import { publishJson } from '../../../storage/json.js';
import { type Api, type ApiContext, personOf } from '../api.js';
import { problem } from '../problem.js';
import { inQuarantine } from '../quarantine.js';
import { CampaignParams } from '../schemas/address.js';
import { problems } from '../schemas/problems.js';
import { UploadBody } from '../schemas/task-body.js';

/** `case` is `collection/case`: the mask then also has to lie on the grid of that case. */
const UploadQuery = z.object({
  case: z
    .string()
    .regex(/^[a-z0-9-]+\/[A-Za-z0-9][A-Za-z0-9._-]*$/)
    .optional(),
});
const uploadsAtOnce = 12;

/** Masks come in as a stream of bytes, wait in quarantine, are looked at, and only then reach the object store. */
export function uploadRoutes(api: Api, { store, uploads }: ApiContext): void {
  let underway = 0;
  void api.register(async (inner) => {
    const scope = inner.withTypeProvider<ZodTypeProvider>();
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser(types, (_request, payload, done) => done(null, payload));
    scope.post(
      '/campaigns/:campaign/uploads',
      {
        config: { action: 'mask.upload' },
        schema: {
          tags: ['tasks'],
          params: CampaignParams,
          querystring: UploadQuery,
          response: { 200: UploadBody, ...problems },
        },
      },
      async (request, reply) => {
        const { params, query } = request;
        if (!(request.body instanceof Readable))
          throw problem(400, 'The body is empty', 'Send the file as the body');
        if (underway >= uploadsAtOnce) {
          reply.header('retry-after', '5');
          throw problem(503, 'Too many uploads are under way', 'Try again in a few seconds');
        }
        underway += 1;
        try {
          const declared = Number(request.headers['content-length'] ?? Number.NaN);
          const limits = { ...uploads, declared: Number.isFinite(declared) ? declared : undefined };
          return await inQuarantine(request.body, limits, async (file) => {
            const header =
              query.case === undefined ? undefined : await headerOf(store, params.campaign, query.case);
            const verdict = await checkUpload(file.path, header);
            if (!verdict.accepted) {
              const { code, message, remedy } = verdict;
              throw problem(422, message, remedy, { code, findings: [findingOf(verdict, 'upload')] });
            }
            const ref = await putContent(store, await readFile(file.path), file.sha256);
            const { campaign } = params;
            const note = { person: personOf(request).id, upload: ref };
            await publishJson(store, uploadKey(campaign, ref.sha256, note.person), note);
            return { ...ref, format: verdict.format, findings: verdict.findings };
          });
        } finally {
          underway -= 1;
        }
      },
    );
  });
}

const types = [
  'application/octet-stream',
  'application/gzip',
  'application/x-gzip',
  'application/x-nifti',
  'application/vnd.unknown.nifti-1',
];

async function headerOf(store: ApiContext['store'], campaign: string, name: string): Promise<Uint8Array> {
  const [collection, caseId] = name.split('/');
  const parsed = z.object({ collection: CollectionName, caseId: CaseId }).safeParse({ collection, caseId });
  if (!parsed.success)
    throw problem(400, `${name} names no case`, 'Write collection/case, as in lits/volume-0');
  return nativeHeader(await loadPassport(store, { campaign, ...parsed.data }));
}
