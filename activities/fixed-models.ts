import { PlusctError } from '../domain/errors.js';
import { modelKey } from '../domain/keys.js';
import { Model } from '../domain/model.js';
import type { Organ } from '../domain/organ.js';
import type { EngineSettings } from '../domain/training-set.js';
import { modelIdOf, type TrainingSet } from '../domain/training-set.js';
import type { RunContext } from '../engines/engine.js';
import { putContent } from '../storage/content.js';
import { hashOf, publishFirst } from '../storage/json.js';
import type { Trainer } from './training.js';

/** What the licence of a model is called whose makers told none. */
const unknownLicence = 'unknown';

/**
 * The model of an engine that learns nothing: what its settings name, trained elsewhere on cases that nobody here knows. Its
 * licence is the setting `licence`.
 */
export async function registerFixed(
  { store, engineByName }: Pick<Trainer, 'store' | 'engineByName'>,
  asked: { readonly engine: string; readonly settings: EngineSettings },
  context: RunContext,
): Promise<Model> {
  const engine = engineByName(asked.engine);
  const { name, version, summary } = engine.describe();
  const settings = engine.settingsOf(asked.settings);
  const bytes = await engine.train({ organs: [], cases: [], seed: 0, settings }, context);
  const loaded = await engine.load(bytes);
  const organs: Organ[] = [...loaded.organs];
  await loaded.dispose();
  if (organs.length === 0) throw new PlusctError('InvalidInput', `the settings of ${name} name no organ`);
  const { licence = unknownLicence } = settings;
  const modelId = fixedModelId({ organs, engine: { name, version, settings } });
  return publishFirst(store, modelKey(modelId), Model, {
    modelId,
    organs,
    engine: { name, version, settings, summary },
    weights: await putContent(store, bytes),
    seed: 0,
    trainedOn: [],
    licences: [String(licence)],
  });
}

/** The id of a model that nobody trained here follows from its engine and settings. */
export function fixedModelId(of: Pick<TrainingSet, 'organs' | 'engine'>): string {
  return modelIdOf({ ...of, seed: 0, cases: [] }, hashOf(of));
}
