import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { readFile, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, inject, it, vi } from 'vitest';
import { startBuild } from '../../cli/build.js';
import { decideCase, findings } from '../../cli/findings.js';
import type { Session } from '../../cli/session.js';
import { Assembly, Dataset } from '../../domain/campaign.js';
import { preLabelKey } from '../../domain/keys.js';
import type { ModelSummary } from '../../domain/model.js';
import { campaignId, caseEntity, trainingId } from '../../domain/workflow-ids.js';
import { inflate } from '../../imaging/inflate.js';
import { readNiftiHeader } from '../../imaging/nifti.js';
import { generateSamples } from '../../sources/samples/generate.js';
import { readAudit } from '../../storage/audit-log.js';
import { requireJson } from '../../storage/json.js';
import { publishStanding } from '../../storage/standing.js';
import { readConfig } from '../../workers/config.js';
import { runSimulatedPeople } from '../../workers/simulated-people.js';
import type { BuildReport } from '../../workflows/build-dataset.js';
import { buildSimulated } from './campaign-fixture.js';
import { type Installation, install } from './installation.js';

/** Five spleens: 3 has a label that is turned upside down, 6 one with a strange value, 1 a truncated image. */
const campaign = `decisions-${process.pid}`;
let installation: Installation;
let session: Session;
let directory: string;
let first: Dataset;
let second: Dataset;
let standing: ModelSummary;
let refused = '';
let listed = '';

const spleens = (...parts: string[]): string =>
  join(directory, 'collections', 'msd-spleen', 'Task09_Spleen', ...parts);

async function damage(): Promise<void> {
  const turned = spleens('labelsTr', 'spleen_3.nii.gz');
  const bytes = Buffer.from(inflate(await readFile(turned), turned));
  const { shape } = readNiftiHeader(bytes, turned);
  const voxels = bytes.subarray(352, 352 + shape[0] * shape[1] * shape[2]);
  voxels.reverse();
  await writeFile(turned, gzipSync(bytes));
  const strange = spleens('labelsTr', 'spleen_6.nii.gz');
  const values = Buffer.from(inflate(await readFile(strange), strange));
  values[values.length - 1] = 9;
  await writeFile(strange, gzipSync(values));
  await truncate(spleens('imagesTs', 'spleen_1.nii.gz'), 5000);
}

/** A lead's promotion of the model that the first build trained: the second one would train another, without spleen_8. */
async function promote(): Promise<void> {
  const { client, store } = installation;
  standing = await client.workflow.getHandle(trainingId(campaign, 'spleen')).result();
  await publishStanding(store, campaign, {
    edition: 1,
    models: { spleen: standing.modelId },
    before: {},
    organs: ['spleen'],
    by: 'lea',
    why: 'better on ten scans',
    reopenBelowDsc: 0.8,
  });
}

/** What a command prints on either stream. */
async function printed(work: () => Promise<void>): Promise<string> {
  let text = '';
  const keep = (part: unknown): boolean => {
    text += String(part);
    return true;
  };
  const spies = [process.stdout, process.stderr].map((stream) =>
    vi.spyOn(stream, 'write').mockImplementation(keep),
  );
  try {
    await work();
  } finally {
    for (const spy of spies) spy.mockRestore();
    process.exitCode = 0;
  }
  return text;
}

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'plusct-decisions-'));
  await generateSamples({ directory: join(directory, 'samples'), seed: 3 });
  cpSync(join(directory, 'samples', 'msd-spleen'), join(directory, 'collections', 'msd-spleen'), {
    recursive: true,
  });
  await damage();
  installation = await install('decisions', ['orchestration', 'io', 'gpu']);
  const { client, store, queueSuffix } = installation;
  const config = { ...readConfig(inject('servers')), queueSuffix };
  session = { config, store, client: () => Promise.resolve(client), close: () => Promise.resolve() };
  const reference = join(directory, 'samples', 'reference');
  const built = await buildSimulated(installation, {
    campaign,
    collections: join(directory, 'collections'),
    reference,
  });
  first = await requireJson(store, built.report.datasetKey, Dataset);

  listed = await printed(() => findings(session, campaign, {}));
  const vera = { campaign, as: 'vera', reason: 'looked at it in a viewer' };
  await printed(() => decideCase(session, 'accept', 'msd-spleen/spleen_3', { ...vera, withoutLabel: true }));
  await printed(() => decideCase(session, 'accept', 'msd-spleen/spleen_6', vera));
  await printed(() =>
    decideCase(session, 'exclude', 'msd-spleen/spleen_6', { ...vera, reason: 'whose is the 9?' }),
  );
  await printed(() => decideCase(session, 'exclude', 'msd-spleen/spleen_8', { ...vera, reason: 'moved' }));
  refused = await printed(() => decideCase(session, 'accept', 'msd-spleen/spleen_1', vera));

  await promote();
  const stop = new AbortController();
  const people = runSimulatedPeople({ client, store, log: pino({ level: 'silent' }), signal: stop.signal });
  let report: BuildReport | undefined;
  await printed(async () => {
    report = (await (await startBuild(session, built.plan)).result()) as BuildReport;
  });
  stop.abort();
  await people;
  second = await requireJson(store, report!.datasetKey, Dataset);
}, 400_000);

