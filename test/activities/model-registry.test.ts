import { createTar, parseTar } from 'nanotar';
import { beforeEach, describe, expect, it } from 'vitest';
import { exportModel, importModel, importsOf } from '../../activities/model-archive.js';
import { figuresOf, listModels, taintOf } from '../../activities/model-registry.js';
import { readModel } from '../../activities/model-store.js';
import { putTrainingSet, trainOn } from '../../activities/training.js';
import { evaluationCaseKey, evaluationKey, modelKey, preLabelKey } from '../../domain/keys.js';
import type { Model } from '../../domain/model.js';
import { getContent } from '../../storage/content.js';
import { sha256 } from '../../storage/hash.js';
import { canonicalJson, publishJson } from '../../storage/json.js';
import { memoryStore } from '../../storage/memory.js';
import type { ObjectStore } from '../../storage/object-store.js';
import { type MiniCase, storeMiniCase } from '../workflows/mini-case.js';
import { learner, setOf } from './learner.js';

const context = { signal: new AbortController().signal, progress: () => undefined };
const now = new Date('2026-01-01T00:00:00Z');
let store: ObjectStore;
let mini: MiniCase;
let model: Model;

async function train(into: ObjectStore, first = 1): Promise<Model> {
  const { engine } = learner();
  // Other weights for the same set, as of an engine that draws by chance.
  for (let n = 1; n < first; n++)
    await engine.train({ organs: [], cases: [], seed: 0, settings: {} }, context);
  return trainOn(
    { store: into, engineByName: () => engine },
    await putTrainingSet(into, setOf([mini])),
    context,
  );
}

beforeEach(async () => {
  store = memoryStore();
  mini = await storeMiniCase(store, 'first');
  model = await train(store);
});

const importing = (archive: Uint8Array, trust = sha256(archive), into = memoryStore()) =>
  importModel(into, archive, { trust, by: 'anna', now });

describe('the archive of a model', () => {
  it('has the same bytes every time, and takes the model to another store', async () => {
    const archive = await exportModel(store, model.modelId);
    expect(await exportModel(store, model.modelId)).toEqual(archive);
    const other = memoryStore();
    const imported = await importing(archive, sha256(archive), other);
    expect(imported.model).toEqual(model);
    expect(await getContent(other, (await readModel(other, model.modelId)).weights)).toEqual(
      await getContent(store, model.weights),
    );
    expect(await exportModel(other, model.modelId)).toEqual(archive);
  });

  it('is a tar that other programs open', async () => {
    const files = parseTar(Uint8Array.from(await exportModel(store, model.modelId)));
    expect(files.map(({ name, size }) => [name, (size ?? 0) > 0])).toEqual([
      ['archive.json', true],
      ['model.json', true],
      ['weights.bin', true],
    ]);
  });

  it('is refused unless its hash is named, which the refusal does not accept as trust by itself', async () => {
    const archive = await exportModel(store, model.modelId);
    const refused = importModel(store, archive, { trust: undefined, by: 'anna', now });
    await expect(refused).rejects.toThrow('weights may be programs');
    await expect(importing(archive, 'ab'.repeat(32))).rejects.toThrow('not the archive that you trust');
  });

  it('taken in twice is one import, by whoever was first', async () => {
    const archive = await exportModel(store, model.modelId);
    const other = memoryStore();
    const first = await importing(archive, sha256(archive), other);
    const again = await importModel(other, archive, {
      trust: sha256(archive),
      by: 'ben',
      now: new Date('2026-02-02T00:00:00Z'),
    });
    expect(again.import).toEqual(first.import);
    expect(await importsOf(other, model.modelId)).toEqual([first.import]);
    expect(first.import).toEqual({
      modelId: model.modelId,
      archiveSha256: sha256(archive),
      by: 'anna',
      at: now.toISOString(),
    });
  });

  it('does not replace a model that is there with other weights', async () => {
    const other = memoryStore();
    await storeMiniCase(other, 'first');
    const own = await train(other, 3);
    expect(own.modelId).toBe(model.modelId);
    const archive = await exportModel(store, model.modelId);
    await expect(importing(archive, sha256(archive), other)).rejects.toMatchObject({
      kind: 'ConflictingResult',
      message: expect.stringContaining('here already with other weights'),
    });
    expect(await readModel(other, own.modelId)).toEqual(own);
  });
});

