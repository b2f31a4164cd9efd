import { existsSync } from 'node:fs';
import cookie from '@fastify/cookie';
import helmet from '@fastify/helmet';
import rateLimit from '@fastify/rate-limit';
import fastifyStatic from '@fastify/static';
import swagger, { type FastifyDynamicSwaggerOptions } from '@fastify/swagger';
import fastify, { LogController } from 'fastify';
import {
  jsonSchemaTransform,
  serializerCompiler,
  validatorCompiler,
  type ZodTypeProvider,
} from 'fastify-type-provider-zod';
import type { Api, ApiContext } from './api.js';
import { guard, guardActions } from './authorise.js';
import { contentPolicy } from './content-policy.js';
import { answerProblem, problem, sendProblem } from './problem.js';
import { auditRoutes } from './routes/audit.js';
import { bundleRoutes } from './routes/bundles.js';
import { campaignRoutes } from './routes/campaigns.js';
import { caseRoutes } from './routes/cases.js';
import { decisionRoutes } from './routes/decisions.js';
import { deviceRoutes } from './routes/devices.js';
import { evaluationRoutes } from './routes/evaluations.js';
import { eventRoutes } from './routes/events.js';
import { figureRoutes } from './routes/figures.js';
import { healthRoutes } from './routes/health.js';
import { inboxRoutes } from './routes/inbox.js';
import { peopleRoutes } from './routes/people.js';
import { releaseRoutes } from './routes/releases.js';
import { roundRoutes } from './routes/rounds.js';
import { sessionRoutes } from './routes/session.js';
import { signInRoutes } from './routes/sign-in.js';
import { taskRoutes } from './routes/tasks.js';
import { uploadRoutes } from './routes/uploads.js';
import { volumeRoutes } from './routes/volumes.js';

export interface ServerOptions {
  readonly logLevel: 'debug' | 'info' | 'warn' | 'error' | 'silent';
  /** Folder of the built page; without it the server has the API alone. */
  readonly pageFolder?: string;
  /** Names under which the server answers, without ports; every name when not given. */
  readonly hosts?: readonly string[];
  /** Requests in a minute of one person, and of one address that nobody is signed in from. */
  readonly requestsPerMinute?: { readonly person: number; readonly stranger: number };
}

const jsonLimitBytes = 256 * 1024;
const routes = [
  healthRoutes,
  sessionRoutes,
  signInRoutes,
  campaignRoutes,
  caseRoutes,
  volumeRoutes,
  bundleRoutes,
  figureRoutes,
  inboxRoutes,
  uploadRoutes,
  taskRoutes,
  auditRoutes,
  peopleRoutes,
  eventRoutes,
  evaluationRoutes,
  roundRoutes,
  releaseRoutes,
  deviceRoutes,
  decisionRoutes,
];

/** The console's server, ready to listen. Requests pass identity, counting, permission and schema before any route. */
export async function createServer(context: ApiContext, options: ServerOptions): Promise<Api> {
  const api = fastify({
    logger: loggerOptions(options.logLevel),
    bodyLimit: jsonLimitBytes,
    requestTimeout: 600_000,
    logController: new LogController({ disableRequestLogging: options.logLevel !== 'debug' }),
    forceCloseConnections: true,
  }).withTypeProvider<ZodTypeProvider>();
  api.setValidatorCompiler(validatorCompiler);
  api.setSerializerCompiler(serializerCompiler);
  api.setErrorHandler(answerProblem);
  api.setNotFoundHandler((_request, reply) => sendProblem(reply, nothingHere()));
  checkHost(api, options.hosts);
  await api.register(helmet, contentPolicy);
  await api.register(cookie);
  guard(api, context);
  await api.register(rateLimit, limits(options));
  guardActions(api, context);
  await api.register(swagger, document);
  await api.register(
    async (v1) => {
      for (const route of routes) route(v1.withTypeProvider<ZodTypeProvider>(), context);
      v1.get('/openapi.json', { config: { action: 'public' }, schema: { hide: true } }, () => api.swagger());
    },
    { prefix: '/api/v1' },
  );
  if (options.pageFolder !== undefined && existsSync(options.pageFolder))
    await servePage(api, options.pageFolder);
  await api.ready();
  return api;
}

function nothingHere() {
  return problem(404, 'There is nothing at this address', '/api/v1/openapi.json lists what there is');
}

/** Nothing that proves who somebody is goes into the log: no header, no cookie, no query. */
function loggerOptions(level: ServerOptions['logLevel']) {
  return {
    level,
    redact: ['req.headers', 'req.query', 'res.headers'],
    serializers: {
      req: ({ method, url }: { method: string; url: string }) => ({ method, url: url.split('?')[0] ?? '' }),
    },
  };
}

/** A page of another site that resolves its name to this machine must not be answered. */
function checkHost(api: Api, hosts: readonly string[] | undefined): void {
  if (hosts === undefined) return;
  api.addHook('onRequest', async (request) => {
    if (hosts.includes(request.hostname)) return;
    throw problem(421, `${request.hostname} is not this server`, `Ask for ${hosts.join(' or ')}`);
  });
}

function limits({ requestsPerMinute = { person: 3000, stranger: 300 } }: ServerOptions) {
  return {
    timeWindow: '1 minute',
    max: ({ signedIn }: { signedIn: unknown }) =>
      signedIn === null ? requestsPerMinute.stranger : requestsPerMinute.person,
    keyGenerator: ({ signedIn, ip }: { signedIn: { id: string } | null; ip: string }) =>
      signedIn === null ? `address ${ip}` : `person ${signedIn.id}`,
    errorResponseBuilder: (_request: unknown, { after }: { after: string }) =>
      problem(429, 'Too many requests', `Try again in ${after}`),
  };
}

const document: FastifyDynamicSwaggerOptions = {
  openapi: {
    openapi: '3.1.0',
    info: { title: 'plusct console', description: 'People’s work on a plus dataset', version: '1' },
    components: {
      securitySchemes: {
        bearer: { type: 'http', scheme: 'bearer' },
        session: { type: 'apiKey', in: 'cookie', name: 'plusct_session' },
      },
    },
    security: [{ bearer: [] }, { session: [] }],
  },
  transform: jsonSchemaTransform,
};

/** Files of the page carry a hash in their name: they never change. */
const pageFile = /^\/assets\/[\w.-]+$/;

/** The page's files; every other address outside the API is the page itself, which has addresses of its own. */
async function servePage(api: Api, root: string): Promise<void> {
  await api.register(async (files) => {
    await files.register(fastifyStatic, { root, serve: false });
    files.get('/*', { config: { action: 'public', rateLimit: false } }, (request, reply) => {
      const [path = '/'] = request.url.split('?');
      if (path.startsWith('/api/')) return sendProblem(reply, nothingHere());
      return pageFile.test(path)
        ? reply.sendFile(path.slice(1), { maxAge: '365d', immutable: true })
        : reply.sendFile('index.html', { cacheControl: false });
    });
  });
}
