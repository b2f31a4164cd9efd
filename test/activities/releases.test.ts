import { describe, expect, it } from 'vitest';
import { reportErratum } from '../../activities/errata.js';
import { storeLabel } from '../../activities/label-store.js';
import { type AskedRelease, draftRelease, planContent } from '../../activities/release-draft.js';
import { releaseEffects } from '../../activities/release-effects.js';
import { readReleaseRecords } from '../../activities/release-records.js';
import { verifyStoredRelease } from '../../activities/release-verify.js';
import { publishManifest } from '../../activities/releases.js';
import { workVolumesInThreads } from '../../activities/volume-pool.js';
import { CaseResult } from '../../domain/campaign.js';
import {
  evaluationKey,
  modelKey,
  objectKey,
  publicationKey,
  releaseManifestKey,
  resultKey,
} from '../../domain/keys.js';
import { Model } from '../../domain/model.js';
import type { ReleaseChoice } from '../../domain/release.js';
import { Round } from '../../domain/round.js';
import { TrainingRecord } from '../../domain/training-set.js';
import { writeLabelMap } from '../../imaging/nifti-write.js';
import { appendAudit } from '../../storage/audit-log.js';
import { getContent, putContent } from '../../storage/content.js';
import { sha256 } from '../../storage/hash.js';
import { publishJson } from '../../storage/json.js';
import { memoryStore } from '../../storage/memory.js';
import type { ObjectStore } from '../../storage/object-store.js';
import { parseRelease, readRelease, releaseVersions, requireRelease } from '../../storage/releases.js';
import { readResult } from '../../storage/results.js';
import { publishRound } from '../../storage/rounds.js';
import { putTeachingCases } from '../../storage/teaching-cases.js';
import { choice as strict } from '../domain/releases.js';
import { labelMapFile, maskOf, organVoxels } from '../workflows/mini-case.js';
import { storeMiniCampaign } from './mini-campaign.js';

const work = workVolumesInThreads(1);
const campaign = 'mini';
const choice: ReleaseChoice = { ...strict, unfinished: true };
const asked = (version: string, more: Partial<ReleaseChoice> = {}): AskedRelease => ({
  campaign,
  version,
  choice: { ...choice, ...more },
});
const at = { campaign, collection: 'lits', caseId: 'volume-2' } as const;

async function miniStore(): Promise<ObjectStore> {
  const store = memoryStore();
  await storeMiniCampaign(store, campaign);
  return store;
}

async function storeModel(store: ObjectStore, own: Partial<Model> & { modelId: string }): Promise<void> {
  const model = {
    organs: ['kidney'],
    engine: { name: 'none', version: '1', settings: {}, summary: '' },
    weights: await putContent(store, new Uint8Array(1)),
    seed: 1,
    trainedOn: [],
    licences: [],
    ...own,
  };
  await publishJson(store, modelKey(own.modelId), Model.parse(model));
}

/** A round that learned the kidney of these cases; a label map that was released judged it. */
async function storeRound(
  store: ObjectStore,
  cases: readonly TrainingRecord[],
  truthSha256: string,
): Promise<void> {
  const teaching = cases.map((each) => ({ ...each, absent: [] }));
  const plan = {
    campaign,
    organs: ['kidney'],
    studentGroups: [['kidney']],
    engine: { name: 'none', version: '1' },
    seed: 1,
    fineTune: false,
    gate: { margins: { dsc: 0.01, nsd: 0.02 }, minimumCases: 8 },
    reopenBelowDsc: 0.8,
  };
  const truth = { key: objectKey(truthSha256), sha256: truthSha256, bytes: 1 };
  const snapshot = {
    cases: await putTeachingCases(store, teaching),
    labelled: 1,
    unlabelled: 0,
    heldOut: [{ collection: 'lits', caseId: 'volume-2', organs: ['kidney'], truth }],
    teachers: {},
    standing: {},
    contractSha256: 'b'.repeat(64),
  };
  await publishRound(store, Round.omit({ number: true }).parse({ roundId: '0123456789ab', plan, snapshot }));
}

async function drafted(store: ObjectStore, request: AskedRelease) {
  const draft = await draftRelease({ store, work }, request);
  if ('refusals' in draft) throw new Error(draft.refusals.join('; '));
  return draft.manifest;
}

async function publish(store: ObjectStore, version: string, day = '2026-01-02') {
  const manifest = await drafted(store, asked(version));
  const published = await publishManifest(store, { campaign, version, manifest, at: `${day}T03:04:05.000Z` });
  await appendAudit(store, {
    campaign,
    entity: `release/${version}`,
    sequence: 0,
    at: published.at,
    actor: 'lea',
    role: 'operator',
    simulated: false,
    action: 'publish-release',
    outcome: 'done',
    details: { manifest: published.manifestSha256 },
    labelsBefore: {},
    labelsAfter: {},
  });
  return published;
}

