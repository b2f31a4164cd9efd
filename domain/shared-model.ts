import type { Organ } from './organ.js';
import type { OrganModels } from './teaching.js';

/** The one model of all these organs; undefined where they have several, or one has none. */
export function sharedModel(models: OrganModels, organs: readonly Organ[]): string | undefined {
  const own = new Set(organs.map((organ) => models[organ]));
  return own.size === 1 ? [...own][0] : undefined;
}
