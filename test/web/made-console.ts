import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { humanPlan } from '../../bench/human-plan.js';
import { campaignPlanKey } from '../../domain/keys.js';
import { taskQueue } from '../../domain/queues.js';
import { taskWorkflowId, workflowTypes } from '../../domain/workflow-ids.js';
import { publishJson } from '../../storage/json.js';
import { type Console, type ConsoleOptions, openConsole } from '../../web/api/console.js';
import type { Installation } from '../workflows/installation.js';
import { type MiniCase, storeMiniCase } from '../workflows/mini-case.js';

/** A console that listens on a port of its own, and people who talk to it over HTTP. */
export interface MadeConsole {
  readonly url: string;
  readonly console: Console;
  readonly folder: string;
  as(person: string): Caller;
  close(): Promise<void>;
}

export interface Caller {
  readonly token: string;
  get(path: string): Promise<Answer>;
  post(path: string, body?: unknown): Promise<Answer>;
  upload(campaign: string, bytes: Uint8Array): Promise<Answer>;
}

export interface Answer {
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: answers are looked at by what tests expect
  readonly body: any;
}

export async function makeConsole(
  installation: Pick<Installation, 'store' | 'client'>,
  { port = 0, ...more }: Partial<ConsoleOptions> & { port?: number } = {},
): Promise<MadeConsole> {
  const folder = mkdtempSync(join(tmpdir(), 'plusct-console-'));
  const opened = await openConsole({
    store: installation.store,
    client: async () => installation.client,
    keyFile: join(folder, 'console.json'),
    quarantineFolder: join(folder, 'quarantine'),
    logLevel: 'error',
    hosts: ['127.0.0.1', 'localhost'],
    requestsPerMinute: { person: 100_000, stranger: 100_000 },
    ...more,
  });
  const url = await opened.api.listen({ host: '127.0.0.1', port });
  return {
    url,
    console: opened,
    folder,
    as: (person) => caller(url, opened.identity.tokenFor(person)),
    close: async () => {
      await opened.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

export function caller(url: string, token: string): Caller {
  const send = (path: string, init: RequestInit & { headers?: Record<string, string> } = {}) =>
    fetch(`${url}/api/v1${path}`, {
      ...init,
      headers: { authorization: `Bearer ${token}`, ...init.headers },
    }).then(answerOf);
  return {
    token,
    get: (path) => send(path),
    post: (path, body = {}) =>
      send(path, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      }),
    upload: (campaign, bytes) =>
      send(`/campaigns/${campaign}/uploads`, {
        method: 'POST',
        headers: { 'content-type': 'application/octet-stream' },
        body: Buffer.from(bytes),
      }),
  };
}

export async function answerOf(response: Response): Promise<Answer> {
  const bytes = Buffer.from(await response.arrayBuffer());
  const json = response.headers.get('content-type')?.includes('json') ?? false;
  return { status: response.status, body: json ? JSON.parse(bytes.toString()) : bytes };
}

export interface MadeCampaign {
  readonly campaign: string;
  readonly cases: readonly MiniCase[];
}

/** A campaign of small cases whose tasks run as workflows of their own, without ingest. */
export async function makeCampaign(
  { store, client, queueSuffix }: Installation,
  people: readonly unknown[],
  count: number,
  input: Record<string, unknown> = {},
): Promise<MadeCampaign> {
  const campaign = `console-${randomUUID().slice(0, 8)}`;
  await publishJson(store, campaignPlanKey(campaign), humanPlan(campaign, people, input));
  const cases: MiniCase[] = [];
  for (let n = 0; n < count; n += 1) {
    const mini = await storeMiniCase(store, campaign, `volume-${n}`);
    await client.workflow.start(workflowTypes.refineCase, {
      workflowId: taskWorkflowId(mini.at, 1),
      taskQueue: taskQueue('orchestration', queueSuffix),
      args: [{ at: mini.at, round: 1, labels: mini.labels, people, ...input }],
    });
    cases.push(mini);
  }
  return { campaign, cases };
}
