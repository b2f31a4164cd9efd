import { z } from 'zod';
import { campaignNames } from '../../../activities/campaign-status.js';
import type { Api, ApiContext } from '../api.js';
import { problem } from '../problem.js';
import { problems } from '../schemas/problems.js';

const Health = z.object({ status: z.literal('ok') });
const readyTimeoutMs = 5000;

/** Whether the process lives, and whether the servers behind it answer. */
export function healthRoutes(api: Api, { store, client }: ApiContext): void {
  const schema = { tags: ['server'], response: { 200: Health, ...problems } };
  api.get('/health', { config: { action: 'public' }, schema }, () => ({ status: 'ok' }) as const);
  api.get('/ready', { config: { action: 'public' }, schema }, async () => {
    const asked = Promise.all([
      campaignNames(store),
      client().then(({ workflowService }) => workflowService.getSystemInfo({})),
    ]);
    const late = new Promise<'late'>((resolve) => setTimeout(() => resolve('late'), readyTimeoutMs).unref());
    const answer = await Promise.race([asked, late]).catch(() => 'failed' as const);
    if (typeof answer !== 'string') return { status: 'ok' } as const;
    throw problem(503, 'The object store or Temporal does not answer', 'See that both servers run');
  });
}