/** A further round, in which somebody takes the first three voxels of the kidney away. */
async function correctKidney(store: ObjectStore): Promise<void> {
  const before = (await readResult(store, at))!;
  const { voxels } = { voxels: organVoxels('kidney').slice(3) };
  const map = await getContent(store, before.labelMap);
  const mask = maskOf(voxels);
  const packed = {
    organ: 'kidney' as const,
    bytes: writeLabelMap(mask, map),
    voxelSha256: sha256(mask),
    voxels: voxels.length,
  };
  const parent = before.labels.find(({ organ }) => organ === 'kidney')!.version;
  const kidney = await storeLabel(store, at, 'kidney', packed, {
    origin: 'human',
    author: 'anna',
    reason: 'erratum',
    parent,
  });
  const labelMap = await putContent(
    store,
    labelMapFile(map, {
      liver: organVoxels('liver'),
      kidney: voxels,
      spleen: organVoxels('spleen').slice(2),
    }),
  );
  const labels = before.labels.map((label) => (label.organ === 'kidney' ? kidney : label));
  await publishJson(store, resultKey(at, 2), CaseResult.parse({ ...before, labelMap, labels }));
}

describe('a drafted release', () => {
  it('holds the passport of each case, tells people by their roles, and names what it leaves out', async () => {
    const store = await miniStore();
    const { manifest } = parseRelease(await getContent(store, await drafted(store, asked('1.0.0'))), 'draft');
    expect(manifest.cases).toHaveLength(1);
    expect(manifest.cases[0]).toMatchObject({
      collection: 'lits',
      caseId: 'volume-2',
      number: 1,
      part: 'train',
      licence: 'CC-BY-NC-SA-4.0',
      sourceLicence: 'CC-BY-4.0',
      image: 'images/lits/volume-2.nii',
      labels: 'labels/lits/volume-2.nii.gz',
      geometry: { axisCodes: 'LAS' },
    });
    expect(
      manifest.cases[0].organs.map(({ organ, state, origin, model, author }) => [
        organ,
        state,
        origin,
        model,
        author,
      ]),
    ).toEqual([
      ['liver', 'labelled', 'source', undefined, 'source'],
      ['kidney', 'labelled', 'model', 'model', 'model'],
      ['spleen', 'labelled', 'human', 'model', 'person'],
      ['pancreas', 'absent', undefined, undefined, undefined],
    ]);
    expect(manifest.leftOut).toEqual([
      { case: 'lits/volume-1', reasons: ['it has no finished label map (ingested)'] },
    ]);
    expect(manifest.models.map(({ modelId, licences }) => [modelId, licences])).toEqual([
      ['model', ['CC-BY-NC-SA-4.0']],
    ]);
    expect(manifest.files.map(({ path }) => path)).toEqual([
      'LICENSES.md',
      'README.md',
      'cases.csv',
      'images/lits/volume-2.nii',
      'labels/lits/volume-2.nii.gz',
    ]);
    const everything = JSON.stringify(manifest);
    for (const name of ['anna', 'carla']) expect(everything).not.toContain(name);
  });

  it('has the same bytes in every build of the same records', async () => {
    const [one, other] = [await miniStore(), await miniStore()];
    const [first, second] = [await drafted(one, asked('1.0.0')), await drafted(other, asked('1.0.0'))];
    expect(second).toEqual(first);
    expect(await getContent(other, second)).toEqual(await getContent(one, first));
  });

  it('is refused while cases are unfinished, and where licences do not go together', async () => {
    const store = await miniStore();
    const held = await draftRelease({ store, work }, asked('1.0.0', { unfinished: false }));
    expect(held).toEqual({
      refusals: ['lits/volume-1: not finished yet; finish them, or leave them out with --unfinished'],
    });
    const records = await readReleaseRecords(store, campaign, choice);
    const views = records.views.map((view) => ({
      ...view,
      passport: { ...view.passport, licence: 'CC-BY-SA-4.0' },
    }));
    const { selection } = planContent(asked('1.0.0'), { ...records, views });
    expect(selection.refusals[0]).toMatch(
      /^lits\/volume-2: CC-BY-NC-SA-4.0 \(training data of model, which proposed the kidney\) with CC-BY-SA-4.0 \(its image and source label\)/,
    );
    const filtered = planContent(asked('1.0.0', { uses: ['derivatives'] }), { ...records, views }).selection;
    expect(filtered.refusals).toEqual(['no case is left to release']);
    expect(filtered.leftOut.map((each) => each.case)).toEqual(['lits/volume-1', 'lits/volume-2']);
  });

  it('without images withholds the label of a source that forbids adapted material, and keeps the rest', async () => {
    const store = memoryStore();
    await storeMiniCampaign(store, campaign, { licence: 'CC-BY-NC-ND-4.0' });
    const refused = await draftRelease({ store, work }, asked('1.0.0', { trainingBinds: false }));
    expect(refused).toMatchObject({
      refusals: [
        expect.stringContaining('forbids sharing adapted material'),
        expect.stringContaining('--without-images'),
      ],
    });
    const ref = await drafted(store, asked('1.0.0', { trainingBinds: false, images: false }));
    const { manifest } = parseRelease(await getContent(store, ref), 'draft');
    const [item] = manifest.cases;
    expect(item).toMatchObject({ licence: 'CC-BY-4.0', sourceLicence: 'CC-BY-NC-ND-4.0' });
    expect(item.image).toBeUndefined();
    expect(item.organs.map(({ state }) => state)).toEqual(['withheld', 'labelled', 'labelled', 'absent']);
    const { readLabelMap } = await import('../../imaging/nifti.js');
    const file = manifest.files.find(({ path }) => path === item.labels)!;
    const { values } = readLabelMap(
      await getContent(store, { key: objectKey(file.sha256), ...file }),
      'labels',
    );
    expect(new Set(values)).toEqual(new Set([0, 2, 3]));
  });
});

