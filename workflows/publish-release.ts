import { continueAsNew, defineQuery, setHandler, workflowInfo } from '@temporalio/workflow';
import type { AskedRelease } from '../activities/release-draft.js';
import type { ObjectRef } from '../domain/primitives.js';
import { queries, releaseEntity } from '../domain/workflow-ids.js';
import { heavy, quick } from './deeds.js';

export interface PublishInput extends AskedRelease {
  /** Who asks, and why; goes on record. */
  readonly by: string;
  readonly reason: string;
  readonly progress?: {
    readonly manifest: ObjectRef;
    readonly cases: number;
    readonly offset: number;
  };
}

/** How asking for a release ended. */
export type PublishOutcome =
  | {
      readonly state: 'published';
      readonly manifestSha256: string;
      readonly at: string;
      readonly cases: number;
    }
  | { readonly state: 'refused'; readonly refusals: string[] }
  /** Another publication of this version, with other bytes, came first. */
  | { readonly state: 'lost'; readonly manifestSha256: string; readonly at: string };

/** Files whose objects were read so far. */
export interface PublishProgress {
  checked: number;
  total: number;
}

const publishProgress = defineQuery<PublishProgress>(queries.progress);

const filesAPage = 100;
const historyLimit = 1500;

/**
 * Publishes a release: drafts it, reads every object that it names, writes the manifest last. Whatever happens on the way,
 * there is a whole release under a version or none.
 */
export async function publishRelease(input: PublishInput): Promise<PublishOutcome> {
  const { campaign, version } = input;
  const now: PublishProgress = { checked: input.progress?.offset ?? 0, total: 0 };
  setHandler(publishProgress, () => now);
  const draft = input.progress ?? (await heavy().draftRelease(askedOf(input)));
  if ('refusals' in draft) {
    await record(input, 'refused', { why: draft.refusals.join(' | ') });
    return { state: 'refused', refusals: draft.refusals };
  }
  const { manifest, cases } = draft;
  do {
    const page = await heavy().checkReleasePage({ manifest, offset: now.checked, limit: filesAPage });
    now.checked += page.checked;
    now.total = page.total;
    if (workflowInfo().historyLength > historyLimit && now.checked < now.total)
      await continueAsNew<typeof publishRelease>({
        ...input,
        progress: { manifest, cases, offset: now.checked },
      });
  } while (now.checked < now.total);
  const published = await heavy().publishManifest({
    campaign,
    version,
    manifest,
    at: new Date().toISOString(),
  });
  const { manifestSha256, at } = published;
  const details = { manifest: manifestSha256, cases: String(cases), publishedAt: at };
  await record(
    input,
    published.won ? 'done' : 'refused',
    published.won ? details : { ...details, draft: manifest.sha256 },
  );
  return published.won
    ? { state: 'published', manifestSha256, at, cases }
    : { state: 'lost', manifestSha256, at };
}

function askedOf({ campaign, version, choice }: PublishInput): AskedRelease {
  return { campaign, version, choice };
}

type Outcome = 'done' | 'refused';

/** Publications of one version that run at once write into one chain of records. */
async function record(input: PublishInput, outcome: Outcome, details: Record<string, string>): Promise<void> {
  const { campaign, version, by, reason } = input;
  await quick().recordAuditOnce({
    campaign,
    entity: releaseEntity(version),
    at: new Date().toISOString(),
    actor: by,
    role: 'operator',
    simulated: false,
    action: 'publish-release',
    outcome,
    commandId: workflowInfo().runId,
    why: reason,
    details: { version, ...details },
    labelsBefore: {},
    labelsAfter: {},
  });
}