afterAll(async () => {
  await installation?.stop();
  rmSync(directory, { recursive: true, force: true });
});

const idsOf = (cases: readonly { caseId: string }[]): string[] => cases.map((each) => each.caseId).sort();

describe('a campaign on whose held cases a person decides', () => {
  it('holds three cases back at first, and tells what can be done', () => {
    expect(idsOf(first.cases)).toEqual(['spleen_2', 'spleen_8']);
    expect(idsOf(first.leftOut)).toEqual(['spleen_1', 'spleen_3', 'spleen_6']);
    expect(listed).toContain('Held back, waiting for a decision (3)');
    expect(listed).toMatch(/spleen_3 +accept or exclude: LABEL_HU/);
    expect(listed).toMatch(/spleen_1 +mend the files, or exclude/);
    expect(listed).toContain('plusct findings accept msd-spleen/spleen_3 --reason');
  });

  it('refuses to let in what cannot be read', () => {
    expect(refused).toMatch(/refused.*spleen_1.*cannot be read \(FILE_/s);
  });

  it('is taken up again by the same build: the accepted case is finished, the excluded ones are left out', () => {
    expect(idsOf(second.cases)).toEqual(['spleen_2', 'spleen_3']);
    const accepted = second.cases.find((each) => each.caseId === 'spleen_3')!;
    expect(accepted.acceptedBy).toEqual({ by: 'vera', reason: 'looked at it in a viewer' });
    expect(accepted.labels.map((label) => label.organ).sort()).toEqual([
      'kidney',
      'liver',
      'pancreas',
      'spleen',
    ]);
    expect(accepted.labels.every((label) => label.origin !== 'source')).toBe(true);
    const out = second.leftOut.map(({ caseId, finding }) => [caseId, finding.code]);
    expect(out).toEqual([
      ['spleen_1', expect.stringMatching(/^FILE_/)],
      ['spleen_6', 'EXCLUDED_BY_OPERATOR'],
      ['spleen_8', 'EXCLUDED_BY_OPERATOR'],
    ]);
    expect(second.leftOut[1]!.finding.message).toBe('vera excluded it: whose is the 9?');
  });

  it('pre-labels the new case with the model that stands, on record, and trains none anew', async () => {
    const { client, store } = installation;
    const at = { campaign, collection: 'msd-spleen', caseId: 'spleen_3' } as const;
    const { labels } = await requireJson(store, preLabelKey(at), Assembly);
    const spleen = labels.find(({ organ }) => organ === 'spleen');
    expect(spleen).toMatchObject({ origin: 'model', author: standing.modelId });
    const { records } = await readAudit(store, campaign, caseEntity(at));
    expect(records[1]!.details).toMatchObject({ spleen: standing.modelId });
    const handle = await client.workflow.getHandle(campaignId(campaign)).fetchHistory();
    const trained = handle.events!.flatMap(
      ({ startChildWorkflowExecutionInitiatedEventAttributes: child }) =>
        child?.workflowType?.name === 'trainModel' ? [child.workflowId] : [],
    );
    expect(trained).not.toContain(trainingId(campaign, 'spleen'));
    expect(trained).toContain(trainingId(campaign, 'liver'));
  });

  it('keeps the first dataset, and what was finished stays as it was', () => {
    const [before, after] = [first, second].map((dataset) =>
      dataset.cases.find((each) => each.caseId === 'spleen_2'),
    );
    expect(after).toEqual(before);
  });

  it('has every decision on record, before what followed from it', async () => {
    const trail = await readAudit(installation.store, campaign, 'decision/msd-spleen/spleen_6');
    expect(trail.breaks).toEqual([]);
    expect(trail.records.map((each) => [each.action, each.actor])).toEqual([
      ['accept', 'vera'],
      ['exclude', 'vera'],
    ]);
    const { records } = await readAudit(installation.store, campaign, 'case/msd-spleen/spleen_3');
    expect(records.map((each) => each.action)).toEqual(['ingested', 'pre-labelled', 'finalised']);
  });
});