describe('a published release', () => {
  it('is one whoever publishes it: the first bytes stay, the same bytes are success', async () => {
    const store = await miniStore();
    const one = await drafted(store, asked('1.0.0'));
    const other = await drafted(store, asked('1.0.0', { seed: 2 }));
    const race = await Promise.all(
      [one, other, one, other].map((manifest, n) =>
        publishManifest(store, {
          campaign,
          version: '1.0.0',
          manifest,
          at: `2026-01-0${n + 1}T00:00:00.000Z`,
        }),
      ),
    );
    const hashes = new Set(race.map(({ manifestSha256 }) => manifestSha256));
    expect(hashes.size).toBe(1);
    expect(race.map(({ won }) => won)).toEqual(
      [one, other, one, other].map(({ sha256: hash }) => hashes.has(hash)),
    );
    expect(new Set(race.map(({ at: day }) => day)).size).toBe(1);
    expect(sha256((await store.get(releaseManifestKey(campaign, '1.0.0')))!)).toBe(race[0].manifestSha256);
  });

  it('is refused where another version came out while it was made', async () => {
    const store = await miniStore();
    const rest = { campaign, at: '2026-01-01T00:00:00.000Z' };
    const [one, other] = [await drafted(store, asked('1.0.0')), await drafted(store, asked('2.0.0'))];
    await publishManifest(store, { ...rest, version: '1.0.0', manifest: one });
    const late = publishManifest(store, { ...rest, version: '2.0.0', manifest: other });
    await expect(late).rejects.toThrow('1.0.0 came out while 2.0.0 was made');
    expect(await releaseVersions(store, campaign)).toEqual(['1.0.0']);
  });

  it('is completed by whoever asks again, when its publisher died between the manifest and the rest', async () => {
    const store = await miniStore();
    const manifest = await drafted(store, asked('1.0.0'));
    await store.putIfAbsent(releaseManifestKey(campaign, '1.0.0'), await getContent(store, manifest));
    const before = (await verifyStoredRelease(store, campaign, '1.0.0')).faults.map(({ kind, path }) => [
      kind,
      path,
    ]);
    expect(before).toEqual([
      ['missing', 'audit record'],
      ['missing', publicationKey(campaign, '1.0.0')],
    ]);
    expect(await publish(store, '1.0.0')).toMatchObject({ won: true, manifestSha256: manifest.sha256 });
    expect(await verifyStoredRelease(store, campaign, '1.0.0')).toMatchObject({ faults: [] });
  });

  it('is verified whole; one changed byte, a lost object, a foreign one and a changed manifest are named', async () => {
    const store = await miniStore();
    await publish(store, '1.0.0');
    expect(await verifyStoredRelease(store, campaign, '1.0.0')).toMatchObject({ faults: [], files: 5 });
    const { manifest } = await requireRelease(store, campaign, '1.0.0');
    const labels = manifest.files.find(({ kind }) => kind === 'labels')!;
    const bytes = (await store.get(objectKey(labels.sha256)))!;
    bytes[bytes.length >> 1] ^= 1;
    await store.put(objectKey(labels.sha256), bytes);
    await store.putIfAbsent(`${releaseManifestKey(campaign, '1.0.0')}.old`, bytes);
    const faults = (await verifyStoredRelease(store, campaign, '1.0.0')).faults;
    expect(faults.map(({ kind, path }) => [kind, path])).toEqual([
      ['changed', 'labels/lits/volume-2.nii.gz'],
      ['extra', `${releaseManifestKey(campaign, '1.0.0')}.old`],
    ]);
    const key = releaseManifestKey(campaign, '1.0.0');
    const text = new TextDecoder().decode(await store.get(key)).replace('"number": 1', '"number": 7');
    await store.put(key, new TextEncoder().encode(text));
    const changed = (await verifyStoredRelease(store, campaign, '1.0.0')).faults;
    expect(changed[0]).toMatchObject({ kind: 'changed', path: key });
  });

  it('is followed by a patch that settles an erratum, with voxels counted and what rests on the old label', async () => {
    const store = await miniStore();
    await publish(store, '1.0.0');
    const before = await requireRelease(store, campaign, '1.0.0');
    const kidney = before.manifest.cases[0].organs[1];
    const report = {
      ...at,
      release: '1.0.0',
      organ: 'kidney' as const,
      reason: 'three voxels too many',
      by: 'user',
      at: new Date(0),
    };
    const erratum = await reportErratum(store, report);
    expect(await reportErratum(store, { ...report, at: new Date(1) })).toEqual(erratum);
    await expect(reportErratum(store, { ...report, caseId: 'volume-9' })).rejects.toThrow(
      'has no case lits/volume-9',
    );

    const { version, voxelSha256, origin } = kidney;
    const record = TrainingRecord.parse({
      ...at,
      imageSha256: 'a'.repeat(64),
      licence: 'CC-BY-4.0',
      labels: [{ organ: 'kidney', version, origin, voxelSha256 }],
      pseudo: true,
    });
    const trainedOn = [record];
    await storeModel(store, { modelId: 'student', trainedOn });
    await storeModel(store, { modelId: 'pupil', learnedFrom: ['student'] });
    await storeModel(store, { modelId: 'tuned', startFrom: 'pupil', learnedFrom: ['pupil'] });
    await storeModel(store, { modelId: 'stranger' });
    const labels = before.manifest.files.find(({ kind }) => kind === 'labels')!;
    await storeRound(store, trainedOn, labels.sha256);
    const id = `${campaign}.0123456789ab`;
    await publishJson(store, evaluationKey(id, 'plan.json'), {
      campaign,
      contractSha256: 'b'.repeat(64),
      outputVersion: 3,
      missingReference: [],
      cases: [
        {
          collection: 'lits',
          caseId: 'volume-2',
          referenceSha256: 'c'.repeat(64),
          resultSha256: labels.sha256,
        },
      ],
    });
    await publishJson(store, evaluationKey(id, 'summary.json'), {
      evaluation: id,
      contractSha256: 'b'.repeat(64),
      scores: [],
      files: [],
      missingReference: [],
      mismatched: [],
    });

    await correctKidney(store);
    await appendAudit(store, {
      campaign,
      entity: `erratum/${erratum.id}`,
      sequence: 1,
      at: new Date(2).toISOString(),
      actor: 'lea',
      role: 'operator',
      simulated: false,
      action: 'reopen-erratum',
      outcome: 'done',
      details: { round: '2' },
      labelsBefore: {},
      labelsAfter: {},
    });
    const small = await draftRelease({ store, work }, asked('1.0.0'));
    expect('manifest' in small && small.manifest.sha256).not.toBe(before.sha256);
    await publish(store, '1.0.1');
    const { manifest } = (await readRelease(store, campaign, '1.0.1'))!;
    expect(manifest.settles).toEqual([erratum.id]);
    expect(manifest.previous).toEqual({ version: '1.0.0', manifestSha256: before.sha256 });
    expect(manifest.changes).toMatchObject({ step: 'patch', added: [], removed: [] });
    expect(manifest.changes?.changed[0].organs).toEqual([
      expect.objectContaining({ organ: 'kidney', addedVoxels: 0, removedVoxels: 3 }),
    ]);
    const effects = await releaseEffects(store, before.manifest, manifest.changes!);
    expect(effects).toEqual({
      evaluations: [{ id, cases: ['lits/volume-2'] }],
      rounds: [{ number: 1, taught: ['lits/volume-2'], judged: ['lits/volume-2'] }],
      models: [
        { modelId: 'pupil', organs: ['kidney'], cases: [], through: 'student' },
        { modelId: 'student', organs: ['kidney'], cases: ['lits/volume-2'] },
        { modelId: 'tuned', organs: ['kidney'], cases: [], through: 'pupil' },
      ],
    });
    expect(await draftRelease({ store, work }, asked('1.0.2'))).toEqual({
      refusals: ['nothing has changed since 1.0.1'],
    });
  });
});
