import { readFile } from 'node:fs/promises';
import { Readable } from 'node:stream';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { uploadKey } from '../../../domain/keys.js';
import { putContent } from '../../../storage/content.js';
import { publishJson } from '../../../storage/json.js';
import { type Api, type ApiContext, personOf } from '../api.js';
import { problem } from '../problem.js';
import { inQuarantine } from '../quarantine.js';
import { CampaignParams } from '../schemas/address.js';
import { problems } from '../schemas/problems.js';
import { UploadBody } from '../schemas/task-body.js';

const uploadsAtOnce = 4;

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
        schema: { tags: ['tasks'], params: CampaignParams, response: { 200: UploadBody, ...problems } },
      },
      async (request, reply) => {
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
            const ref = await putContent(store, await readFile(file.path), file.sha256);
            const { campaign } = request.params;
            const note = { person: personOf(request).id, upload: ref };
            await publishJson(store, uploadKey(campaign, ref.sha256, note.person), note);
            return ref;
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
