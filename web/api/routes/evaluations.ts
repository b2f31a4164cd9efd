import { z } from 'zod';
import { evaluationsOf, readEvaluation } from '../../../activities/campaign-status.js';
import { evaluationKey } from '../../../domain/keys.js';
import type { Api, ApiContext } from '../api.js';
import { problem } from '../problem.js';
import { CampaignParams, EvaluationParams } from '../schemas/address.js';
import { EvaluationBody, EvaluationList } from '../schemas/evaluation-body.js';
import { problems } from '../schemas/problems.js';

const FileParams = EvaluationParams.extend({ file: z.string().regex(/^[a-z0-9][a-z0-9-]*\.[a-z]+$/) });
const mimeTypes: Readonly<Record<string, string>> = {
  html: 'text/html; charset=utf-8',
  svg: 'image/svg+xml',
  json: 'application/json',
  jsonl: 'application/x-ndjson',
  csv: 'text/csv; charset=utf-8',
};

/** Evaluations of a campaign, and the files that each wrote. */
export function evaluationRoutes(api: Api, { store }: ApiContext): void {
  const config = { action: 'evaluation.read' } as const;
  const known = async (campaign: string, id: string) => {
    const summary = (await evaluationsOf(store, campaign)).includes(id)
      ? await readEvaluation(store, id)
      : undefined;
    if (summary !== undefined) return summary;
    throw problem(404, `${campaign} has no evaluation ${id}`, 'GET …/evaluations lists them');
  };
  api.get(
    '/campaigns/:campaign/evaluations',
    {
      config,
      schema: {
        tags: ['evaluations'],
        params: CampaignParams,
        response: { 200: EvaluationList, ...problems },
      },
    },
    async ({ params }) => ({ evaluations: await evaluationsOf(store, params.campaign) }),
  );
  api.get(
    '/campaigns/:campaign/evaluations/:evaluation',
    {
      config,
      schema: {
        tags: ['evaluations'],
        params: EvaluationParams,
        response: { 200: EvaluationBody, ...problems },
      },
    },
    ({ params }) => known(params.campaign, params.evaluation),
  );
  api.get(
    '/campaigns/:campaign/evaluations/:evaluation/files/:file',
    { config, schema: { tags: ['evaluations'], params: FileParams } },
    async ({ params: { campaign, evaluation, file } }, reply) => {
      const { files } = await known(campaign, evaluation);
      const key = evaluationKey(evaluation, file);
      const bytes = files.includes(key) ? await store.get(key) : undefined;
      if (bytes === undefined)
        throw problem(404, `There is no file ${file}`, 'The evaluation lists its files');
      // A report is a page of its own: it gets no rights on this one.
      return reply
        .header(
          'content-security-policy',
          "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:",
        )
        .type(mimeTypes[file.split('.').at(-1)!] ?? 'application/octet-stream')
        .send(Buffer.from(bytes));
    },
  );
}
