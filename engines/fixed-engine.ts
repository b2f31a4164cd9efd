import { z } from 'zod';
import { PlusctError } from '../domain/errors.js';
import { EngineSettings } from '../domain/training-set.js';
import type { CtVolume } from '../imaging/volume.js';
import { canonicalJson } from '../storage/json.js';
import type { Engine, EngineDescription, LoadedModel, RunContext } from './engine.js';
import { type LabelValues, parseLabelValues, requireOrgans } from './label-values.js';

/** What tells one engine that learns nothing from another. */
export interface FixedEngine<Settings extends EngineSettings> {
  readonly description: EngineDescription;
  readonly settingsOf: (given: Readonly<EngineSettings>) => Settings;
  /** A label map in the image's index order, with the house's values. */
  readonly predict: (
    asked: { readonly settings: Settings; readonly values: LabelValues },
    image: CtVolume,
    context: RunContext,
  ) => Promise<Uint8Array>;
}

/** An engine that learns nothing: a model is its checked settings, its organs are those of the setting `labels`. */
export function fixedEngine<Settings extends EngineSettings & { readonly labels: string }>(
  own: FixedEngine<Settings>,
): Engine {
  const { description, settingsOf } = own;
  return {
    describe: () => description,
    settingsOf,
    train: async ({ organs, settings }, { progress }) => {
      const checked = settingsOf(settings);
      requireOrgans(parseLabelValues(checked.labels), organs);
      progress(1, 'settings checked');
      return packSettings(description, checked);
    },
    load: async (model) => loaded(own, settingsOf(unpackSettings(description, model))),
  };
}

function loaded<Settings extends EngineSettings & { readonly labels: string }>(
  { predict, description }: FixedEngine<Settings>,
  settings: Settings,
): LoadedModel {
  const values = parseLabelValues(settings.labels);
  const disposal = new AbortController();
  return {
    organs: values.organs,
    predict: async (image, context) => {
      if (disposal.signal.aborted)
        throw new PlusctError('InvalidInput', 'the model was disposed of: load it again before predicting');
      if (context.signal.aborted)
        throw new PlusctError('Cancelled', `${description.name} was cancelled before it began`);
      const signal = AbortSignal.any([context.signal, disposal.signal]);
      return predict({ settings, values }, image, { ...context, signal });
    },
    dispose: async () => disposal.abort(),
  };
}

const FixedModel = z.strictObject({ engine: z.string(), settings: EngineSettings });

function packSettings({ name }: EngineDescription, settings: Readonly<EngineSettings>): Uint8Array {
  return new TextEncoder().encode(canonicalJson(FixedModel.parse({ engine: name, settings })));
}

/** Throws `SchemaViolation` on bytes that are not a model of this engine. */
function unpackSettings({ name }: EngineDescription, model: Uint8Array): EngineSettings {
  const parsed = FixedModel.safeParse(parseOrNothing(new TextDecoder().decode(model)));
  if (parsed.success && parsed.data.engine === name) return parsed.data.settings;
  throw new PlusctError(
    'SchemaViolation',
    `not a model of the ${name} engine: such a model is its settings; load bytes that this engine gave`,
  );
}

function parseOrNothing(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