describe('an archive is refused, though its hash is trusted, when', () => {
  type File = { name: string; data: Uint8Array };

  async function changed(change: (files: File[]) => File[]): Promise<Uint8Array> {
    const files = parseTar(Uint8Array.from(await exportModel(store, model.modelId)));
    const plain = files.map(({ name, data }) => ({ name, data: data! }));
    const attrs = { mode: '644', uid: 0, gid: 0, mtime: 0, user: '', group: '' };
    return createTar(change(plain).map((each) => ({ ...each, attrs })));
  }

  const encoded = (value: unknown) => new TextEncoder().encode(canonicalJson(value));
  const another = (files: File[], name: string, data: Uint8Array) =>
    files.map((each) => (each.name === name ? { name, data } : each));
  /** With hashes that fit. */
  const repacked = (files: File[]) => {
    const hash = (name: string) => sha256(files.find((each) => each.name === name)!.data);
    const contents = {
      format: 'plusct-model',
      formatVersion: 1,
      modelId: model.modelId,
      files: { 'model.json': hash('model.json'), 'weights.bin': hash('weights.bin') },
    };
    return another(files, 'archive.json', encoded(contents));
  };

  it.each<[string, (files: File[]) => File[], string]>([
    [
      'a byte of the weights is another',
      (files) => another(files, 'weights.bin', Uint8Array.of(9)),
      'has not the hash',
    ],
    [
      'weights were exchanged with their hash',
      (files) => repacked(another(files, 'weights.bin', Uint8Array.of(9))),
      'not what model.json names',
    ],
    [
      'the record is of another training than its id',
      (files) => repacked(another(files, 'model.json', encoded({ ...model, seed: 7 }))),
      'does not follow from the record',
    ],
    [
      'its licences are fewer than those of the cases that it was trained on',
      (files) => repacked(another(files, 'model.json', encoded({ ...model, licences: ['CC0-1.0'] }))),
      'which its licences leave out',
    ],
    [
      'a file rides along',
      (files) => [...files, { name: 'run.sh', data: Uint8Array.of(1) }],
      'more than a model',
    ],
    ['a file is missing', (files) => files.slice(0, 2), 'no file weights.bin'],
    [
      'it holds a path',
      (files) => files.map((each) => ({ ...each, name: `../${each.name}` })),
      'more than a model',
    ],
  ])('%s', async (_, change, message) => {
    await expect(importing(await changed(change))).rejects.toMatchObject({
      kind: 'SchemaViolation',
      message: expect.stringContaining(message),
    });
  });

  it('it is no archive at all', async () => {
    for (const bytes of [new Uint8Array(0), new Uint8Array(5000).fill(7), Buffer.from('PK')]) {
      await expect(importing(bytes)).rejects.toMatchObject({ kind: 'SchemaViolation' });
    }
  });
});

describe('the list of models', () => {
  it('holds every model with what its training data allow', async () => {
    expect(await listModels(store)).toEqual([model]);
    const { licence, obstacles } = taintOf({ licences: ['CC-BY-NC-SA-4.0', 'CC-BY-4.0'] });
    expect(licence).toBe('CC-BY-NC-SA-4.0');
    expect(obstacles).toEqual({
      share: [],
      derivatives: [],
      commercial: ['CC-BY-NC-SA-4.0 does not allow commercial use'],
    });
    expect(taintOf({ licences: ['unknown'] }).obstacles.share).toHaveLength(1);
    expect(taintOf({ licences: [] }).obstacles.share).toEqual(['no licence is on record']);
  });

  it('tells the figures of a model’s own masks, and of nobody else’s', async () => {
    const evaluation = 'first.0123456789ab';
    const row = (organ: string, stage: string, dsc: number) => ({
      collection: 'lits',
      case: 'volume-0',
      organ,
      stage,
      origin: 'model',
      toleranceMm: 1,
      dsc,
      nsd: 0.5,
      truthVoxels: 10,
      predictionVoxels: 10,
      contractSha256: 'ab'.repeat(32),
    });
    const rows = [
      row('kidney', 'pre-label', 0.9),
      row('kidney', 'final', 1),
      row('spleen', 'pre-label', 0.1),
    ];
    await publishJson(store, evaluationCaseKey(evaluation, 'lits', 'volume-0'), { rows });
    const plan = {
      campaign: 'first',
      contractSha256: 'ab'.repeat(32),
      outputVersion: 3,
      cases: [
        {
          collection: 'lits',
          caseId: 'volume-0',
          referenceSha256: 'ab'.repeat(32),
          resultSha256: 'ab'.repeat(32),
        },
      ],
      missingReference: [],
    };
    await publishJson(store, evaluationKey(evaluation, 'plan.json'), plan);
    const labels = mini.labels.map((each) =>
      each.organ === 'kidney' ? { ...each, author: model.modelId } : each,
    );
    const labelMap = model.weights;
    await publishJson(store, preLabelKey(mini.at), { labelMap, labels, findings: [] });
    expect(await figuresOf(store, model.modelId)).toEqual([]);
    await publishJson(store, evaluationKey(evaluation, 'summary.json'), {});
    expect(await figuresOf(store, model.modelId)).toMatchObject([
      { evaluation, scores: [{ organ: 'kidney', n: 1, dscMean: 0.9, nsdMean: 0.5 }] },
    ]);
    expect(await figuresOf(store, 'somebody-else')).toEqual([]);
    expect(await store.has(modelKey(model.modelId))).toBe(true);
  });
});
