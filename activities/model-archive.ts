import { createTar, parseTar } from 'nanotar';
import { PlusctError } from '../domain/errors.js';
import { modelImportKey, modelImportsPrefix, modelKey } from '../domain/keys.js';
import { Model } from '../domain/model.js';
import { ArchiveContents, archiveNames, ModelImport } from '../domain/model-archive.js';
import { modelIdOf, trainingIdentity } from '../domain/training-set.js';
import { getContent, putContent } from '../storage/content.js';
import { sha256 } from '../storage/hash.js';
import { canonicalJson, hashOf, parseJson, publishFirst, requireJson } from '../storage/json.js';
import type { ObjectStore } from '../storage/object-store.js';
import { fixedModelId } from './fixed-models.js';
import { readModel } from './model-store.js';

/** The same for every file, so that equal models have equal archives. */
const attributes = { mode: '644', uid: 0, gid: 0, mtime: 0, user: '', group: '' } as const;

/** A model as one file: a tar archive whose bytes follow from the model alone. */
export async function exportModel(store: ObjectStore, modelId: string): Promise<Uint8Array> {
  const model = await readModel(store, modelId);
  return pack(model, await getContent(store, model.weights));
}

function pack(model: Model, weights: Uint8Array): Uint8Array {
  const record = encoded(model);
  const contents: ArchiveContents = {
    format: 'plusct-model',
    formatVersion: 1,
    modelId: model.modelId,
    files: { [archiveNames.model]: sha256(record), [archiveNames.weights]: sha256(weights) },
  };
  const files = [
    { name: archiveNames.contents, data: encoded(contents) },
    { name: archiveNames.model, data: record },
    { name: archiveNames.weights, data: weights },
  ];
  return createTar(files.map((file) => ({ ...file, attrs: attributes })));
}

function encoded(value: unknown): Uint8Array {
  return new TextEncoder().encode(canonicalJson(value));
}

export interface Importing {
  /** The hash that whoever made the archive told; importing is refused when the archive has another. */
  readonly trust: string | undefined;
  readonly by: string;
  readonly now: Date;
}

/**
 * Takes a model in. Weights may be programs: an archive is refused unless its hash is named as trusted. Once more is no change.
 * Throws `ConflictingResult` when a model of that id is there with other weights.
 */
export async function importModel(
  store: ObjectStore,
  archive: Uint8Array,
  { trust, by, now }: Importing,
): Promise<{ model: Model; import: ModelImport }> {
  const archiveSha256 = sha256(archive);
  if (trust !== archiveSha256) throw untrusted(archiveSha256, trust);
  const { model, weights } = unpack(archive);
  await putContent(store, weights);
  const there = await publishFirst(store, modelKey(model.modelId), Model, model);
  if (there.weights.sha256 !== model.weights.sha256) {
    throw new PlusctError(
      'ConflictingResult',
      `${model.modelId} is here already with other weights (${there.weights.sha256.slice(0, 12)}…, in the archive ${model.weights.sha256.slice(0, 12)}…): what was trained first counts`,
    );
  }
  const key = modelImportKey(model.modelId, archiveSha256);
  const record = { modelId: model.modelId, archiveSha256, by, at: now.toISOString() };
  return { model: there, import: await publishFirst(store, key, ModelImport, record) };
}

function untrusted(actual: string, trust: string | undefined): PlusctError {
  const why =
    trust === undefined
      ? 'weights may be programs. Ask whoever made the archive for its SHA-256, and give it as --trust'
      : `it is not the archive that you trust (--trust ${trust})`;
  return new PlusctError('InvalidInput', `the archive has the SHA-256 ${actual}: ${why}`);
}

/** What an archive holds, if it is exactly what `pack` makes of it. */
function unpack(archive: Uint8Array): { model: Model; weights: Uint8Array } {
  const files = filesOf(archive);
  const file = (name: string): Uint8Array => {
    const data = files.find((each) => each.name === name)?.data;
    if (data === undefined) throw damaged(`it has no file ${name}`);
    return data;
  };
  const contents = parseJson(file(archiveNames.contents), archiveNames.contents, ArchiveContents);
  const [record, weights] = [file(archiveNames.model), file(archiveNames.weights)];
  for (const [name, bytes] of [
    [archiveNames.model, record],
    [archiveNames.weights, weights],
  ] as const) {
    if (sha256(bytes) !== contents.files[name])
      throw damaged(`${name} has not the hash that it was packed with`);
  }
  const model = parseJson(record, archiveNames.model, Model);
  if (model.weights.sha256 !== contents.files[archiveNames.weights]) {
    throw damaged(`${archiveNames.weights} is not what ${archiveNames.model} names`);
  }
  if (model.modelId !== idOf(model)) throw damaged(`the id ${model.modelId} does not follow from the record`);
  const missing = model.trainedOn.find(({ licence }) => !model.licences.includes(licence));
  if (missing !== undefined)
    throw damaged(`it was trained under ${missing.licence}, which its licences leave out`);
  if (sha256(pack(model, weights)) !== sha256(archive)) throw damaged('it holds more than a model');
  return { model, weights };
}

function filesOf(archive: Uint8Array) {
  try {
    return parseTar(Uint8Array.from(archive));
  } catch (error) {
    throw damaged(error instanceof Error ? error.message : String(error));
  }
}

function damaged(why: string): PlusctError {
  return new PlusctError('SchemaViolation', `not a model archive of this version: ${why}`);
}

/** The id that a model's record asks for. */
function idOf(model: Model): string {
  const { organs, engine, seed, startFrom, trainedOn } = model;
  const { name, version, settings } = engine;
  if (trainedOn.length === 0) return fixedModelId({ organs, engine: { name, version, settings } });
  const set = {
    organs,
    engine: { name, version, settings },
    seed,
    ...(startFrom === undefined ? {} : { startFrom }),
    cases: trainedOn,
  };
  return modelIdOf(set, hashOf(trainingIdentity(set)));
}

/** Who took a model in, and from which archives. */
export async function importsOf(store: ObjectStore, modelId: string): Promise<ModelImport[]> {
  const found: ModelImport[] = [];
  for await (const key of store.list(modelImportsPrefix(modelId))) {
    found.push(await requireJson(store, key, ModelImport));
  }
  return found;
}
