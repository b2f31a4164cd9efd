import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { hasZodFastifySchemaValidationErrors, isResponseSerializationError } from 'fastify-type-provider-zod';
import { PlusctError } from '../../domain/errors.js';

/** What goes into a problem besides its title: RFC 9457's detail, and what the caller can do about it. */
export interface ProblemDetails {
  readonly detail: string;
  readonly remedy: string;
  /** Members of this problem alone: the phase of a task that refused, the findings of an upload. */
  readonly more?: Readonly<Record<string, unknown>>;
}

const titles = {
  400: 'The request cannot be read',
  401: 'Not signed in',
  403: 'Not allowed',
  404: 'Not found',
  409: 'Refused by the rules',
  410: 'Gone',
  413: 'Too large',
  415: 'Content of another type is needed',
  421: 'This server does not answer under that name',
  422: 'The file cannot be used',
  429: 'Too many requests',
  500: 'A fault of the server',
  503: 'Not available now',
} as const;
export type ProblemStatus = keyof typeof titles;

/** An answer that is no success, thrown from anywhere below a route. */
export class Problem extends Error {
  override readonly name = 'Problem';
  constructor(
    readonly status: ProblemStatus,
    readonly details: ProblemDetails,
  ) {
    super(details.detail);
  }
}

/** A problem in one line. */
export function problem(
  status: ProblemStatus,
  detail: string,
  remedy: string,
  more?: ProblemDetails['more'],
): Problem {
  return new Problem(status, { detail, remedy, ...(more === undefined ? {} : { more }) });
}

/** Turns whatever was thrown into `application/problem+json`; what is unexpected is logged and told without its insides. */
export async function answerProblem(
  error: unknown,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<void> {
  const found = problemOf(error);
  if (found.status >= 500 && !(error instanceof Problem)) request.log.error({ err: error }, 'request failed');
  if (found.status === 401) reply.header('www-authenticate', 'Bearer');
  await sendProblem(reply, found);
}

/** Sends a problem that nothing has thrown. */
export async function sendProblem(reply: FastifyReply, { status, details }: Problem): Promise<void> {
  const { detail, remedy, more } = details;
  const body = { type: 'about:blank', title: titles[status], status, detail, remedy, ...more };
  await reply
    .code(status)
    .serializer((value: unknown) => JSON.stringify(value))
    .type('application/problem+json')
    .send(body);
}

function problemOf(error: unknown): Problem {
  if (error instanceof Problem) return error;
  if (error instanceof PlusctError) return ofPlusct(error);
  if (hasZodFastifySchemaValidationErrors(error)) {
    const faults = error.validation.map(
      ({ instancePath, message }) => `${error.validationContext ?? 'request'}${instancePath}: ${message}`,
    );
    return problem(400, faults.join('; '), 'Send what openapi.json describes for this address', { faults });
  }
  if (isResponseSerializationError(error)) {
    return problem(500, 'The answer does not have the shape that it was promised to have', reportIt);
  }
  return ofFastify(error);
}

const reportIt = 'Report it with the time and the address; the server log holds the cause';

function ofPlusct(error: PlusctError): Problem {
  if (error.kind === 'StoreUnavailable') {
    return problem(
      503,
      'The object store does not answer',
      'Try again in a moment; see that the S3 server runs',
    );
  }
  if (error.kind === 'CorruptVolume' || error.kind === 'UnsupportedGeometry') {
    return problem(422, error.message, 'Mend the file and send it again');
  }
  if (!error.permanent) return problem(503, error.message, 'Try again in a moment');
  if (error.kind === 'InvalidInput') return problem(404, error.message, 'Look at the names in the address');
  return problem(500, error.message, reportIt);
}

const fastifyRemedies: Partial<Record<ProblemStatus, string>> = {
  400: 'Send what openapi.json describes for this address',
  413: 'Send a smaller body',
  415: 'Send JSON; uploads are sent as application/octet-stream',
};

function ofFastify(error: unknown): Problem {
  const { statusCode, message } = error instanceof Error ? (error as FastifyError) : {};
  const status = statuses.find((each) => each === statusCode);
  if (status === undefined || status >= 500 || message === undefined) {
    return problem(500, 'Something went wrong that plusct does not know', reportIt);
  }
  return problem(status, message, fastifyRemedies[status] ?? 'Look at openapi.json');
}

const statuses = Object.keys(titles).map(Number) as ProblemStatus[];
