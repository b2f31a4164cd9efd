import { PlusctError } from '../domain/errors.js';
import type { EngineSettings } from '../domain/training-set.js';

/** For engines that have nothing to set. Throws `InvalidInput` naming whatever was given. */
export function noSettings(engine: string, given: Readonly<EngineSettings>): EngineSettings {
  const [first] = Object.keys(given);
  if (first === undefined) return {};
  throw new PlusctError('InvalidInput', `the engine ${engine} has no setting "${first}": it has none at all`);
}
