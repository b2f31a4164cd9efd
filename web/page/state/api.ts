import type { ProblemBody } from '../../api/schemas/problem-body.js';

const root = '/api/v1';
let csrfToken: string | undefined;

/** Requests that change something must carry the session's token; it comes with who is signed in. */
export function useCsrfToken(token: string | undefined): void {
  csrfToken = token;
}

/** An answer that is no success, as the server explains it. */
export class ApiProblem extends Error {
  override readonly name = 'ApiProblem';
  constructor(readonly body: ProblemBody) {
    super(body.detail);
  }
}

/** The address of something under the API, with every part made safe. */
export function address(...parts: readonly (string | number)[]): string {
  return `${root}/${parts.map((part) => encodeURIComponent(part)).join('/')}`;
}

/** The address of something in a campaign. */
export function inCampaign(campaign: string, ...parts: readonly (string | number)[]): string {
  return address('campaigns', campaign, ...parts);
}

/** Fetches JSON. The caller names the type: it is that of the schema by which the server checked its answer. */
export async function getJson<T>(url: string, signal?: AbortSignal): Promise<T> {
  const answer = await ask(url, signal === undefined ? {} : { signal });
  return answer.json();
}

/** Sends JSON (or nothing) and fetches JSON. */
export async function sendJson<T>(url: string, body?: unknown, method = 'POST'): Promise<T> {
  const json = body === undefined ? {} : { 'content-type': 'application/json' };
  const answer = await ask(url, {
    method,
    headers: { ...json, ...csrf() },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return answer.status === 204 ? Promise.resolve(undefined as T) : answer.json();
}

/** Sends a file and fetches JSON. */
export async function sendFile<T>(url: string, bytes: Uint8Array<ArrayBuffer>): Promise<T> {
  const headers = { 'content-type': 'application/octet-stream', ...csrf() };
  const answer = await ask(url, { method: 'POST', headers, body: bytes });
  return answer.json();
}

interface FileWish {
  /** Told how much of the file is here, from 0 to 1, where the server says how long it is. */
  readonly onShare?: (share: number) => void;
  /** Proves a lease, for a bundle that carries it. */
  readonly leaseToken?: string;
}

/** Fetches a file. */
export async function getFile(url: string, { onShare, leaseToken }: FileWish = {}): Promise<ArrayBuffer> {
  const answer = await ask(url, leaseToken === undefined ? {} : { headers: { 'x-lease-token': leaseToken } });
  const length = Number(answer.headers.get('content-length'));
  if (onShare === undefined || answer.body === null || !(length > 0)) return answer.arrayBuffer();
  let seen = 0;
  const counted = answer.body.pipeThrough(
    new TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>>({
      transform(piece, out) {
        seen += piece.byteLength;
        onShare(Math.min(1, seen / length));
        out.enqueue(piece);
      },
    }),
  );
  return new Response(counted).arrayBuffer();
}

function csrf(): Record<string, string> {
  return csrfToken === undefined ? {} : { 'x-csrf-token': csrfToken };
}

async function ask(url: string, init: RequestInit): Promise<Response> {
  let answer: Response;
  try {
    answer = await fetch(url, { credentials: 'same-origin', ...init });
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error;
    throw new ApiProblem(notReached);
  }
  if (answer.ok) return answer;
  throw new ApiProblem(await problemOf(answer));
}

const notReached: ProblemBody = {
  type: 'about:blank',
  title: 'The server does not answer',
  status: 0,
  detail: 'The server cannot be reached',
  remedy: 'See that `plusct serve` still runs; the page goes on by itself',
};

async function problemOf(answer: Response): Promise<ProblemBody> {
  try {
    const body: ProblemBody = await answer.json();
    return body;
  } catch {
    return {
      type: 'about:blank',
      title: answer.statusText || 'The server refused',
      status: answer.status,
      detail: `The server answered ${answer.status}`,
      remedy: 'Try again; if it stays so, tell whoever runs the server',
    };
  }
}
