import { setTimeout as sleep } from 'node:timers/promises';
import { WorkflowExecutionAlreadyStartedError, type WorkflowHandle } from '@temporalio/client';
import { PlusctError } from '../domain/errors.js';
import { taskQueue } from '../domain/queues.js';
import { newestVersion } from '../domain/release-version.js';
import { parseSemVer } from '../domain/semver.js';
import { queries, releaseEntity, releaseWorkflowId, workflowTypes } from '../domain/workflow-ids.js';
import { readAudit } from '../storage/audit-log.js';
import { readRelease, releaseVersions } from '../storage/releases.js';
import type { PublishInput, PublishOutcome, PublishProgress } from '../workflows/publish-release.js';
import { printJson, refusedExitCode, say, sayRefused } from './output.js';
import { stepDisplay } from './progress.js';
import type { ReleaseOptions } from './release.js';
import { type ChoiceOptions, releaseChoice } from './release-options.js';
import { chooseCampaign, type Session } from './session.js';
import { WrongOption } from './wrong-option.js';

export interface PublishOptions extends ReleaseOptions, ChoiceOptions {
  readonly as: string;
  readonly reason: string;
}

const lookEveryMs = 1000;
/** How often another publication of the campaign is waited for. */
const turns = 5;

/** `plusct release publish VERSION`: makes it, or says why not. The same release twice is one. */
export async function publishRelease(
  session: Session,
  version: string,
  options: PublishOptions,
): Promise<void> {
  if (parseSemVer(version) === undefined)
    throw new WrongOption(`'${version}' is no version: write MAJOR.MINOR.PATCH, as in 1.0.0`);
  const campaign = await chooseCampaign(session.store, options.campaign);
  const choice = releaseChoice(options, await choiceBefore(session, campaign));
  const input: PublishInput = { campaign, version, choice, by: options.as, reason: options.reason };
  const outcome = await publish(session, input);
  if (outcome.state !== 'published') process.exitCode = refusedExitCode;
  if (options.json) return printJson({ campaign, version, ...outcome });
  if (outcome.state === 'published') {
    say(`${campaign} ${version} is published: ${outcome.cases} cases, manifest ${outcome.manifestSha256}`);
    return say('Keep that hash elsewhere: plusct release verify --manifest HASH proves a copy against it.');
  }
  for (const why of await explained(session, input, outcome)) sayRefused(why);
}

async function choiceBefore({ store }: Session, campaign: string) {
  const newest = newestVersion(await releaseVersions(store, campaign));
  return newest === undefined ? undefined : (await readRelease(store, campaign, newest))?.manifest.choice;
}

/** Starts the workflow; one that runs is waited for, and then this one looks at what that came to. */
async function publish(session: Session, input: PublishInput): Promise<PublishOutcome> {
  const client = await session.client();
  const workflowId = releaseWorkflowId(input.campaign);
  const start = {
    workflowId,
    taskQueue: taskQueue('orchestration', session.config.queueSuffix),
    args: [input],
  };
  for (let turn = 0; turn < turns; turn += 1) {
    try {
      return await watched(await client.workflow.start(workflowTypes.publishRelease, start));
    } catch (error) {
      if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
      process.stderr.write(
        `a release of ${input.campaign} is being published already; waiting for the end of that\n`,
      );
      await watched(client.workflow.getHandle(workflowId)).catch(() => undefined);
    }
  }
  throw new PlusctError(
    'InvalidInput',
    `others publish releases of ${input.campaign} all the time; look at plusct release list`,
  );
}

async function watched(handle: WorkflowHandle): Promise<PublishOutcome> {
  const display = stepDisplay();
  let running = true;
  const looking = (async () => {
    while (running) {
      const now = await handle.query<PublishProgress>(queries.progress).catch(() => undefined);
      if (now !== undefined && now.total > 0)
        display.update([{ name: 'checked', done: now.checked, total: now.total }]);
      await sleep(lookEveryMs);
    }
  })();
  try {
    return (await handle.result()) as PublishOutcome;
  } finally {
    running = false;
    await looking;
    display.end();
  }
}

async function explained(
  { store }: Session,
  { campaign, version }: PublishInput,
  outcome: Exclude<PublishOutcome, { state: 'published' }>,
): Promise<string[]> {
  if (outcome.state === 'refused') return outcome.refusals;
  const { at, manifestSha256 } = outcome;
  const { records } = await readAudit(store, campaign, releaseEntity(version));
  const winner = records.find(
    ({ details, outcome: how }) => how === 'done' && details?.manifest === manifestSha256,
  );
  const by = winner === undefined ? '' : ` by ${winner.actor}`;
  return [
    `${version} was published${by} on ${at} with other content (manifest ${manifestSha256}), and a release is never changed: publish this as the next version`,
  ];
}
