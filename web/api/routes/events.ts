import { type Api, type ApiContext, signedInOf } from '../api.js';
import { problem } from '../problem.js';
import { CampaignParams } from '../schemas/address.js';
import type { Change } from '../schemas/change.js';

const heartbeatMs = 15_000;
const streamsPerPerson = 8;

/** Changes of a campaign as they happen: a stream of server-sent events, `event: change`. */
export function eventRoutes(api: Api, { boards }: ApiContext): void {
  const open = new Map<string, number>();
  const count = (id: string, by: number) => open.set(id, (open.get(id) ?? 0) + by);
  api.get(
    '/campaigns/:campaign/events',
    { config: { action: 'campaign.read' }, schema: { tags: ['campaigns'], params: CampaignParams } },
    async (request, reply) => {
      const { id } = signedInOf(request);
      if ((open.get(id) ?? 0) >= streamsPerPerson) {
        throw problem(429, 'You have too many streams open', 'Close pages of the console');
      }
      count(id, 1);
      reply.hijack();
      const { raw } = reply;
      for (const [name, value] of Object.entries(reply.getHeaders()))
        if (value !== undefined) raw.setHeader(name, value);
      raw.writeHead(200, {
        'content-type': 'text/event-stream; charset=utf-8',
        'cache-control': 'no-store',
        'x-accel-buffering': 'no',
      });
      raw.write('retry: 3000\n\n');
      const silence = boards.of(request.params.campaign).listen((change) => {
        raw.write(`event: change\ndata: ${JSON.stringify(change satisfies Change)}\n\n`);
      });
      const heartbeat = setInterval(() => raw.write(': still here\n\n'), heartbeatMs).unref();
      raw.on('close', () => {
        silence();
        clearInterval(heartbeat);
        count(id, -1);
      });
    },
  );
}
