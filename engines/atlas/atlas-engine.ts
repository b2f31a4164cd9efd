import { PlusctError } from '../../domain/errors.js';
import { randomInteger, seededRandom } from '../../imaging/random.js';
import type { CtVolume } from '../../imaging/volume.js';
import type { EngineDescription, RunContext } from '../engine.js';
import type { JudgedMask, LoadedOrganModel, OrganCase, OrganEngine, OrganTraining } from '../organ-engine.js';
import { runInThread, threadEntry } from '../thread.js';
import { decodeModel } from './model-file.js';
import { buffersOf, type PreparedCase } from './preparation.js';
import type { AtlasTask } from './tasks.js';

/** Cases with the organ that a model is made of; more add minutes and little else. */
const mostExemplars = 12;
/** Share of training that is spent on preparing cases. */
const preparationShare = 0.4;

const description: EngineDescription = {
  name: 'atlas',
  version: '1',
  summary:
    'A classical CPU baseline: deforms a few labelled scans onto a new one and lets them vote. Fair on scans like those ' +
    'it was trained on, a rough first guess on others (expect to redraw), no match for a trained network.',
  device: 'cpu',
};

/** The engine that needs nothing but the collection's own labels. See `describe()` for what to expect. */
export function atlasEngine(): OrganEngine {
  return {
    describe: () => description,
    train,
    load: async (model) => loadedModel(model),
  };
}

/**
 * Prepares cases one after the other, at most twelve that show the organ, taken in an order that the seed decides;
 * then deforms them onto the most typical one. Throws `InvalidInput` when no case shows the organ.
 */
async function train(input: OrganTraining, context: RunContext): Promise<Uint8Array> {
  const cases: { at: number; prepared: PreparedCase }[] = [];
  const order = shuffled(input.cases.length, input.seed);
  const wanted = Math.min(mostExemplars, order.length);
  for (const at of order) {
    if (cases.length === mostExemplars) break;
    const prepared = await prepare(input.cases[at], partOf(context, cases.length / wanted, 1 / wanted));
    if (prepared.organVoxels > 0) cases.push({ at, prepared });
  }
  const ready = cases.sort((one, other) => one.at - other.at).map(({ prepared }) => prepared);
  const task: AtlasTask = { kind: 'train', organ: input.organ, cases: ready };
  const rest: RunContext = {
    signal: context.signal,
    progress: (fraction, note) =>
      context.progress(preparationShare + (1 - preparationShare) * fraction, note),
  };
  return runInThread<AtlasTask, Uint8Array>(entry(), task, rest, ready.flatMap(buffersOf));
}

/** A context for one of the equal steps of preparation. */
function partOf(context: RunContext, start: number, share: number): RunContext {
  return {
    signal: context.signal,
    progress: (fraction, note) => context.progress(preparationShare * (start + share * fraction), note),
  };
}

async function prepare(one: OrganCase, context: RunContext): Promise<PreparedCase> {
  if (context.signal.aborted)
    throw new PlusctError('Cancelled', `training was cancelled before case ${one.id}`);
  context.progress(0, `preparing ${one.id}`);
  const { image, mask } = await one.load();
  if (mask.length !== image.hu.length) {
    const sizes = `${mask.length} mask voxels, ${image.hu.length} image voxels`;
    throw new PlusctError('InvalidInput', `case ${one.id} has ${sizes}: bring both to one grid`);
  }
  const copy = { image: copyOf(image, one.id), mask: mask.slice() };
  const task: AtlasTask = { kind: 'prepare', id: one.id, ...copy };
  return runInThread<AtlasTask, PreparedCase>(entry(), task, context, [
    copy.image.hu.buffer,
    copy.mask.buffer,
  ]);
}

function loadedModel(model: Uint8Array): LoadedOrganModel {
  decodeModel(model);
  const bytes = model.slice();
  const disposal = new AbortController();
  const judge = async (image: CtVolume, context: RunContext): Promise<JudgedMask> => {
    if (disposal.signal.aborted)
      throw new PlusctError('InvalidInput', 'the model was disposed of: load it again before predicting');
    const signal = AbortSignal.any([context.signal, disposal.signal]);
    const copy = copyOf(image, 'the image');
    const task: AtlasTask = { kind: 'predict', model: bytes, image: copy };
    const { progress } = context;
    return runInThread<AtlasTask, JudgedMask>(entry(), task, { signal, progress }, [copy.hu.buffer]);
  };
  return { judge, dispose: async () => disposal.abort() };
}

/** A copy that can move to the thread; the caller keeps its own. Checks the size before anything heavy starts. */
function copyOf(image: CtVolume, name: string): CtVolume & { hu: Int16Array<ArrayBuffer> } {
  const [n1, n2, n3] = image.geometry.shape;
  if (image.hu.length !== n1 * n2 * n3) {
    const sizes = `${image.hu.length} voxels, its geometry says ${n1}×${n2}×${n3}`;
    throw new PlusctError('InvalidInput', `${name} has ${sizes}: read the file again`);
  }
  return { ...image, hu: Int16Array.from(image.hu) };
}

/** Indices in an order that depends on the seed alone (Fisher–Yates). */
function shuffled(count: number, seed: number): number[] {
  const order = Array.from({ length: count }, (_, index) => index);
  const random = seededRandom(seed);
  for (let last = count - 1; last > 0; last--) {
    const other = randomInteger(random, last + 1);
    [order[last], order[other]] = [order[other], order[last]];
  }
  return order;
}

function entry(): URL {
  return threadEntry(import.meta.url, './atlas-thread.js');
}
