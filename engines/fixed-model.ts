import { z } from 'zod';
import { PlusctError } from '../domain/errors.js';
import { EngineSettings } from '../domain/training-set.js';
import { canonicalJson } from '../storage/json.js';
import type { EngineDescription } from './engine.js';

/** The model of an engine that learns nothing: its checked settings, as canonical JSON. */
const FixedModel = z.strictObject({ engine: z.string(), settings: EngineSettings });

export function packSettings({ name }: EngineDescription, settings: Readonly<EngineSettings>): Uint8Array {
  return new TextEncoder().encode(canonicalJson(FixedModel.parse({ engine: name, settings })));
}

/** Reads `packSettings` back. Throws `SchemaViolation` on bytes that are not a model of this engine. */
export function unpackSettings({ name }: EngineDescription, model: Uint8Array): EngineSettings {
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
